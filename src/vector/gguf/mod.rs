//! Reading the GGUF container: what a model says about itself and where its tensors lie.
//!
//! Everything is borrowed from the mapped file; large arrays (vocabularies) are skipped, not read. The reader is
//! stricter than llama.cpp's, which ends the process on some broken files: what passes here can be given to it.
//! Specification: `docs/gguf.md` in ggml's repository.

mod cursor;
mod error;
mod tensor_type;
mod value;

use std::collections::{HashMap, HashSet};

use cursor::Cursor;
pub use error::GgufError;
pub use tensor_type::TensorType;
pub use value::Value;

const MAGIC: &[u8; 4] = b"GGUF";
/// Metadata entries at most.
const METADATA_LIMIT: u64 = 1 << 16;
/// Tensors at most; the largest models have a few thousand.
const TENSOR_LIMIT: u64 = 1 << 18;
/// llama.cpp's `GGML_MAX_NAME`, less its final zero.
const NAME_LIMIT: usize = 63;
/// llama.cpp's `GGML_MAX_DIMS`.
const DIMENSION_LIMIT: u32 = 4;
const DEFAULT_ALIGNMENT: u64 = 32;

/// A tensor's place in the file.
#[derive(Debug, Clone)]
pub struct Tensor<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its number format.
    pub kind: TensorType,
    /// Elements, all dimensions together.
    pub n_elements: u64,
    /// First byte in the file.
    start: usize,
    /// Byte after its last.
    end: usize,
}

impl Tensor<'_> {
    /// Its length in bytes.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        (self.end - self.start) as u64
    }

    /// Its bytes in `file`, which must be what it was parsed from.
    #[must_use]
    pub fn bytes<'f>(&self, file: &'f [u8]) -> &'f [u8] {
        file.get(self.start..self.end).unwrap_or_default()
    }
}

/// A GGUF file's header.
#[derive(Debug)]
pub struct Gguf<'a> {
    metadata: HashMap<&'a str, Value<'a>>,
    tensors: Vec<Tensor<'a>>,
}

impl<'a> Gguf<'a> {
    /// Reads the header and checks that every tensor lies inside `file`.
    ///
    /// # Errors
    /// The first rule that is broken, with the byte.
    pub fn parse(file: &'a [u8]) -> Result<Self, GgufError> {
        let mut cursor = Cursor::new(file);
        if cursor.take(4, "the magic")? != MAGIC {
            return Err(GgufError::Magic);
        }
        let version = cursor.u32("the version")?;
        match version {
            2 | 3 => {}
            1 => return Err(GgufError::VersionTooOld),
            big if big.swap_bytes() <= 3 => return Err(GgufError::BigEndian),
            version => return Err(GgufError::Version { version }),
        }
        let n_tensors = bounded(cursor.u64("the number of tensors")?, TENSOR_LIMIT, "tensors")?;
        let n_metadata = bounded(cursor.u64("the number of metadata entries")?, METADATA_LIMIT, "metadata entries")?;

        let mut metadata = HashMap::new();
        for _ in 0..n_metadata {
            let at = cursor.at();
            let key = cursor.text("a metadata key")?;
            let value = Value::read(&mut cursor)?;
            if metadata.insert(key, value).is_some() {
                return Err(GgufError::Duplicate { what: "metadata key", name: key.to_owned(), at });
            }
        }

        let alignment = match metadata.get("general.alignment") {
            None => DEFAULT_ALIGNMENT,
            Some(value) => match value.as_u64() {
                Some(alignment) if alignment.is_power_of_two() && alignment <= 1 << 20 => alignment,
                _ => return Err(GgufError::Alignment),
            },
        };
        let mut infos = vec![];
        let mut names = HashSet::new();
        for _ in 0..n_tensors {
            let at = cursor.at();
            let info = TensorInfo::read(&mut cursor, alignment)?;
            if !names.insert(info.name) {
                return Err(GgufError::Duplicate { what: "tensor", name: info.name.to_owned(), at });
            }
            infos.push(info);
        }
        let data = (cursor.at() as u64).next_multiple_of(alignment);
        let place = |info| TensorInfo::place(info, data, file.len());
        let tensors = infos.into_iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { metadata, tensors })
    }

    /// The metadata entry called `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.metadata.get(key)
    }

    /// The entry as text; `None` if it is missing or something else.
    #[must_use]
    pub fn str(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    /// The entry as a number; of a list with a number per layer, the largest.
    #[must_use]
    pub fn u64(&self, key: &str) -> Option<u64> {
        self.get(key)?.as_u64()
    }

    /// `general.architecture`.
    #[must_use]
    pub fn architecture(&self) -> Option<&'a str> {
        self.str("general.architecture")
    }

    /// Blocks of the model.
    #[must_use]
    pub fn n_layer(&self) -> Option<u64> {
        self.of_architecture("block_count")
    }

    /// Values of one hidden state.
    #[must_use]
    pub fn n_embd(&self) -> Option<u64> {
        self.of_architecture("embedding_length")
    }

    /// Tokens of context that the model was trained on.
    #[must_use]
    pub fn context_length(&self) -> Option<u64> {
        self.of_architecture("context_length")
    }

    /// Every tensor, in the file's order.
    #[must_use]
    pub fn tensors(&self) -> &[Tensor<'a>] {
        &self.tensors
    }

    fn of_architecture(&self, key: &str) -> Option<u64> {
        self.u64(&format!("{}.{key}", self.architecture()?))
    }
}

struct TensorInfo<'a> {
    name: &'a str,
    kind: TensorType,
    n_elements: u64,
    n_bytes: u64,
    /// From the start of the data.
    offset: u64,
}

impl<'a> TensorInfo<'a> {
    fn read(cursor: &mut Cursor<'a>, alignment: u64) -> Result<Self, GgufError> {
        let at = cursor.at();
        let name = cursor.text("a tensor's name")?;
        let wrong = |reason: &str| GgufError::Tensor { name: name.to_owned(), at, reason: reason.to_owned() };
        if name.is_empty() || name.len() > NAME_LIMIT {
            return Err(wrong("its name must have 1 to 63 bytes"));
        }
        let n_dimensions = cursor.u32("a tensor's dimensions")?;
        if n_dimensions == 0 || n_dimensions > DIMENSION_LIMIT {
            return Err(wrong("it must have 1 to 4 dimensions"));
        }
        let mut row = 0;
        let mut n_elements = 1_u64;
        for dimension in 0..n_dimensions {
            let length = cursor.u64("a tensor's dimension")?;
            if dimension == 0 {
                row = length;
            }
            // llama.cpp counts elements in i64.
            n_elements = n_elements
                .checked_mul(length)
                .filter(|n| *n > 0 && i64::try_from(*n).is_ok())
                .ok_or_else(|| wrong("its dimensions must be positive and not overflow"))?;
        }
        let number = cursor.u32("a tensor's type")?;
        let kind = TensorType::from_number(number).ok_or_else(|| wrong("its number format is unknown here"))?;
        let (block, block_bytes) = kind.block();
        if row % block != 0 {
            return Err(wrong("its rows do not divide into the blocks of its number format"));
        }
        let offset = cursor.u64("a tensor's offset")?;
        if offset % alignment != 0 {
            return Err(wrong("its offset is not aligned"));
        }
        let n_bytes = (n_elements / block).checked_mul(block_bytes).ok_or_else(|| wrong("it is too large"))?;
        Ok(Self { name, kind, n_elements, n_bytes, offset })
    }

    fn place(self, data: u64, file: usize) -> Result<Tensor<'a>, GgufError> {
        let start = data.saturating_add(self.offset);
        let end = start.saturating_add(self.n_bytes);
        match (usize::try_from(start), usize::try_from(end)) {
            (Ok(start), Ok(end)) if end <= file => {
                Ok(Tensor { name: self.name, kind: self.kind, n_elements: self.n_elements, start, end })
            }
            _ => Err(GgufError::CutOff { name: self.name.to_owned(), end, file }),
        }
    }
}

fn bounded(number: u64, limit: u64, what: &'static str) -> Result<u64, GgufError> {
    if number <= limit { Ok(number) } else { Err(GgufError::TooMany { what, number, limit }) }
}

#[cfg(test)]
mod tests {
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
}
