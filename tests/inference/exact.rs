//! The engine against Hugging Face transformers on the same weights (`tests/golden/hf/make_golden.py`): hidden states of
//! every layer, and logits under a vector that a forward hook adds at the same blocks.

use crate::common;

use std::sync::Arc;

use antidote::engine::{
    CacheType, ContextOptions, EngineError, FlashAttention, HiddenStates, LoadOptions, Model, Session, Steering,
};
use antidote::imports::{Input, LastLayer, Options, import};
use antidote::vector::gguf_vector::{GgufVector, Import};
use antidote::vector::{ControlVector, Sign, SvFile, Target};
use common::{hf, verified};
use safetensors::SafeTensors;

/// What is promised; measured is about a hundred times less.
const TOLERANCE: f64 = 1e-3;

struct Golden {
    prompts: Vec<String>,
    /// `[n_prompts, n_layer, n_embd]`, straight from the blocks.
    states: Vec<f32>,
    tokens: Vec<i64>,
    alphas: Vec<f32>,
    /// `[n_vocab]`
    plain: Vec<f32>,
    /// `[alphas, n_vocab]`
    dense: Vec<f32>,
    sparse: Vec<f32>,
}

fn golden() -> Golden {
    let bytes = std::fs::read(hf("golden.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let floats = |name: &str| -> Vec<f32> {
        let (values, _) = tensors.tensor(name).unwrap().data().as_chunks::<4>();
        values.iter().map(|value| f32::from_le_bytes(*value)).collect()
    };
    let (tokens, _) = tensors.tensor("tokens").unwrap().data().as_chunks::<8>();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    Golden {
        prompts: serde_json::from_str(&metadata.metadata().as_ref().unwrap()["prompts"]).unwrap(),
        states: floats("states"),
        tokens: tokens.iter().map(|token| i64::from_le_bytes(*token)).collect(),
        alphas: floats("alphas"),
        plain: floats("plain"),
        dense: floats("dense"),
        sparse: floats("sparse"),
    }
}

/// Nothing of 16 bits anywhere: what is compared is where things are added, not how they are rounded.
fn options() -> ContextOptions {
    let options = ContextOptions::for_chat(Model::outline(&hf("tiny.gguf")).unwrap(), None);
    ContextOptions { cache_type: CacheType::F32, flash_attention: FlashAttention::Off, ..options }
}

fn model() -> Arc<Model> {
    Arc::new(Model::load(&hf("tiny.gguf"), &options(), LoadOptions::default()).unwrap())
}

fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = a.iter().zip(b).map(|(a, b)| square(a - b)).sum();
    (difference / b.iter().map(|b| square(*b)).sum::<f64>()).sqrt()
}

/// The control vector of the golden files at `sparsity`, with `shift` added to its layers.
fn vector(sparsity: f32, shift: u32) -> ControlVector {
    let target = Target::open(&hf("tiny.gguf")).unwrap();
    let (concept, created_unix) = ("test".to_owned(), 0);
    let import = Import { sparsity, flip_sign: false, sign: Sign::Unstated, concept, created_unix };
    let vector = GgufVector::open(&hf("vector.gguf")).unwrap();
    let mut vector = vector.to_control_vector(&target, &import).unwrap();
    vector.layers.iter_mut().for_each(|layer| layer.layer += shift);
    vector.layers.retain(|layer| (layer.layer as usize) < target.n_layer());
    vector
}

fn steered(model: &Arc<Model>, vector: &ControlVector, alpha: f32, prompt: &str) -> Vec<f32> {
    let steering = verified(model, SvFile::from_bytes(&vector.encode().unwrap()).unwrap(), alpha, true).unwrap();
    Session::new(model, &options(), steering).unwrap().logits(&model.tokenize(prompt)).unwrap()
}

/// Each prompt's states, `[n_layer, n_embd]`.
fn states(model: &Arc<Model>, prompts: &[String]) -> Vec<Vec<f32>> {
    let tokens: Vec<_> = prompts.iter().map(|prompt| model.tokenize(prompt)).collect();
    let mut states = vec![];
    HiddenStates::new(model, &options())
        .unwrap()
        .read::<EngineError>(&tokens, |_, state| {
            states.push(state.to_vec());
            Ok(())
        })
        .unwrap();
    states
}

#[test]
fn the_same_tokens_go_in() {
    let golden = golden();
    let tokens: Vec<i64> = model().tokenize(&golden.prompts[0]).iter().map(|token| i64::from(token.id())).collect();
    assert_eq!(tokens, golden.tokens);
}

#[test]
fn hidden_states_are_those_of_transformers_at_every_layer() {
    let (golden, model) = (golden(), model());
    let ours = states(&model, &golden.prompts).concat();
    assert_eq!(ours.len(), golden.prompts.len() * model.n_layer() * model.n_embd());
    let rows = ours.chunks_exact(model.n_embd()).zip(golden.states.chunks_exact(model.n_embd()));
    let mut worst = 0.0_f64;
    for (row, (ours, theirs)) in rows.enumerate() {
        let error = relative_error(ours, theirs);
        assert!(error <= TOLERANCE, "prompt {}, layer {}: {error:.2e}", row / model.n_layer(), row % model.n_layer());
        worst = worst.max(error);
    }
    println!("largest relative error of a state: {worst:.2e}");
}

#[test]
fn steered_logits_are_those_of_a_forward_hook() {
    let (golden, model) = (golden(), model());
    let prompt = &golden.prompts[0];
    let plain = Session::new(&model, &options(), Steering::default()).unwrap().logits(&model.tokenize(prompt)).unwrap();
    assert!(relative_error(&plain, &golden.plain) <= TOLERANCE);
    for (sparsity, expected) in [(1.0, &golden.dense), (0.05, &golden.sparse)] {
        let vector = vector(sparsity, 0);
        for (alpha, expected) in golden.alphas.iter().zip(expected.chunks_exact(model.n_vocab())) {
            let error = relative_error(&steered(&model, &vector, *alpha, prompt), expected);
            println!("sparsity {sparsity}, α {alpha}: {error:.2e}");
            assert!(error <= TOLERANCE, "sparsity {sparsity}, α {alpha}: {error:.2e}");
        }
    }
}

/// What the test above would miss if it could not fail: the same numbers one block later.
#[test]
fn one_layer_off_is_noticed() {
    let (golden, model) = (golden(), model());
    for (sparsity, expected) in [(1.0, &golden.dense), (0.05, &golden.sparse)] {
        let shifted = vector(sparsity, 1);
        for (alpha, expected) in golden.alphas.iter().zip(expected.chunks_exact(model.n_vocab())) {
            let error = relative_error(&steered(&model, &shifted, *alpha, &golden.prompts[0]), expected);
            assert!(error > 10.0 * TOLERANCE, "sparsity {sparsity}, α {alpha}: {error:.2e}");
        }
    }
}

/// A direction for layer 0 changes nothing, and the rest of the vector steers.
#[test]
fn layer_0_is_passed_over() {
    let (golden, model) = (golden(), model());
    let mut vector = vector(1.0, 0);
    let mut zero = vector.layers[0].clone();
    zero.layer = 0;
    vector.layers.insert(0, zero);
    let expected = &golden.dense[3 * model.n_vocab()..][..model.n_vocab()];
    assert_eq!(golden.alphas[3], 1.0);
    assert!(relative_error(&steered(&model, &vector, 1.0, &golden.prompts[0]), expected) <= TOLERANCE);
}

/// What transformers calls hidden_states, imported, is what we capture: block by block, all but the last, which has
/// been through the final norm and is recognised by that.
#[test]
fn a_transformers_dump_has_the_states_that_we_capture() {
    let (golden, model) = (golden(), model());
    let target = Target::open(&hf("tiny.gguf")).unwrap();
    let input = Input::Labelled { states: hf("states.safetensors"), labels: None };
    let imported = import(&input, &target, Options::default()).unwrap();
    let last = model.n_layer() - 1;
    assert_eq!(imported.left_out, Some(last));
    let kept = import(&input, &target, Options { last_layer: LastLayer::Keep, ..Options::default() }).unwrap();
    assert_eq!(kept.left_out, None);
    let mut theirs = vec![0.0; model.n_embd()];
    for (prompt, ours) in states(&model, &golden.prompts).iter().enumerate() {
        for (layer, ours) in ours.chunks_exact(model.n_embd()).enumerate() {
            kept.dump.read_state(prompt, layer, &mut theirs);
            let error = relative_error(ours, &theirs);
            assert_eq!(error <= TOLERANCE, layer != last, "prompt {prompt}, layer {layer}: {error:.2e}");
            assert_eq!(imported.dump.has_layer(layer), layer != last);
        }
    }
}
