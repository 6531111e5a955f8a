//! `antidote explain` against numpy on the same output matrix (`tests/golden/hf/make_golden.py`).

use crate::common;

use antidote::engine::explain;
use antidote::vector::gguf_vector::{GgufVector, Import};
use antidote::vector::{Sign, SvFile, Target};
use common::{antidote, demo_model, demo_vector, hf};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Expected {
    layer: u32,
    promoted: Vec<Token>,
    suppressed: Vec<Token>,
}

#[derive(Deserialize)]
struct Token {
    id: usize,
    score: f64,
}

/// The golden control vector, for this model, as a file in `folder`.
fn vector_for(model: &str, folder: &tempfile::TempDir) -> std::path::PathBuf {
    let (concept, created_unix) = ("test".to_owned(), 0);
    let import = Import { sparsity: 1.0, flip_sign: false, sign: Sign::Unstated, concept, created_unix };
    let vector = GgufVector::open(&hf("vector.gguf")).unwrap();
    let path = folder.path().join("v.sv");
    vector.to_control_vector(&Target::open(&hf(model)).unwrap(), &import).unwrap().write(&path).unwrap();
    path
}

#[test]
fn tokens_and_scores_are_those_of_numpy() {
    let golden: Value = serde_json::from_slice(&std::fs::read(hf("explain.json")).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // One with an output matrix of its own in F32, one tied to a Q8_0 embedding.
    for model in ["tiny.gguf", "tied.gguf"] {
        let expected: Vec<Expected> = serde_json::from_value(golden[model].clone()).unwrap();
        let vector = SvFile::open(&vector_for(model, &folder)).unwrap();
        let layers = explain(&hf(model), &vector, 5).unwrap();
        assert_eq!(layers.len(), expected.len());
        for (ours, theirs) in layers.iter().zip(&expected) {
            assert_eq!(ours.layer, theirs.layer);
            for (ours, theirs) in [(&ours.promoted, &theirs.promoted), (&ours.suppressed, &theirs.suppressed)] {
                assert_eq!(ours.len(), theirs.len());
                for (ours, theirs) in ours.iter().zip(theirs) {
                    assert_eq!(ours.id, theirs.id, "{model}");
                    assert!((f64::from(ours.score) - theirs.score).abs() < 1e-3, "{model}: {ours:?}");
                }
            }
        }
    }
}

#[test]
fn people_see_components_and_tokens_of_every_layer() {
    let folder = tempfile::tempdir().unwrap();
    let vector = vector_for("tiny.gguf", &folder);
    let ran = antidote([std::path::Path::new("explain"), &vector, &hf("tiny.gguf")]).succeeds();
    for expected in ["layer 1, 32 components", "layer 3", "promotes", "suppresses", "energy", "█", "\"▁word", "\"\\x"]
    {
        let shown = expected.replace('▁', " ");
        assert!(ran.stdout.contains(&shown) || ran.stdout.contains(expected), "no '{expected}' in {}", ran.stdout);
    }
}

#[test]
fn programs_see_the_same_as_json() {
    let args: [std::ffi::OsString; 4] = ["explain".into(), demo_vector().into(), demo_model().into(), "--json".into()];
    let args = args.into_iter().chain(["--top".into(), "3".into()]);
    let json: Value = serde_json::from_str(&antidote(args).succeeds().stdout).unwrap();
    let vector = SvFile::open(&demo_vector()).unwrap();
    let layers = json.as_array().unwrap();
    assert_eq!(layers.len(), vector.layers().count());
    for (layer, view) in layers.iter().zip(vector.layers()) {
        assert_eq!(layer["layer"], view.layer);
        for list in ["components", "promoted", "suppressed"] {
            assert_eq!(layer[list].as_array().unwrap().len(), 3, "{layer}");
        }
        let score = |list: &str, at: usize| layer[list][at]["score"].as_f64().unwrap();
        assert!(score("promoted", 0) >= score("promoted", 2) && score("promoted", 2) > score("suppressed", 2));
        assert!(layer["promoted"][0]["text"].is_string());
    }
}

#[test]
fn a_vector_of_another_model_and_no_model_at_all_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vector = vector_for("tiny.gguf", &folder);
    let explain = |model: &std::path::Path| antidote([std::path::Path::new("explain"), &vector, model]);
    explain(&demo_model()).fails(1, &["v.sv", "antidote-derive"]);
    explain(&hf("vector.gguf")).fails(1, &["v.sv"]);
    explain(&hf("none.gguf")).fails(1, &["none.gguf"]);
    antidote(["explain"]).fails(2, &["FILE.sv"]);
}
