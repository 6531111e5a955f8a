//! `antidote-derive` against numpy's full SVD on the same dump (`tests/golden/derive/make_golden.py`).

use std::path::{Path, PathBuf};
use std::process::Command;

use antidote::vector::{Header, LayerView, Scale, SvFile};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    method: String,
    scale: Scale,
    percent: f32,
    layers: Vec<Layer>,
}

/// What numpy found for layers 1, 2, ….
#[derive(Deserialize)]
struct Layer {
    indices: Vec<usize>,
    values: Vec<f64>,
    separation: f64,
    energy_kept: f64,
    gap: f64,
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/derive").join(name)
}

/// Values are stored as `f16`: 11 significant bits.
#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-3 * theirs.abs(), "{ours} and {theirs}");
}

fn agrees(ours: &LayerView<'_>, theirs: &Layer) {
    let (indices, values): (Vec<usize>, Vec<f32>) = ours.iter().unzip();
    assert_eq!(indices, theirs.indices, "layer {}", ours.layer);
    values.iter().zip(&theirs.values).for_each(|(ours, theirs)| near(f64::from(*ours), *theirs));
    near(f64::from(ours.stats.separation), theirs.separation);
    near(f64::from(ours.stats.energy_kept), theirs.energy_kept);
    near(f64::from(ours.stats.gap), theirs.gap);
}

#[test]
fn directions_are_those_of_numpy() {
    let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(golden("expected.json")).unwrap()).unwrap();
    assert!(cases.len() >= 4);
    let folder = tempfile::tempdir().unwrap();
    for (number, case) in cases.iter().enumerate() {
        let out = folder.path().join(format!("{number}.sv"));
        let scale = if case.scale == Scale::Gap { "gap" } else { "unit" };
        let ran = Command::new(env!("CARGO_BIN_EXE_antidote-derive"))
            .arg(golden("dump.safetensors"))
            .args(["--method", &case.method, "--scale", scale, "--sparsity", &case.percent.to_string(), "--out"])
            .arg(&out)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
        let file = SvFile::open(&out).unwrap();
        let Header { n_harmful, n_benign, n_layer, n_embd, method, .. } = file.header();
        assert_eq!((*n_harmful, *n_benign, *n_layer, *n_embd, method), (14, 10, 4, 64, &case.method));
        let layers: Vec<_> = file.layers().collect();
        assert_eq!(layers.iter().map(|layer| layer.layer).collect::<Vec<_>>(), [1, 2, 3]);
        layers.iter().zip(&case.layers).for_each(|(ours, theirs)| agrees(ours, theirs));
    }
}
