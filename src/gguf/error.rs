//! Every way in which a GGUF header can be wrong.

/// A rule of the format that is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GgufError {
    /// The file must go on.
    #[error(
        "the file ends at byte {file}, but {what} at byte {at} needs {wanted} bytes; it was cut off or damaged: copy or \
         download it again"
    )]
    Ends {
        /// What was being read.
        what: &'static str,
        /// Where.
        at: usize,
        /// Bytes it needs.
        wanted: u64,
        /// Length of the file.
        file: usize,
    },
    /// The file must begin with the magic.
    #[error("it is not a GGUF file (bytes 0 to 3 are not 'GGUF'); give the .gguf file of a model")]
    Magic,
    /// Version 1 has 32-bit lengths.
    #[error("it has GGUF version 1 (byte 4), which is no longer supported; convert it again with a current llama.cpp")]
    VersionTooOld,
    /// The version must be known.
    #[error(
        "it has GGUF version {version} (byte 4), but this program reads versions 2 and 3; update the program, or convert the model again"
    )]
    Version {
        /// The version.
        version: u32,
    },
    /// The bytes must be in little-endian order.
    #[error("it is a big-endian GGUF (byte 4); convert it to little-endian")]
    BigEndian,
    /// Counts must be credible.
    #[error(
        "its header claims {number} {what} (byte {at}), more than the limit of {limit}; it is damaged, download it again"
    )]
    TooMany {
        /// Where.
        at: usize,
        /// What is counted.
        what: &'static str,
        /// The count.
        number: u64,
        /// The limit.
        limit: u64,
    },
    /// Keys and names must be UTF-8.
    #[error("{what} at byte {at} is not UTF-8; the file is damaged, download it again")]
    NotUtf8 {
        /// What was being read.
        what: &'static str,
        /// Where.
        at: usize,
    },
    /// Keys and names must be unique.
    #[error("{what} {name:?} at byte {at} is a duplicate; the file is damaged, download it again")]
    Duplicate {
        /// Key or tensor.
        what: &'static str,
        /// Its name.
        name: String,
        /// Where the second one is.
        at: usize,
    },
    /// Keys must not be empty.
    #[error("the metadata key at byte {at} is empty; the file is damaged, download it again")]
    EmptyKey {
        /// Where.
        at: usize,
    },
    /// Value types must be known.
    #[error("the value at byte {at} has the unknown type {number}; the file is damaged or newer than this program")]
    ValueType {
        /// The type.
        number: u32,
        /// Where.
        at: usize,
    },
    /// The alignment must be usable.
    #[error("its general.alignment (byte {at}) is not a power of two up to {limit}; the file is damaged")]
    Alignment {
        /// Where.
        at: usize,
        /// The limit.
        limit: u64,
    },
    /// Tensors must be well formed.
    #[error("tensor {name:?} at byte {at}: {reason}; the file is damaged or newer than this program")]
    Tensor {
        /// The tensor.
        name: String,
        /// Where it is described.
        at: usize,
        /// What is wrong.
        reason: String,
    },
    /// Tensors must lie inside the file.
    #[error(
        "the file ends at byte {file}, but tensor {name:?} extends to byte {end}; it was cut off, copy or download it \
         again"
    )]
    CutOff {
        /// The tensor.
        name: String,
        /// Byte after its last.
        end: u64,
        /// Length of the file.
        file: usize,
    },
}
