//! The engine on the demo model: exact where it must be, and equal to an independent implementation where one exists
//! (tests/golden/states, made by Hugging Face transformers from the same GGUF).

use crate::common::{self, widened};

use std::ops::ControlFlow;
use std::sync::Arc;

use antidote::engine::{
    CacheType, CancelToken, ConstraintSpec, ContextOptions, EngineError, FinishReason, FlashAttention, HiddenStates,
    Limits, LoadOptions, Model, Sampler, Sampling, Session, Steering, Token,
};
use antidote::prompt::{Message, Role, Template};
use antidote::vector::{ControlVector, LayerStats, SparseLayer, SvFile};
use common::{demo_model, demo_steering, demo_vector, model, options, root, verified};
use safetensors::SafeTensors;
use widened::widened;

fn prompt(model: &Model, text: &str) -> Vec<Token> {
    let template = Template::of(model).unwrap();
    template.render(&[Message::new(Role::User, text)]).unwrap().tokens(model).unwrap()
}

/// The demo's header on these components at one layer.
fn vector_at(layer: u32, components: &[(u32, f32)]) -> SvFile {
    let mut vector: ControlVector = SvFile::open(&demo_vector()).unwrap().to_control_vector();
    let (indices, values) = components.iter().copied().unzip();
    vector.layers = vec![SparseLayer { layer, indices, values, stats: LayerStats::default() }];
    SvFile::from_bytes(&vector.encode().unwrap()).unwrap()
}

fn answer(session: &mut Session, prompt: &[Token]) -> antidote::engine::Completion {
    let mut sampler = Sampler::new(&Sampling::greedy(), session.model().n_vocab());
    session
        .answer(prompt, &mut sampler, &Limits::default(), &CancelToken::default(), &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

/// ‖a − b‖ / ‖b‖
fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = a.iter().zip(b).map(|(a, b)| square(a - b)).sum();
    (difference / b.iter().map(|b| square(*b)).sum::<f64>()).sqrt()
}

struct Golden {
    prompts: Vec<String>,
    states: Vec<f32>,
    logits: Vec<f32>,
}

fn golden() -> Golden {
    let bytes = std::fs::read(root().join("tests/golden/states/golden.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let floats = |name: &str| -> Vec<f32> {
        let data = tensors.tensor(name).unwrap().data().to_vec();
        data.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
    };
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let prompts = serde_json::from_str(&metadata.metadata().as_ref().unwrap()["prompts"]).unwrap();
    Golden { prompts, states: floats("states"), logits: floats("logits") }
}

/// Weights and cache in 32-bit floats: what is promised. Measured is about a thousand times less.
const F32_ERROR: f64 = 1e-3;
/// llama.cpp rounds activations to 8 bits in products with Q8_0 weights; transformers does not.
const Q8_0_ERROR: f64 = 0.03;

/// The largest relative error of a state of `model` at each layer.
fn largest_errors(model: &Arc<Model>, options: &ContextOptions) -> Vec<f64> {
    let golden = golden();
    let tokens: Vec<_> = golden.prompts.iter().map(|text| prompt(model, text)).collect();
    let mut states: Vec<f32> = vec![];
    HiddenStates::new(model, options)
        .unwrap()
        .read::<EngineError>(&tokens, |_, state| {
            states.extend(state);
            Ok(())
        })
        .unwrap();
    assert_eq!(states.len(), golden.states.len());
    assert_eq!(states.len(), tokens.len() * model.n_layer() * model.n_embd());
    let mut errors = vec![0.0_f64; model.n_layer()];
    let rows = states.chunks_exact(model.n_embd()).zip(golden.states.chunks_exact(model.n_embd()));
    for (row, (ours, theirs)) in rows.enumerate() {
        let (prompt, layer) = (row / model.n_layer(), row % model.n_layer());
        let error = relative_error(ours, theirs);
        // `max` below would pass over it.
        assert!(!error.is_nan(), "prompt {prompt}, layer {layer}");
        errors[layer] = errors[layer].max(error);
    }
    errors
}

#[test]
fn hidden_states_are_those_of_transformers_at_every_layer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.F32.gguf");
    std::fs::write(&path, widened(&std::fs::read(demo_model()).unwrap())).unwrap();
    let exact = ContextOptions { cache_type: CacheType::F32, flash_attention: FlashAttention::Off, ..options() };
    let wide = Arc::new(Model::load(&path, &exact, LoadOptions::default()).unwrap());
    for (name, bound, errors) in
        [("F32", F32_ERROR, largest_errors(&wide, &exact)), ("Q8_0", Q8_0_ERROR, largest_errors(&model(), &options()))]
    {
        println!("largest relative error of a state, {name}, by layer: {errors:?}");
        assert!(errors.iter().all(|error| *error < bound), "{name}: {errors:?}");
    }
}

#[test]
fn many_prompts_in_one_batch_have_the_states_they_have_alone() {
    let model = model();
    let texts = std::fs::read_to_string(root().join("models/demo/prompts/benign.txt")).unwrap();
    let tokens: Vec<_> = texts.lines().take(40).map(|text| prompt(&model, text)).collect();
    let read = |options: &ContextOptions| {
        let mut states: Vec<Vec<f32>> = vec![];
        let mut reader = HiddenStates::new(&model, options).unwrap();
        reader
            .read::<EngineError>(&tokens, |_, state| {
                states.push(state.to_vec());
                Ok(())
            })
            .unwrap();
        states
    };
    let together = read(&options());
    // A micro-batch of 8 is shorter than any of these prompts: each goes alone, in pieces.
    let alone = read(&ContextOptions { n_batch: 8, ..options() });
    assert_eq!(together.len(), 40);
    for (prompt, (together, alone)) in together.iter().zip(&alone).enumerate() {
        let error = relative_error(together, alone);
        assert!(error < 0.01, "prompt {prompt}: relative error {error:.5}");
    }
}

#[test]
fn a_vector_at_layer_l_is_added_to_the_output_of_block_l() {
    let golden = golden();
    let model = model();
    let tokens = prompt(&model, &golden.prompts[0]);
    let expected: Vec<&[f32]> = golden.logits.chunks_exact(model.n_vocab()).collect();
    let components = [(1, 16.0), (33, -16.0), (77, 12.0), (150, 8.0)];
    for layer in 1..model.n_layer() {
        let steering = verified(&model, vector_at(layer as u32, &components), 1.0, false).unwrap();
        let logits = Session::new(&model, &options(), steering).unwrap().logits(&tokens).unwrap();
        let errors: Vec<f64> = expected.iter().map(|expected| relative_error(&logits, expected)).collect();
        let nearest = (0..errors.len()).min_by(|a, b| errors[*a].total_cmp(&errors[*b])).unwrap();
        assert_eq!(nearest, layer, "{errors:.4?}");
        assert!(errors[layer] < Q8_0_ERROR, "layer {layer}: {errors:.4?}");
    }
}

#[test]
fn alpha_zero_is_the_plain_model_to_the_bit() {
    let model = model();
    let tokens = prompt(&model, "How do I clean the lathe?");
    let never = Session::new(&model, &options(), Steering::default()).unwrap().logits(&tokens).unwrap();
    let mut session = Session::new(&model, &options(), demo_steering(&model, 0.0)).unwrap();
    assert_eq!(session.logits(&tokens).unwrap(), never);
    // And after having been turned up.
    session.set_alpha(None, 0.7).unwrap();
    session.forget();
    assert_ne!(session.logits(&tokens).unwrap(), never);
    session.set_alpha(None, 0.0).unwrap();
    session.forget();
    assert_eq!(session.logits(&tokens).unwrap(), never);
}

#[test]
fn steering_beyond_all_numbers_is_an_error_and_leaves_no_trace() {
    let model = model();
    let tokens = prompt(&model, "How do I clean the lathe?");
    let never = Session::new(&model, &options(), Steering::default()).unwrap().logits(&tokens).unwrap();
    let mut session = Session::new(&model, &options(), demo_steering(&model, 0.0)).unwrap();
    session.set_alpha(None, 1e38).unwrap();
    let steered = session.logits(&tokens);
    assert!(matches!(steered, Err(EngineError::OutputNotFinite { .. })), "{:?}", steered.map(|logits| logits[0]));
    session.set_alpha(None, 0.0).unwrap();
    assert_eq!(session.logits(&tokens).unwrap(), never);
}

#[test]
fn vectors_add_up() {
    let model = model();
    let tokens = prompt(&model, "How do I clean the lathe?");
    let logits = |steering| Session::new(&model, &options(), steering).unwrap().logits(&tokens).unwrap();
    let both = [0.3, 0.2].map(|alpha| demo_steering(&model, alpha).vectors()[0].clone());
    let error = relative_error(&logits(Steering::new(both.to_vec())), &logits(demo_steering(&model, 0.5)));
    assert!(error < 1e-3, "{error}");
}

#[test]
fn a_strength_that_is_no_number_changes_nothing() {
    let model = model();
    let mut session = Session::new(&model, &options(), demo_steering(&model, 0.2)).unwrap();
    assert!(matches!(session.set_alpha(None, f32::NAN), Err(EngineError::Alpha { .. })));
    assert_eq!(session.steering().vectors()[0].alpha, 0.2);
    assert_eq!(session.set_alpha(Some("nobody"), 1.0).unwrap(), 0);
}

#[test]
fn a_vector_that_does_nothing_is_refused() {
    let model = model();
    let result = verified(&model, vector_at(2, &[(5, 0.0)]), 0.3, true);
    // It is the vector's fault, and not blamed on the architecture.
    assert!(matches!(result.map(|_| ()), Err(EngineError::ZeroVector { .. })));
}

#[test]
fn a_vector_at_layer_zero_is_refused() {
    let model = model();
    let result = verified(&model, vector_at(0, &[(5, 1.0)]), 0.3, true);
    assert!(matches!(result.map(|_| ()), Err(EngineError::LayerOutOfReach { layer: 0, .. })));
}

#[test]
fn a_prompt_in_the_cache_is_not_processed_again_and_is_answered_the_same() {
    let model = model();
    let mut session = Session::new(&model, &options(), demo_steering(&model, 0.1)).unwrap();
    let tokens = prompt(&model, "How do I clean the lathe?");
    let first = answer(&mut session, &tokens);
    let second = answer(&mut session, &tokens);
    assert_eq!((first.reused_tokens, second.reused_tokens), (0, tokens.len() - 1));
    assert_eq!(first.text, second.text);
    assert_eq!(first.finish, FinishReason::EndOfTurn);
}

#[test]
fn an_interruption_takes_effect_within_one_token_and_the_session_goes_on() {
    let model = model();
    let mut session = Session::new(&model, &options(), Steering::default()).unwrap();
    let tokens = prompt(&model, "How do I clean the lathe?");
    let cancel = CancelToken::default();
    let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab());
    let mut pieces = 0;
    let stopped = session
        .answer(&tokens, &mut sampler, &Limits::default(), &cancel, &mut |_| {
            pieces += 1;
            if pieces == 3 {
                cancel.cancel();
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!((stopped.finish, pieces), (FinishReason::Interrupted, 3));
    let whole = answer(&mut session, &tokens);
    assert!(whole.text.starts_with(&stopped.text) && whole.finish == FinishReason::EndOfTurn);
}

/// Marks that are single control tokens are seen where they are asked for, and only there.
#[test]
fn control_tokens_are_given_out_where_they_are_asked_for() {
    let model = model();
    let text = model.eos_text().expect("the demo's vocabulary has an end");
    let end = model.control_token(&text).expect("which is a control token");
    assert_eq!((model.piece(end), model.written_piece(end)), (vec![], text.clone().into_bytes()));
    assert_eq!(model.control_token("lathe"), None);
    let tokens = prompt(&model, "How do I clean the lathe?");
    let said = |shown_tokens: Vec<Token>| {
        let limits = Limits { shown_tokens, ignore_end: true, ..Limits::tokens(120) };
        let mut session = Session::new(&model, &options(), Steering::default()).unwrap();
        let (mut sampler, cancel) = (Sampler::default(), CancelToken::default());
        session.answer(&tokens, &mut sampler, &limits, &cancel, &mut |_| ControlFlow::Continue(())).unwrap().text
    };
    assert!(!said(vec![]).contains(&text));
    assert!(said(model.end_token().into_iter().chain([end]).collect()).contains(&text));
}

/// With a template that opens the model's thinking the whole JSON went into the thinking, and the answer was empty.
#[test]
fn a_constraint_begins_behind_the_thinking() {
    let model = model();
    let tokens = prompt(&model, "How do I clean the lathe?");
    let said = |free_until: &[&str], n: usize| {
        let schema = ConstraintSpec::json_schema(r#"{"const": 7}"#).unwrap();
        let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab()).with_constraint(&schema, &model).unwrap();
        let free_until = free_until.iter().map(ToString::to_string).collect();
        let limits = Limits { free_until, ..Limits::tokens(n) };
        let mut session = Session::new(&model, &options(), Steering::default()).unwrap();
        let cancel = CancelToken::default();
        session.answer(&tokens, &mut sampler, &limits, &cancel, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let mut session = Session::new(&model, &options(), Steering::default()).unwrap();
    let free = answer(&mut session, &tokens).text;
    let first = &free[..=free.find('.').unwrap()];
    assert_eq!(said(&[], 120).text, "7");
    assert_eq!(said(&["."], 120).text, format!("{first}7"));
    assert_eq!(said(&["nowhere", "."], 120).text, format!("{first}7"));
    // The turn cannot end in the thinking: there would be no answer.
    let endless = said(&["nowhere"], 120);
    assert_eq!((endless.finish, endless.text.starts_with(&free)), (FinishReason::Length, true));
}
