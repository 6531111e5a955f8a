//! `antidote-derive` against numpy's full SVD and scikit-learn on the same dumps (`tests/golden/derive/make_golden.py`).

use crate::common::run;

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use antidote::derive::{DeriveConfig, DeriveError, Execution, LayerChoice, Method, derive};
use antidote::dump::Dump;
use antidote::vector::{Keep, LayerView, Scale, SvFile};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    dump: String,
    method: String,
    scale: Scale,
    percent: f32,
    #[serde(default)]
    sparsify: Keep,
    #[serde(default)]
    fit_all: bool,
    #[serde(default = "all")]
    layers_chosen: String,
    /// Held out and all together.
    harmful: (u32, u32),
    benign: (u32, u32),
    layers: Vec<Layer>,
}

fn all() -> String {
    "all".to_owned()
}

/// What numpy found for a layer.
#[derive(Deserialize)]
struct Layer {
    layer: u32,
    indices: Vec<usize>,
    values: Vec<f64>,
    separation: f64,
    energy_kept: f64,
    gap: f64,
    held_out: Option<HeldOut>,
}

#[derive(Deserialize)]
struct HeldOut {
    auc: f64,
    fisher: f64,
    cohens_d: f64,
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/derive").join(name)
}

fn cases() -> Vec<Case> {
    serde_json::from_slice(&std::fs::read(golden("expected.json")).unwrap()).unwrap()
}

/// Values are stored as `f16`: 11 significant bits.
#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-3 * theirs.abs() + 1e-5, "{ours} and {theirs}");
}

fn agrees(ours: &LayerView<'_>, theirs: &Layer) {
    assert_eq!(ours.layer, theirs.layer);
    let (indices, values): (Vec<usize>, Vec<f64>) = ours.iter().map(|(index, value)| (index, f64::from(value))).unzip();
    assert_eq!(indices, theirs.indices, "layer {}", ours.layer);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let cosine = dot(&values, &theirs.values) / (dot(&values, &values) * dot(&theirs.values, &theirs.values)).sqrt();
    assert!(cosine >= 0.999_99, "layer {}: cosine {cosine}", ours.layer);
    near(dot(&values, &values), dot(&theirs.values, &theirs.values));
    near(f64::from(ours.stats.separation), theirs.separation);
    near(f64::from(ours.stats.energy_kept), theirs.energy_kept);
    near(f64::from(ours.stats.gap), theirs.gap);
    assert_eq!(ours.stats.held_out.is_some(), theirs.held_out.is_some());
    if let (Some(ours), Some(theirs)) = (ours.stats.held_out, &theirs.held_out) {
        near(f64::from(ours.auc), theirs.auc);
        near(f64::from(ours.fisher), theirs.fisher);
        near(f64::from(ours.cohens_d), theirs.cohens_d);
    }
}

#[test]
fn directions_and_statistics_are_those_of_numpy_and_scikit_learn() {
    let folder = tempfile::tempdir().unwrap();
    for (number, case) in cases().iter().enumerate() {
        let out = folder.path().join(format!("{number}.sv"));
        let scale = if case.scale == Scale::Gap { "gap" } else { "unit" };
        let keep = match case.sparsify {
            Keep::TopK => "top-k",
            Keep::Global => "global",
            Keep::Energy => "energy",
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_antidote-derive"));
        command
            .arg(golden(&format!("{}.safetensors", case.dump)))
            .args(["--method", &case.method, "--scale", scale, "--sparsity", &case.percent.to_string()])
            .args(["--sparsify", keep, "--layers", &case.layers_chosen, "--out"])
            .arg(&out)
            .args(case.fit_all.then_some("--fit-all"));
        run(&mut command, b"").succeeds();
        let file = SvFile::open(&out).unwrap();
        let header = file.header();
        assert_eq!((&header.method, header.keep), (&case.method, case.sparsify));
        assert_eq!((header.n_harmful_held_out, header.n_harmful), case.harmful);
        assert_eq!((header.n_benign_held_out, header.n_benign), case.benign);
        assert_eq!(file.layers().count(), case.layers.len());
        file.layers().zip(&case.layers).for_each(|(ours, theirs)| agrees(&ours, theirs));
    }
}

/// The script has seen every method and every way to choose components.
#[test]
fn nothing_is_left_out() {
    let cases = cases();
    let methods: HashSet<_> = cases.iter().map(|case| case.method.as_str()).collect();
    assert_eq!(methods, Method::ALL.iter().map(|method| method.name).collect());
    for keep in [Keep::TopK, Keep::Global, Keep::Energy] {
        assert!(cases.iter().any(|case| case.sparsify == keep), "{keep:?}");
    }
    assert!(cases.iter().any(|case| case.fit_all) && cases.iter().any(|case| case.layers_chosen.starts_with("best")));
}

fn recipe(method: Method, keep: Keep) -> DeriveConfig {
    DeriveConfig {
        method,
        scale: Scale::Gap,
        sparsity: 0.25,
        keep,
        layers: LayerChoice::default(),
        hold_out: true,
        flip_sign: false,
        concept: "refusal".to_owned(),
        suggested_alpha: None,
        alpha_range: None,
        provenance: String::new(),
        created_unix: 0,
    }
}

#[test]
fn neither_threads_nor_memory_change_a_byte() {
    let dump = Dump::open(&golden("pairs.safetensors")).unwrap();
    for method in Method::ALL {
        let bytes = |threads, memory| {
            let execution = Execution { threads: NonZeroUsize::new(threads).unwrap(), memory, ..Execution::default() };
            derive(&dump, &recipe(*method, Keep::Global), &execution).unwrap().vector.encode().unwrap()
        };
        let first = bytes(1, usize::MAX);
        for (threads, memory) in [(2, usize::MAX), (8, usize::MAX), (1, 0), (3, 0)] {
            assert_eq!(bytes(threads, memory), first, "{} with {threads} threads, {memory} bytes", method.name);
        }
    }
}

#[test]
fn a_derivation_says_how_far_it_is_and_stops_when_told() {
    let dump = Dump::open(&golden("dump.safetensors")).unwrap();
    let recipe = recipe(Method::ALL[0], Keep::TopK);
    let told = std::sync::Mutex::new(vec![]);
    let watch = |done, total| {
        told.lock().unwrap().push((done, total));
        if done == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let execution = Execution { threads: NonZeroUsize::MIN, watch: &watch, ..Execution::default() };
    let stopped = derive(&dump, &recipe, &execution);
    assert!(matches!(stopped, Err(DeriveError::Stopped)), "{stopped:?}");
    assert_eq!(*told.lock().unwrap(), [(1, 6), (2, 6), (3, 6), (4, 6)]);
}
