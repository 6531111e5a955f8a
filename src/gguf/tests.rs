//! Small files, whole and broken in every way.

use super::samples::{entry, file, sample, tensor, text};
use super::*;
use proptest::prelude::*;

#[test]
fn a_header_is_read() {
    let bytes = sample();
    let gguf = Gguf::parse(&bytes).unwrap();
    assert_eq!((gguf.architecture(), gguf.n_layer(), gguf.n_embd()), (Some("llama"), Some(6), None));
    assert_eq!(gguf.u64("llama.attention.head_count_kv"), Some(8));
    let [tensor] = gguf.tensors() else { panic!("one tensor") };
    assert_eq!((tensor.name, tensor.n_elements, tensor.kind), ("output_norm.weight", 4, TensorType::F32));
    assert_eq!(tensor.shape, [4, 1, 1, 1]);
    assert_eq!(tensor.bytes(&bytes), &bytes[bytes.len() - 16..]);
    assert_eq!(tensor.range(), bytes.len() - 16..bytes.len());
}

#[test]
fn lists_are_read_when_asked_for() {
    let bytes = sample();
    let gguf = Gguf::parse(&bytes).unwrap();
    let list = |key| match gguf.get(key) {
        Some(Value::List(list)) => *list,
        other => panic!("no list: {other:?}"),
    };
    let tokens = list("tokenizer.ggml.tokens");
    assert_eq!((tokens.len(), tokens.is_empty()), (2, false));
    assert_eq!(tokens.texts().unwrap().collect::<Vec<_>>(), [&b"a"[..], b"bc"]);
    assert!(tokens.integers().is_none());
    let heads = list("llama.attention.head_count_kv");
    assert_eq!(heads.integers().unwrap().collect::<Vec<_>>(), [4, 8]);
    assert!(heads.texts().is_none());
}

#[test]
fn every_truncation_is_refused() {
    let bytes = sample();
    for length in 0..bytes.len() {
        assert!(Gguf::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let says = |change: &dyn Fn(&mut Vec<u8>), words: &str| {
        let mut bytes = sample();
        change(&mut bytes);
        let text = Gguf::parse(&bytes).unwrap_err().to_string();
        assert!(text.contains(words), "{text}");
    };
    says(&|bytes| bytes[0] = b'X', "not a GGUF");
    says(&|bytes| bytes[4] = 1, "version 1");
    says(&|bytes| bytes[4..8].copy_from_slice(&[0, 0, 0, 3]), "big-endian");
    says(&|bytes| bytes[4] = 77, "version 77");
    says(&|bytes| bytes[4] = 0, "version 0");
    says(&|bytes| bytes[8..16].fill(0xFF), "tensors (byte 8)");
    says(&|bytes| bytes[16..24].fill(0xFF), "metadata entries (byte 16)");
    says(&|bytes| bytes.truncate(bytes.len() - 1), "\"output_norm.weight\" extends to byte");
    says(&|bytes| bytes[24..32].fill(0xFF), "a metadata key at byte 32");
    says(&|bytes| bytes[32] = 0xFF, "byte 24 is not UTF-8");
    says(&|bytes| bytes[52] = 77, "byte 52 has the unknown type 77");
}

#[test]
fn metadata_that_breaks_a_rule_is_refused() {
    let says = |metadata: &[Vec<u8>], words: &str| {
        let text = Gguf::parse(&file(metadata, &[])).unwrap_err().to_string();
        assert!(text.contains(words), "{text}");
    };
    says(&[entry("", 0, &[1])], "byte 24 is empty");
    says(&[entry("a", 0, &[1]), entry("a", 0, &[1])], "metadata key \"a\" at byte 38 is a duplicate");
    says(&[entry("general.alignment", 4, &[24, 0, 0, 0])], "not a power of two");
    says(&[entry("general.alignment", 4, &[0, 0, 0, 0])], "not a power of two");
    says(&[entry("general.alignment", 4, &[0, 0, 0, 0x80])], "not a power of two");
    says(&[entry("general.alignment", 8, &[0; 8])], "not a power of two");
    let list = |kind: u32, n: u64| entry("a", 9, &[&kind.to_le_bytes()[..], &n.to_le_bytes()].concat());
    says(&[list(9, 1)], "unknown type 9");
    // What is claimed here is far more than any memory holds.
    for n in [u64::MAX, u64::MAX / 8 + 1, 1 << 60] {
        says(&[list(8, n)], "an entry of a list");
        says(&[list(4, n)], "a list at byte");
        says(&[list(12, n)], "a list at byte");
    }
}

#[test]
fn tensors_that_break_a_rule_are_refused() {
    let says = |tensors: &[Vec<u8>], words: &str| {
        let text = Gguf::parse(&file(&[], tensors)).unwrap_err().to_string();
        assert!(text.contains(words), "{text}");
    };
    says(&[tensor("", &[1], 0, 0)], "1 to 63 bytes");
    says(&[tensor(&"x".repeat(64), &[1], 0, 0)], "1 to 63 bytes");
    says(&[tensor("t", &[1; 5], 0, 0)], "at most 4 dimensions");
    says(&[tensor("t", &[0], 0, 0)], "positive");
    says(&[tensor("t", &[1 << 32, 1 << 32], 0, 0)], "overflow");
    says(&[tensor("t", &[(1 << 63) - 1], 28, 0)], "too large");
    says(&[tensor("t", &[1], 4, 0)], "number format is unknown");
    says(&[tensor("t", &[33], 8, 0)], "not a multiple");
    says(&[tensor("t", &[1], 0, 4)], "not aligned");
    says(&[tensor("t", &[17], 0, 0)], "extends to byte");
    says(&[tensor("t", &[1], 0, u64::MAX - 31)], "extends to byte");
    says(&[tensor("t", &[1], 0, 0), tensor("t", &[1], 0, 32)], "tensor \"t\" at byte 57 is a duplicate");
    assert!(Gguf::parse(&file(&[], &[tensor("t", &[16], 0, 0)])).is_ok());
    assert!(Gguf::parse(&file(&[], &[tensor("a", &[], 0, 0), tensor("b", &[2, 2, 2, 1], 0, 32)])).is_ok());
}

/// A vocabulary must not be copied to open a file.
#[test]
fn a_large_vocabulary_is_left_where_it_lies() {
    let mut list = [8_u32.to_le_bytes().to_vec(), 150_000_u64.to_le_bytes().to_vec()].concat();
    (0..150_000).for_each(|token| text(&mut list, &format!("token{token}")));
    let bytes = file(&[entry("tokenizer.ggml.tokens", 9, &list)], &[]);
    let gguf = Gguf::parse(&bytes).unwrap();
    let Some(Value::List(list)) = gguf.get("tokenizer.ggml.tokens") else { panic!("no list") };
    assert!(bytes.as_ptr_range().contains(&list.bytes.as_ptr()));
    assert_eq!(list.texts().unwrap().count(), 150_000);
}

proptest! {
    #[test]
    fn no_change_of_bytes_panics(position in 0_usize..400, value in any::<u8>(), length in 0_usize..500) {
        let mut bytes = sample();
        bytes.truncate(length);
        if let Some(byte) = bytes.get_mut(position) {
            *byte = value;
        }
        let _ = Gguf::parse(&bytes);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), counts in any::<[u8; 2]>()) {
        let _ = Gguf::parse(&bytes);
        let counts = counts.map(|count| u64::from(count % 4).to_le_bytes()).concat();
        let framed = [&b"GGUF\x03\0\0\0"[..], &counts, &bytes].concat();
        let _ = Gguf::parse(&framed);
    }
}
