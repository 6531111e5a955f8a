use super::*;
use proptest::prelude::*;

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// A file with one metadata entry of each kind that we use and one tensor of four floats.
fn sample() -> Vec<u8> {
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(4_u64.to_le_bytes());
    text(&mut bytes, "general.architecture");
    bytes.extend(8_u32.to_le_bytes());
    text(&mut bytes, "llama");
    text(&mut bytes, "llama.block_count");
    bytes.extend(4_u32.to_le_bytes());
    bytes.extend(6_u32.to_le_bytes());
    text(&mut bytes, "tokenizer.ggml.tokens");
    bytes.extend(9_u32.to_le_bytes());
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend(2_u64.to_le_bytes());
    text(&mut bytes, "a");
    text(&mut bytes, "bc");
    text(&mut bytes, "llama.attention.head_count_kv");
    bytes.extend(9_u32.to_le_bytes());
    bytes.extend(5_u32.to_le_bytes());
    bytes.extend(2_u64.to_le_bytes());
    bytes.extend(4_i32.to_le_bytes());
    bytes.extend(8_i32.to_le_bytes());
    text(&mut bytes, "output_norm.weight");
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(4_u64.to_le_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes.extend([1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[test]
fn a_header_is_read() {
    let bytes = sample();
    let gguf = Gguf::parse(&bytes).unwrap();
    assert_eq!((gguf.architecture(), gguf.n_layer(), gguf.n_embd()), (Some("llama"), Some(6), None));
    assert_eq!(gguf.u64("llama.attention.head_count_kv"), Some(8));
    let [tensor] = gguf.tensors() else { panic!("one tensor") };
    assert_eq!((tensor.name, tensor.n_elements, tensor.kind), ("output_norm.weight", 4, TensorType::F32));
    assert_eq!(tensor.bytes(&bytes), &bytes[bytes.len() - 16..]);
}

#[test]
fn the_fingerprint_does_not_depend_on_the_float_format_of_norms() {
    let plain = sample();
    let mut half = plain[..plain.len() - 16].to_vec();
    // The type is 12 bytes before the end of the unpadded header; find it by the tensor's name.
    let name = half.windows(18).position(|window| window == b"output_norm.weight").unwrap();
    half[name + 18 + 4 + 8] = 1;
    half.extend([1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|value| half::f16::from_f32(*value).to_le_bytes()));
    let of = |bytes: &[u8]| crate::vector::Fingerprint::of(&Gguf::parse(bytes).unwrap(), bytes).unwrap();
    assert_eq!(of(&plain), of(&half));
    let mut other = plain.clone();
    *other.last_mut().unwrap() ^= 1;
    assert_ne!(of(&plain), of(&other));
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
    says(&|bytes| bytes[8..16].fill(0xFF), "tensors");
    says(&|bytes| bytes.truncate(bytes.len() - 1), "output_norm.weight");
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
}
