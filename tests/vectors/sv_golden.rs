//! Files that another program wrote from docs/sv-format.md (`tests/golden/sv/read_sv.py --make tests/golden/sv`): we
//! read what it meant, and write the same bytes.

use std::path::PathBuf;

use antidote::gguf::Gguf;
use antidote::vector::{Fingerprint, Indices, ModelId, SvFile, Values};
use serde_json::{Value, json};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sv").join(name)
}

/// What a file holds, in the form of the JSON beside it. Floats become `f64`, as Python's are.
fn as_json(file: &SvFile) -> Value {
    let header = file.header();
    let layer = |view: antidote::vector::LayerView<'_>| {
        json!({
            "layer": view.layer,
            "n_components": view.len(),
            "separation": f64::from(view.stats.separation),
            "energy_kept": f64::from(view.stats.energy_kept),
            "gap": f64::from(view.stats.gap),
            "held_out": view.stats.held_out.map(|held_out| json!({
                "auc": f64::from(held_out.auc),
                "fisher": f64::from(held_out.fisher),
                "cohens_d": f64::from(held_out.cohens_d),
            })),
            "indices": view.iter().map(|(index, _)| index).collect::<Vec<_>>(),
            "values": view.iter().map(|(_, value)| f64::from(value)).collect::<Vec<_>>(),
        })
    };
    json!({
        "architecture": header.model.architecture,
        "model_name": header.model.name,
        "fingerprint": header.model.fingerprint.to_string(),
        "n_layer": header.model.n_layer,
        "n_embd": header.model.n_embd,
        "concept": header.concept,
        "sign": header.sign,
        "method": header.method,
        "scale": header.scale,
        "sparsity": f64::from(header.sparsity),
        "keep": header.keep,
        "n_harmful": header.n_harmful,
        "n_benign": header.n_benign,
        "n_harmful_held_out": header.n_harmful_held_out,
        "n_benign_held_out": header.n_benign_held_out,
        "suggested_alpha": header.suggested_alpha.map(f64::from),
        "alpha_range": header.alpha_range.map(|(low, high)| [f64::from(low), f64::from(high)]),
        "provenance": header.provenance,
        "created_unix": header.created_unix,
        "layers": file.layers().map(layer).collect::<Vec<_>>(),
    })
}

/// Reads the file as it is meant.
fn reads(name: &str) -> SvFile {
    let file = SvFile::open(&golden(&format!("{name}.sv"))).unwrap();
    let meant: Value = serde_json::from_slice(&std::fs::read(golden(&format!("{name}.json"))).unwrap()).unwrap();
    assert_eq!(as_json(&file), meant);
    file
}

/// Reads the file as it is meant and writes it to the same bytes.
fn agrees(name: &str) -> SvFile {
    let file = reads(name);
    assert_eq!(file.to_control_vector().encode().unwrap(), std::fs::read(file.path()).unwrap());
    file
}

#[test]
fn a_small_file_is_read_and_written_as_the_page_says() {
    let file = agrees("small");
    let first = file.layers().next().unwrap();
    assert!(matches!((first.indices, first.values), (Indices::U16(_), Values::F16(_))));
}

#[test]
fn a_file_of_wide_indices_and_whole_floats_is_read_and_written_as_the_page_says() {
    let file = agrees("wide");
    let first = file.layers().next().unwrap();
    assert!(matches!((first.indices, first.values), (Indices::U32(_), Values::F32(_))));
}

/// It is written again as version 2, and that holds the same.
#[test]
fn a_file_of_version_1_is_still_read() {
    let file = reads("first");
    let again = SvFile::from_bytes(&file.to_control_vector().encode().unwrap()).unwrap();
    assert_eq!(as_json(&again), as_json(&file));
    assert!(again.layers().all(|layer| layer.stats.held_out.is_none()));
}

/// The layer that a broken entry of version 1 belongs to is named with its byte.
#[test]
fn a_broken_file_of_version_1_is_refused_with_its_place() {
    let mut bytes = std::fs::read(golden("first.sv")).unwrap();
    let header_end = 16 + u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    bytes[header_end - 20] = 9;
    let content = bytes.len() - 32;
    let checksum = blake3::hash(&bytes[..content]);
    bytes[content..].copy_from_slice(checksum.as_bytes());
    let text = SvFile::from_bytes(&bytes).unwrap_err().to_string();
    assert!(text.contains(&format!("layer 9 (byte {})", header_end - 20)), "{text}");
}

#[test]
fn the_fingerprint_is_what_the_page_says() {
    let bytes = std::fs::read(golden("norms.gguf")).unwrap();
    let gguf = Gguf::parse(&bytes).unwrap();
    let fingerprint = Fingerprint::of(&gguf, &bytes).unwrap();
    let file = SvFile::open(&golden("small.sv")).unwrap();
    assert_eq!(fingerprint, file.header().model.fingerprint);
    file.check_model(&ModelId::of(&gguf, &golden("norms.gguf"), fingerprint).unwrap()).unwrap();
}

/// The page shows the file that stands beside it.
#[test]
fn the_page_shows_the_golden_file() {
    let page = include_str!("../../docs/sv-format.md");
    let example = page.split("## An example").nth(1).and_then(|text| text.split("```").nth(1)).unwrap();
    let shown: Vec<u8> = example
        .lines()
        .filter_map(|line| line.get(6..53.min(line.len())))
        .flat_map(str::split_whitespace)
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    assert_eq!(shown, std::fs::read(golden("small.sv")).unwrap());
}
