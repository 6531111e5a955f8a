//! Small files for tests, put together byte by byte.

pub fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// A file with one metadata entry of each kind that we use and one tensor of four floats.
pub fn sample() -> Vec<u8> {
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

/// A file with `metadata` (its entries in bytes) and `tensors` (theirs), and 64 bytes of data.
pub fn file(metadata: &[Vec<u8>], tensors: &[Vec<u8>]) -> Vec<u8> {
    let counts = [tensors.len() as u64, metadata.len() as u64].map(u64::to_le_bytes).concat();
    let mut bytes = [b"GGUF\x02\0\0\0".to_vec(), counts, metadata.concat(), tensors.concat()].concat();
    bytes.resize(bytes.len().next_multiple_of(32) + 64, 0);
    bytes
}

/// A metadata entry whose value is `value`, of type `kind`.
pub fn entry(key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![];
    text(&mut bytes, key);
    [&bytes, &kind.to_le_bytes()[..], value].concat()
}

pub fn tensor(name: &str, dimensions: &[u64], kind: u32, offset: u64) -> Vec<u8> {
    let mut bytes = vec![];
    text(&mut bytes, name);
    bytes.extend((dimensions.len() as u32).to_le_bytes());
    dimensions.iter().for_each(|length| bytes.extend(length.to_le_bytes()));
    bytes.extend(kind.to_le_bytes());
    bytes.extend(offset.to_le_bytes());
    bytes
}
