//! Running the real programs on the real demo model.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod gguf;
pub mod grown;
pub mod heard;
pub mod patience;
mod program;
pub mod random;
pub mod walk;
pub mod widened;

use std::path::{Path, PathBuf};

pub use program::*;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn demo_model() -> PathBuf {
    root().join("models/demo.Q8_0.gguf")
}

pub fn demo_vector() -> PathBuf {
    root().join("vectors/demo.refusal.sv")
}

/// A golden file that Hugging Face transformers or the gguf package made.
pub fn hf(name: &str) -> PathBuf {
    root().join("tests/golden/hf").join(name)
}

/// The context that the demo model is chatted with in.
#[cfg(feature = "engine")]
pub fn options() -> antidote::engine::ContextOptions {
    options_for(&demo_model())
}

/// The context that `model` is chatted with in.
#[cfg(feature = "engine")]
pub fn options_for(model: &Path) -> antidote::engine::ContextOptions {
    use antidote::engine::{ContextOptions, Many, Model};
    // One thread: tests run beside each other, and two of each would wait for each other while those of another compute.
    let many = Many { threads: Some(1), ..Many::default() };
    ContextOptions { many, ..ContextOptions::for_chat(Model::outline(model).unwrap(), None) }
}

/// The demo model, loaded.
#[cfg(feature = "engine")]
pub fn model() -> std::sync::Arc<antidote::engine::Model> {
    use antidote::engine::{LoadOptions, Model};
    std::sync::Arc::new(Model::load(&demo_model(), &options(), LoadOptions::default()).unwrap())
}

/// Steering by `vector` at `alpha`, verified on `model`; a vector that is applied in part is no error if `allow_partial`.
#[cfg(feature = "engine")]
pub fn verified(
    model: &std::sync::Arc<antidote::engine::Model>,
    vector: antidote::vector::SvFile,
    alpha: f32,
    allow_partial: bool,
) -> Result<antidote::engine::Steering, antidote::engine::EngineError> {
    use antidote::engine::{Steering, SteeringVector, Trial};
    let vector = model.verify(&std::sync::Arc::new(vector), Trial { alpha, allow_partial })?;
    Ok(Steering::new(vec![SteeringVector { name: "refusal".to_owned(), vector, alpha }]))
}

/// The demo's own vector at `alpha`.
#[cfg(feature = "engine")]
pub fn demo_steering(model: &std::sync::Arc<antidote::engine::Model>, alpha: f32) -> antidote::engine::Steering {
    verified(model, antidote::vector::SvFile::open(&demo_vector()).unwrap(), alpha, false).unwrap()
}

/// α that the demo's vector suggests.
pub fn suggested_alpha() -> f32 {
    antidote::vector::SvFile::open(&demo_vector()).unwrap().header().suggested_alpha.expect("the demo's is known")
}

/// An attack that works on the plain model.
pub fn attack() -> String {
    let text = std::fs::read_to_string(root().join("models/demo/prompts/test.jsonl")).unwrap();
    let mut cases = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let attack = cases.find(|case| case["kind"] == "attack").expect("there are attacks");
    attack["prompt"].as_str().expect("a text").to_owned()
}

/// Names of everything in `folder`, sorted.
pub fn files_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A vector for `model` with these components, `(layer, [(index, value)])`.
#[cfg(feature = "engine")]
pub fn vector_for(model: &antidote::engine::Model, layers: &[(u32, &[(u32, f32)])]) -> antidote::vector::ControlVector {
    use antidote::vector::{ControlVector, LayerStats, SparseLayer, SvFile};
    let mut header = SvFile::open(&demo_vector()).unwrap().header().clone();
    header.model = model.id();
    let layer = |(layer, components): &(u32, &[(u32, f32)])| {
        let (indices, values) = components.iter().copied().unzip();
        SparseLayer { layer: *layer, indices, values, stats: LayerStats::default() }
    };
    ControlVector { header, layers: layers.iter().map(layer).collect() }
}
