//! Reading the GGUF container: what a model says about itself and where its tensors lie.
//!
//! Everything is borrowed from the mapped file; lists (vocabularies) are skipped until someone asks for them. Files are
//! checked here first because llama.cpp ends the process on some broken ones.
//! Specification: `docs/gguf.md` in ggml's repository.

mod cursor;
mod error;
mod list;
mod model;
#[cfg(test)]
pub(crate) mod samples;
mod tensor;
mod tensor_type;
#[cfg(test)]
mod tests;
mod value;
mod write;

use std::collections::{HashMap, HashSet};

use cursor::Cursor;
pub use error::GgufError;
pub use list::List;
pub use model::{CONTROL_VECTOR, name_of_model, shape_of_model};
pub use tensor::Tensor;
use tensor::TensorInfo;
pub use tensor_type::TensorType;
pub use value::Value;
pub use write::{Entry, encode};

const MAGIC: &[u8; 4] = b"GGUF";
/// Metadata entries at most.
const METADATA_LIMIT: u64 = 1 << 16;
/// Tensors at most; the largest models have a few thousand.
const TENSOR_LIMIT: u64 = 1 << 18;
const DEFAULT_ALIGNMENT: u64 = 32;
/// Far above any real one.
const ALIGNMENT_LIMIT: u64 = 1 << 20;

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
            big if (1..=3).contains(&big.swap_bytes()) => return Err(GgufError::BigEndian),
            version => return Err(GgufError::Version { version }),
        }
        let n_tensors = bounded(&mut cursor, "tensors", TENSOR_LIMIT)?;
        let n_metadata = bounded(&mut cursor, "metadata entries", METADATA_LIMIT)?;

        // Tables grow with what is there, never with what is claimed.
        let mut metadata = HashMap::new();
        let mut alignment = DEFAULT_ALIGNMENT;
        for _ in 0..n_metadata {
            let at = cursor.at();
            let key = cursor.text("a metadata key")?;
            if key.is_empty() {
                return Err(GgufError::EmptyKey { at });
            }
            let value = Value::read(&mut cursor)?;
            if key == "general.alignment" {
                alignment = match value {
                    Value::Unsigned(n) if n.is_power_of_two() && n <= ALIGNMENT_LIMIT => n,
                    _ => return Err(GgufError::Alignment { at, limit: ALIGNMENT_LIMIT }),
                };
            }
            if metadata.insert(key, value).is_some() {
                return Err(GgufError::Duplicate { what: "metadata key", name: key.to_owned(), at });
            }
        }

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

/// Reads a count, which must not be above `limit`.
fn bounded(cursor: &mut Cursor<'_>, what: &'static str, limit: u64) -> Result<u64, GgufError> {
    let at = cursor.at();
    let number = cursor.u64(what)?;
    if number <= limit { Ok(number) } else { Err(GgufError::TooMany { at, what, number, limit }) }
}
