//! The common model families, each as a tiny model with random weights (`tests/architectures/make.py`): does a vector
//! take effect at every layer it names, or is it refused with the family's name?
//!
//! This test generates docs/architectures.md: `ANTIDOTE_WRITE=1 ./x test --test inference architectures` writes it;
//! without the variable, the committed page must match.

use crate::common;

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use antidote::engine::{
    CacheType, ContextOptions, EngineError, HiddenStates, LoadOptions, Model, Session, Steering, Token,
};
use antidote::vector::SvFile;
use common::{root, vector_for, verified};

/// What is expected of a family.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    /// Everything works.
    Steered,
    /// llama.cpp builds its graph without control vectors and without named block outputs.
    Unsteerable,
    /// No model that makes text.
    NotGenerative,
}

use Family::{NotGenerative, Steered, Unsteerable};

/// Name of the model's file, and people's names for what is in the family.
const FAMILIES: [(&str, &str, Family); 19] = [
    ("llama", "Llama 1 to 3, Mistral 7B, TinyLlama, SmolLM", Steered),
    ("llama-256", "the same, 256 wide, Q4_0", Steered),
    ("mistral3", "Mistral 3, Ministral", Steered),
    ("qwen2", "Qwen 1.5 to 2.5", Steered),
    ("qwen3", "Qwen 3", Steered),
    ("qwen3moe", "Qwen 3 with experts", Steered),
    ("gemma2", "Gemma 2", Steered),
    ("gemma3", "Gemma 3", Steered),
    ("phi3", "Phi 3, Phi 4", Steered),
    ("command-r", "Command R", Steered),
    ("cohere2", "Command R7B, Command A", Steered),
    ("falcon", "Falcon", Steered),
    ("granite", "Granite 3", Steered),
    ("olmo2", "OLMo 2", Steered),
    ("deepseek2", "DeepSeek V2, V3, R1", Steered),
    ("gpt-oss", "gpt-oss", Steered),
    ("mamba2", "Mamba 2, Codestral Mamba", Steered),
    ("plamo2", "PLaMo 2", Unsteerable),
    ("bert", "BERT, and embedding models like it", NotGenerative),
];

/// Components of the test vectors; numbers that 16-bit floats hold exactly.
const COMPONENTS: [(u32, f32); 5] = [(0, 0.5), (3, -1.25), (8, 2.0), (17, -0.375), (31, 1.0)];

/// ‖a − b‖ / ‖b‖ that is allowed between a prompt in one batch and token by token: sums are taken in another order, by
/// other kernels, over numbers that are rounded to 16 bits.
const BATCH_TOLERANCE: f64 = 5e-3;

fn file(name: &str) -> PathBuf {
    root().join("tests/architectures").join(name).with_extension("gguf")
}

fn options(name: &str) -> ContextOptions {
    let options = ContextOptions::for_chat(Model::outline(&file(name)).unwrap(), None);
    ContextOptions { cache_type: CacheType::F32, ..options }
}

fn load(name: &str) -> Result<Arc<Model>, EngineError> {
    Model::load(&file(name), &options(name), LoadOptions::default()).map(Arc::new)
}

/// Longer than the sliding windows.
fn prompt(model: &Model) -> Vec<Token> {
    model.tokenize("the hero in the inn, here on the shore?")
}

fn steering(model: &Arc<Model>, layers: &[(u32, &[(u32, f32)])], alpha: f32) -> Result<Steering, EngineError> {
    let vector = SvFile::from_bytes(&vector_for(model, layers).encode().unwrap()).unwrap();
    verified(model, vector, alpha, false)
}

/// `[n_layer, n_embd]` after the prompt's last token.
fn states(model: &Arc<Model>, name: &str, steering: Option<&Steering>) -> Result<Vec<f32>, EngineError> {
    let mut reader = HiddenStates::new(model, &options(name))?;
    if let Some(steering) = steering {
        reader.steer(steering)?;
    }
    let mut states = vec![];
    reader.read::<EngineError>(&[prompt(model)], |_, state| {
        states.extend_from_slice(state);
        Ok(())
    })?;
    Ok(states)
}

fn logits(model: &Arc<Model>, name: &str, steering: Steering, n_batch: u32) -> Result<Vec<f32>, EngineError> {
    let options = ContextOptions { n_batch, ..options(name) };
    Session::new(model, &options, steering)?.logits(&prompt(model))
}

fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = a.iter().zip(b).map(|(a, b)| square(a - b)).sum();
    (difference / b.iter().map(|b| square(*b)).sum::<f64>()).sqrt()
}

/// A vector at layer `l` is added to the output of block `l`, to the bit, and leaves every earlier block alone.
fn check_every_layer(model: &Arc<Model>, name: &str) {
    let plain = states(model, name, None).unwrap();
    let (n_layer, n_embd) = (model.n_layer(), model.n_embd());
    assert_eq!(plain.len(), n_layer * n_embd, "{name}");
    for layer in 1..n_layer {
        let steered =
            states(model, name, Some(&steering(model, &[(layer as u32, &COMPONENTS)], 1.0).unwrap())).unwrap();
        let (before, after) = (layer * n_embd, (layer + 1) * n_embd);
        assert_eq!(steered[..before], plain[..before], "{name}: layer {layer} moves an earlier one");
        let mut expected = plain[before..after].to_vec();
        COMPONENTS.iter().for_each(|(index, value)| expected[*index as usize] += value);
        assert_eq!(steered[before..after], expected, "{name}: layer {layer}");
        assert!(layer + 1 == n_layer || steered[after..] != plain[after..], "{name}: layer {layer} goes nowhere");
    }
}

fn check_zero(model: &Arc<Model>, name: &str) {
    let plain = logits(model, name, Steering::default(), 512).unwrap();
    let all: Vec<_> = (1..model.n_layer() as u32).map(|layer| (layer, &COMPONENTS[..])).collect();
    let mut session = Session::new(model, &options(name), steering(model, &all, 0.0).unwrap()).unwrap();
    assert_eq!(session.logits(&prompt(model)).unwrap(), plain, "{name}: α = 0");
    session.set_alpha(None, 1.0).unwrap();
    session.forget();
    assert_ne!(session.logits(&prompt(model)).unwrap(), plain, "{name}: α = 1");
    session.set_alpha(None, 0.0).unwrap();
    session.forget();
    assert_eq!(session.logits(&prompt(model)).unwrap(), plain, "{name}: α = 0 again");
}

fn check_batches(model: &Arc<Model>, name: &str, steering: impl Fn() -> Steering) {
    let at_once = logits(model, name, steering(), 512).unwrap();
    let one_by_one = logits(model, name, steering(), 1).unwrap();
    let error = relative_error(&one_by_one, &at_once);
    println!("{name}: one by one against at once: {error:.1e}");
    assert!(error < BATCH_TOLERANCE, "{name}: {error:.2e}");
}

/// The row of the page.
fn examine(name: &str, people_say: &str, family: Family) -> String {
    let row = |cells: [&str; 6]| format!("| `{name}` | {people_say} | {} |", cells.join(" | "));
    if family == NotGenerative {
        let text = load(name).unwrap_err().to_string();
        assert!(text.contains(name) && text.contains("makes no text"), "{text}");
        return row(["refused", "–", "–", "–", "–", "–"]);
    }
    let model = load(name).unwrap();
    assert!(model.architecture() == name || name == "llama-256", "{name}");
    let all: Vec<_> = (1..model.n_layer() as u32).map(|layer| (layer, &COMPONENTS[..])).collect();
    if family == Unsteerable {
        let text = states(&model, name, None).unwrap_err().to_string();
        assert!(text.contains("l_out-0"), "{text}");
        let refusal = steering(&model, &all, 1.0).map(|_| ()).unwrap_err();
        assert!(matches!(refusal, EngineError::NotLive { .. }) && refusal.to_string().contains(name), "{refusal}");
        check_batches(&model, name, Steering::default);
        return row(["yes", "refused", "–", "refused", "–", "yes"]);
    }
    check_every_layer(&model, name);
    assert!(steering(&model, &all, 1.0).unwrap().partial().is_empty(), "{name}");
    check_zero(&model, name);
    check_batches(&model, name, || steering(&model, &all, 1.0).unwrap());
    row(["yes", "every layer", "exactly", "live", "same bits", "yes"])
}

const HEAD: &str = "# Architectures

Tests on a tiny model of each family, made by `tests/architectures/make.py`. This page is written by
`ANTIDOTE_WRITE=1 ./x test --test inference architectures`; without the variable, the test fails if the page is out of date.
Other families are checked when a model is loaded: a vector that does not take effect at every layer it names is refused.

- **loads**: llama.cpp loads it and it answers.
- **states**: `antidote dump` reads the output of every block.
- **vector at l**: a vector at layer l changes the output of block l by exactly its values, and no earlier block.
- **steering**: a session with a vector at every layer but 0 starts, or is refused with the architecture's name.
- **α = 0**: the logits equal the plain model's bit for bit, even after raising α and setting it back.
- **batches**: a prompt in one batch and token by token gives the same logits, up to rounding.

| architecture | for example | loads | states | vector at l | steering | α = 0 | batches |
| --- | --- | --- | --- | --- | --- | --- | --- |
";

#[test]
fn the_page_says_what_is_so() {
    let mut page = HEAD.to_owned();
    for (name, people_say, family) in FAMILIES {
        writeln!(page, "{}", examine(name, people_say, family)).unwrap();
    }
    let path = root().join("docs/architectures.md");
    if std::env::var_os("ANTIDOTE_WRITE").is_some() {
        antidote::files::write_atomically(&path, page.as_bytes()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), page, "write it anew with ANTIDOTE_WRITE=1");
}

/// llama.cpp makes the cache longer than was asked for and the micro-batch no longer than that.
#[test]
fn a_prompt_longer_than_the_context_that_was_asked_for_does_not_end_the_process() {
    let model = load("llama").unwrap();
    let options = ContextOptions { n_ctx: 384, ..options("llama") };
    let mut session = Session::new(&model, &options, Steering::default()).unwrap();
    let tokens: Vec<_> = prompt(&model).into_iter().cycle().take(session.n_ctx() - 1).collect();
    assert!(session.logits(&tokens).is_ok());
}

#[test]
fn every_committed_model_is_examined() {
    let mut files = common::files_in(&root().join("tests/architectures"));
    files.retain(|name| name.ends_with(".gguf"));
    let mut examined: Vec<_> = FAMILIES.iter().map(|(name, ..)| format!("{name}.gguf")).collect();
    examined.sort();
    assert_eq!(files, examined);
}
