//! The format's promises, one by one: what was written is read, and nothing else is.

use super::{CHECKSUM, FormatError, HEADER_LIMIT, Indices, PREFIX, SvError, SvFile, Values};
use crate::vector::{ControlVector, HeldOut, LayerStats, SparseLayer, samples};

fn error(bytes: &[u8]) -> FormatError {
    match SvFile::from_bytes(bytes) {
        Err(SvError::Broken { error, .. }) => error,
        other => panic!("not a broken file: {other:?}"),
    }
}

/// `bytes` with a checksum that is right again, to get at what lies behind it.
pub(super) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - CHECKSUM);
    let checksum = blake3::hash(&bytes);
    bytes.extend(checksum.as_bytes());
    bytes
}

/// The small vector's file after `change`, sealed.
pub(super) fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = samples::small().encode().unwrap();
    change(&mut bytes);
    sealed(bytes)
}

/// Byte after the header.
pub(super) fn header_end(bytes: &[u8]) -> usize {
    PREFIX + u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize
}

#[test]
fn a_file_holds_what_was_written() {
    let vector = samples::small();
    let file = SvFile::from_bytes(&vector.encode().unwrap()).unwrap();
    let read = file.to_control_vector();
    assert_eq!(read.layers, vector.layers);
    assert_eq!(read.header.layers.len(), 2);
    assert_eq!(read.header, crate::vector::Header { layers: read.header.layers.clone(), ..vector.header });
    let first = file.layers().next().unwrap();
    assert_eq!(first.iter().collect::<Vec<_>>(), [(0, 0.5), (3, -1.0), (7, 2.0)]);
    assert!(matches!(first.indices, Indices::U16([0, 3, 7])));
    assert!(matches!(first.values, Values::F16([_, _, _])));
}

#[test]
fn a_file_on_the_disk_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.sv");
    samples::small().write(&path).unwrap();
    let file = SvFile::open(&path).unwrap();
    assert_eq!(file.path(), path);
    assert_eq!(file.n_bytes(), samples::small().encode().unwrap().len());
    assert_eq!(file.to_control_vector().encode().unwrap(), std::fs::read(&path).unwrap());
}

#[test]
fn files_that_are_not_there_are_named() {
    let text = SvFile::open(std::path::Path::new("/no/such/file.sv")).unwrap_err().to_string();
    assert!(text.contains("/no/such/file.sv"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    assert!(SvFile::open(folder.path()).unwrap_err().to_string().contains("folder"));
    let empty = folder.path().join("empty.sv");
    std::fs::write(&empty, []).unwrap();
    let text = SvFile::open(&empty).unwrap_err().to_string();
    assert!(text.contains("empty.sv") && text.contains("cut off"), "{text}");
}

#[test]
fn an_eight_b_model_takes_less_than_30_kb() {
    let bytes = samples::of_shape(32, 4096, 0.05).encode().unwrap();
    assert!(bytes.len() < 30_000, "{} bytes", bytes.len());
    let dense = 31 * 4096 * 4;
    assert!(bytes.len() * 100 < dense * 6, "{} of {dense} bytes", bytes.len());
}

#[test]
fn indices_are_narrow_up_to_65536_and_values_while_half_floats_suffice() {
    let vector = |n_embd: u32, value: f32| {
        let layer =
            SparseLayer { layer: 0, indices: vec![n_embd - 1], values: vec![value], stats: LayerStats::default() };
        ControlVector { header: samples::header(1, n_embd), layers: vec![layer] }
    };
    for (n_embd, value, wide_index, wide_value) in [
        (65_536, 1.0, false, false),
        (65_537, 1.0, true, false),
        (8, 65_504.0, false, false),
        (8, 65_536.0, false, true),
        (8, -1e-6, false, true),
        (8, f32::MIN_POSITIVE, false, true),
        (8, 0.0, false, false),
        (1 << 20, f32::MAX, true, true),
    ] {
        let file = SvFile::from_bytes(&vector(n_embd, value).encode().unwrap()).unwrap();
        let view = file.layers().next().unwrap();
        assert_eq!(matches!(view.indices, Indices::U32(_)), wide_index, "{n_embd}");
        assert_eq!(matches!(view.values, Values::F32(_)), wide_value, "{value}");
        assert_eq!(view.iter().collect::<Vec<_>>(), [(n_embd as usize - 1, value)]);
    }
}

#[test]
fn every_cut_and_every_bit_flip_is_refused() {
    let bytes = samples::small().encode().unwrap();
    for length in 0..bytes.len() {
        assert!(SvFile::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(SvFile::from_bytes(&flipped).is_err(), "bit {bit}");
    }
    for extra in 1..9 {
        let longer = [&bytes[..], &vec![0; extra]].concat();
        assert!(matches!(error(&longer), FormatError::Checksum { .. }), "{extra} more bytes");
    }
}

#[test]
fn what_is_wrong_with_the_frame_is_said() {
    let bytes = samples::small().encode().unwrap();
    let says = |bytes: &[u8], words: &[&str]| {
        let text = SvFile::from_bytes(bytes).unwrap_err().to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    says(b"GGUF\x03\0\0\0", &["does not start", "antidote-derive"]);
    says(&bytes[..40], &["byte 40", "cut off", "download"]);
    says(&bytes[..bytes.len() - 1], &["checksum", "cut off", "download"]);
    let as_text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    says(&as_text, &["line endings", "binary"]);
    says(&changed(|bytes| bytes[8] = 3), &["version 3", "newer Antidote"]);
    says(&changed(|bytes| bytes[8] = 0), &["version 0", "antidote-derive"]);
}

#[test]
fn every_rule_behind_the_checksum_is_checked() {
    let end = header_end(&samples::small().encode().unwrap());
    // The two entries of 33 bytes each are the header's end; two sizes and two zeros follow it here or less.
    let first_indices = (end + 2).next_multiple_of(4);
    let first_values = first_indices + 8;
    let set = |at: usize, new: &'static [u8]| move |bytes: &mut Vec<u8>| bytes[at..at + new.len()].copy_from_slice(new);

    assert!(matches!(error(&changed(set(12, &[0xFF; 4]))), FormatError::HeaderLength { .. }));
    assert!(matches!(error(&changed(set(12, &[0; 4]))), FormatError::Header { .. }));
    assert!(matches!(error(&changed(|bytes| bytes[12] += 1)), FormatError::Header { .. }));
    assert!(matches!(error(&changed(set(16, &[0xFF; 8]))), FormatError::Header { .. }));
    assert!(matches!(error(&changed(set(end - 74, &[0xFF; 8]))), FormatError::Header { .. }));
    assert!(matches!(error(&changed(set(end - 33, &[4, 0, 0, 0]))), FormatError::LayerOrder { layer: 4, .. }));
    assert!(matches!(error(&changed(set(end - 33, &[1, 0, 0, 0]))), FormatError::LayerOrder { layer: 1, .. }));
    assert!(matches!(error(&changed(set(end - 29, &[9, 0, 0, 0]))), FormatError::LayerLength { layer: 3, .. }));
    assert!(matches!(error(&changed(set(end - 29, &[0, 0, 0, 0]))), FormatError::LayerLength { layer: 3, .. }));
    assert!(matches!(error(&changed(set(end - 29, &[8, 0, 0, 0]))), FormatError::Overlong { .. }));
    assert!(matches!(error(&changed(set(end - 25, &[0, 0, 0xC0, 0x7F]))), FormatError::Statistics { .. }));
    assert!(matches!(error(&changed(set(end - 4, &[0, 0, 0xC0, 0x7F]))), FormatError::Statistics { layer: 3, .. }));
    assert!(matches!(error(&changed(set(end - 13, &[2]))), FormatError::Header { .. }));
    assert!(matches!(error(&changed(set(end, &[4]))), FormatError::Encoding { index_size: 4, .. }));
    assert!(matches!(error(&changed(set(end + 1, &[3]))), FormatError::Encoding { value_size: 3, .. }));
    assert!(matches!(error(&changed(set(first_indices, &[3]))), FormatError::IndexOrder { layer: 1, position: 1, .. }));
    assert!(matches!(
        error(&changed(set(first_indices + 4, &[8]))),
        FormatError::IndexOrder { layer: 1, position: 2, .. }
    ));
    assert_eq!(error(&changed(set(first_indices + 6, &[1]))), FormatError::Padding { at: first_indices + 6 });
    assert!(matches!(
        error(&changed(set(first_values + 1, &[0x7C]))),
        FormatError::NotFinite { layer: 1, position: 0, .. }
    ));
    let longer = changed(|bytes| bytes.splice(bytes.len() - CHECKSUM..bytes.len() - CHECKSUM, [0; 4]).for_each(drop));
    assert!(matches!(error(&longer), FormatError::Leftover { .. }));
}

#[test]
fn an_error_names_its_byte() {
    let end = header_end(&samples::small().encode().unwrap());
    let text = error(&changed(|bytes| bytes[end - 33] = 9)).to_string();
    assert!(text.contains(&format!("layer 9 (byte {})", end - 33)), "{text}");
}

#[test]
fn writing_checks_what_reading_checks() {
    type Change = fn(&mut ControlVector);
    let cases: &[(Change, &str)] = &[
        (|vector| vector.layers.clear(), "at least one layer"),
        (|vector| vector.layers.swap(0, 1), "layer 1 must come after"),
        (|vector| vector.layers[1].layer = 4, "layer 4 must come after the layer before it and be below n_layer = 4"),
        (|vector| vector.layers[0].indices.clear(), "0 indices and 3 values"),
        (|vector| vector.layers[0].values.clear(), "3 indices and 0 values"),
        (|vector| vector.layers[0].indices[1] = 0, "index 1 of layer 1 is 0"),
        (|vector| vector.layers[0].indices[2] = 8, "index 2 of layer 1 is 8"),
        (|vector| vector.layers[0].values[2] = f32::INFINITY, "value 2 of layer 1 is not"),
        (|vector| vector.layers[0].stats.gap = f32::NAN, "statistics of layer 1"),
        (
            |vector| vector.layers[1].stats.held_out = Some(HeldOut { fisher: f32::INFINITY, ..HeldOut::default() }),
            "layer 3",
        ),
        (|vector| vector.header.n_harmful_held_out = 201, "n_harmful_held_out = 201"),
        (|vector| vector.header.n_benign_held_out = 301, "n_benign_held_out = 301"),
        (|vector| vector.header.model.n_embd = 0, "n_embd = 0"),
        (|vector| vector.header.model.n_embd = (1 << 20) + 1, "n_embd = 1048577"),
        (|vector| vector.header.sparsity = 0.0, "sparsity = 0"),
        (|vector| vector.header.sparsity = f32::NAN, "sparsity = NaN"),
        (|vector| vector.header.suggested_alpha = Some(f32::NAN), "suggested_alpha = NaN"),
        (|vector| vector.header.alpha_range = Some((1.0, 0.0)), "alpha_range = 1 to 0"),
        (|vector| vector.header.provenance = "x".repeat(HEADER_LIMIT), "limit of 262144"),
    ];
    for (change, words) in cases {
        let mut vector = samples::small();
        change(&mut vector);
        let text = vector.encode().unwrap_err().to_string();
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn the_longest_header_is_read_again() {
    let mut vector = samples::small();
    let short = header_end(&vector.encode().unwrap()) - PREFIX;
    let provenance = "x".repeat(vector.header.provenance.len() + HEADER_LIMIT - short);
    vector.header.provenance = provenance.clone();
    let file = SvFile::from_bytes(&vector.encode().unwrap()).unwrap();
    assert_eq!(file.header().provenance, provenance);
}
