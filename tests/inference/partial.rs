//! A vector that steers at some of its layers only: an error, or said all the time.

use crate::common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use antidote::engine::{ContextOptions, EngineError, LoadOptions, Model, Session, Steering};
use antidote::vector::{ControlVector, SvFile};
use common::{Ran, antidote, antidote_with_input, root, vector_for, verified};

const SOME: &[(u32, f32)] = &[(0, 0.5), (8, 2.0)];
const ZEROS: &[(u32, f32)] = &[(0, 0.0), (8, 0.0)];

fn llama() -> PathBuf {
    root().join("tests/architectures/llama.gguf")
}

fn options() -> ContextOptions {
    ContextOptions::for_chat(Model::outline(&llama()).unwrap(), None)
}

fn model() -> Arc<Model> {
    Arc::new(Model::load(&llama(), &options(), LoadOptions::default()).unwrap())
}

fn steering(model: &Arc<Model>, vector: &ControlVector, allow_partial: bool) -> Result<Steering, EngineError> {
    verified(model, SvFile::from_bytes(&vector.encode().unwrap()).unwrap(), 1.0, allow_partial)
}

#[test]
fn layers_that_do_not_steer_are_named() {
    let model = model();
    for (layers, expected) in [
        (&[(0, SOME), (2, SOME)][..], (vec![2], vec![0])),
        (&[(1, ZEROS), (2, SOME)], (vec![2], vec![1])),
        (&[(1, SOME), (2, ZEROS)], (vec![1], vec![2])),
    ] {
        let vector = vector_for(&model, layers);
        match steering(&model, &vector, false).map(|_| ()) {
            Err(EngineError::PartlyLive { applied, not_applied, .. }) => assert_eq!((applied, not_applied), expected),
            other => panic!("{other:?}"),
        }
        let partial = steering(&model, &vector, true).unwrap().partial();
        let [partial] = partial.as_slice() else { panic!("{partial:?}") };
        assert_eq!(partial.name, "refusal", "as people call it");
        assert_eq!((partial.applied.clone(), partial.not_applied.clone()), expected);
    }
    let whole = vector_for(&model, &[(1, SOME), (2, SOME)]);
    assert!(steering(&model, &whole, false).unwrap().partial().is_empty());
}

/// Nothing that is allowed makes a vector that does nothing look like protection.
#[test]
fn a_vector_that_does_nothing_is_never_allowed() {
    let model = model();
    for layers in [&[(1, ZEROS)][..], &[(1, ZEROS), (2, ZEROS)], &[(0, SOME)], &[(0, SOME), (2, ZEROS)]] {
        let refusal = steering(&model, &vector_for(&model, layers), true).map(|_| ()).unwrap_err();
        use EngineError::{LayerOutOfReach, NotLive, ZeroVector};
        assert!(matches!(refusal, NotLive { .. } | LayerOutOfReach { .. } | ZeroVector { .. }), "{refusal}");
    }
}

/// Steering made of vectors that were tried on another model's weights changes nothing, wherever it comes in.
#[test]
fn what_was_verified_on_another_model_does_not_steer() {
    let (model, demo) = (model(), common::model());
    let foreign = common::demo_steering(&demo, 0.3);
    let refused = |result: Result<(), EngineError>| assert!(matches!(result, Err(EngineError::NotVerified { .. })));
    refused(Session::new(&model, &options(), foreign.clone()).map(|_| ()));
    let tokens = model.tokenize("the inn");
    let whole = steering(&model, &vector_for(&model, &[(1, SOME), (2, SOME)]), false).unwrap();
    let mut session = Session::new(&model, &options(), whole).unwrap();
    let steered = session.logits(&tokens).unwrap();
    refused(session.steer(foreign));
    session.forget();
    assert_eq!(session.logits(&tokens).unwrap(), steered, "what steered before goes on");
}

fn with_vector(command: &[&str], vector: &Path, input: &str) -> Ran {
    let llama = llama();
    let rest = [llama.as_path(), Path::new("--vector"), vector];
    antidote_with_input(command.iter().map(Path::new).chain(rest), input.as_bytes())
}

#[test]
fn the_programs_refuse_it_or_say_it_all_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let vector = folder.path().join("part.sv");
    vector_for(&model(), &[(0, SOME), (2, SOME)]).write(&vector).unwrap();
    let run = ["run", "-p", "the inn", "-n", "4", "--json", "--alpha", "1"];
    with_vector(&run, &vector, "").fails(1, &["part.sv", "layers 2 but not 0", "--allow-partial"]);
    with_vector(&["chat"], &vector, "the inn\n").fails(1, &["--allow-partial"]);

    let allowed = [&run[..], &["--allow-partial"]].concat();
    let ran = with_vector(&allowed, &vector, "").succeeds();
    assert!(ran.stderr.contains("PARTIAL"), "{ran:?}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = serde_json::json!([{
        "name": json["vectors"][0]["name"], "applied_layers": [2], "not_applied_layers": [0],
    }]);
    assert_eq!(json["partial"], expected, "{json}");

    let chat = ["chat", "--quiet", "--allow-partial", "--alpha", "1", "-n", "4"];
    let ran = with_vector(&chat, &vector, "/vectors\nthe inn\n/stats\n").succeeds();
    assert_eq!(ran.stderr.matches("PARTIAL").count(), 3, "at the start, /vectors, /stats: {ran:?}");
}

/// Nothing is said where nothing is partial.
#[test]
fn whole_vectors_are_not_mentioned() {
    let ran = antidote(["run", "-p", "hello", "-n", "4", "--json", "--allow-partial"]).succeeds();
    assert!(!ran.stdout.contains("partial") && !ran.stderr.contains("PARTIAL"), "{ran:?}");
}

/// The probe of the live check is longer than this micro-batch.
#[test]
fn the_check_works_with_the_smallest_batch() {
    antidote(["run", "-p", "hello", "-n", "2", "-b", "1"]).succeeds();
}
