//! Writing small GGUF files of F32 vectors, such as control vectors. Models are llama.cpp's to write.

use super::{DEFAULT_ALIGNMENT, MAGIC, value};

/// GGUF version written: the current one, the same as 2 on little-endian machines.
const VERSION: u32 = 3;

/// A metadata value to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry<'a> {
    /// A string.
    Text(&'a str),
    /// A 32-bit integer with sign.
    Integer(i32),
}

/// The bytes of a GGUF file with `metadata` and the one-dimensional F32 `tensors`, in the order given. The same input
/// gives the same bytes.
#[must_use]
pub fn encode(metadata: &[(&str, Entry<'_>)], tensors: &[(String, &[f32])]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    bytes.extend((metadata.len() as u64).to_le_bytes());
    for (key, entry) in metadata {
        put_text(&mut bytes, key);
        match entry {
            Entry::Text(text) => {
                bytes.extend(value::TEXT.to_le_bytes());
                put_text(&mut bytes, text);
            }
            Entry::Integer(number) => {
                bytes.extend(value::I32.to_le_bytes());
                bytes.extend(number.to_le_bytes());
            }
        }
    }
    let mut offset = 0_u64;
    for (name, values) in tensors {
        put_text(&mut bytes, name);
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend((values.len() as u64).to_le_bytes());
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        offset += (size_of_val(*values) as u64).next_multiple_of(DEFAULT_ALIGNMENT);
    }
    for (_, values) in tensors {
        bytes.resize(bytes.len().next_multiple_of(DEFAULT_ALIGNMENT as usize), 0);
        values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
    }
    bytes.resize(bytes.len().next_multiple_of(DEFAULT_ALIGNMENT as usize), 0);
    bytes
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}
