//! Every way in which a `.sv` file can be wrong.

use std::io;
use std::path::{Path, PathBuf};

/// A `.sv` file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SvError {
    /// The file cannot be opened.
    #[error("cannot read the vector {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the vector {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file breaks a rule of the format.
    #[error("{} is not a usable vector: {fault}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Which rule.
        fault: Fault,
    },
}

impl SvError {
    pub(in crate::vector) fn at(path: &Path, fault: Fault) -> Self {
        Self::Broken { path: path.to_owned(), fault }
    }
}

/// A rule of the format that is broken. Read from top to bottom, these are the checks that a reader must make.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A file must be long enough for its fixed parts.
    #[error("it has only {length} bytes and the shortest vector has more; it was cut off, copy it again")]
    TooShort {
        /// Its length.
        length: usize,
    },
    /// A file must begin with the magic.
    #[error("it does not begin like a .sv file (bytes 0 to 7); is it something else?")]
    Magic,
    /// The version must be known.
    #[error("it has format version {version} (byte 8), and this program reads version 1; update the program")]
    Version {
        /// The version.
        version: u32,
    },
    /// The checksum must match.
    #[error(
        "its checksum is {computed}… but the file says {stored}… (last 32 bytes); it was damaged or cut off, copy it \
         again"
    )]
    Checksum {
        /// First digits of the stored one.
        stored: String,
        /// First digits of the computed one.
        computed: String,
    },
    /// The header must lie inside the file and under its limit.
    #[error("its header claims {length} bytes (byte 12), more than the file or the limit of {limit} allow")]
    HeaderLength {
        /// What is claimed.
        length: u64,
        /// The limit.
        limit: usize,
    },
    /// The header must be readable to its last byte.
    #[error("its header (from byte 16) cannot be read: {reason}")]
    Header {
        /// Why.
        reason: String,
    },
    /// A number in the header must be in range.
    #[error("its header says {field} = {value}, which must be {rule}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// Layers must be strictly ascending and below `n_layer`.
    #[error("layer {layer} must come after the layer before it and be below n_layer = {n_layer}")]
    LayerOrder {
        /// The layer.
        layer: u32,
        /// The bound.
        n_layer: u32,
    },
    /// A layer must have between 1 and `n_embd` components, and as many values as indices.
    #[error("layer {layer} has {n_indices} indices and {n_values} values; both must be one number from 1 to {n_embd}")]
    LayerLength {
        /// The layer.
        layer: u32,
        /// Its indices.
        n_indices: usize,
        /// Its values.
        n_values: usize,
        /// The bound.
        n_embd: u32,
    },
    /// The encoding bytes must be known.
    #[error("its array encoding ({index_size}, {value_size}) at byte {at} is unknown")]
    Encoding {
        /// Bytes of an index.
        index_size: u8,
        /// Bytes of a value.
        value_size: u8,
        /// Where it says so.
        at: usize,
    },
    /// Arrays must fill the file exactly.
    #[error("its arrays take {expected} bytes, but the file has {actual}")]
    Length {
        /// What the header asks for.
        expected: usize,
        /// What is there.
        actual: usize,
    },
    /// Padding must be zero.
    #[error("byte {at} is padding and must be zero")]
    Padding {
        /// Where.
        at: usize,
    },
    /// Indices must be strictly ascending and below `n_embd`.
    #[error("layer {layer}, index {position} (byte {at}): {index} must be above the one before it and below {n_embd}")]
    IndexOrder {
        /// The layer.
        layer: u32,
        /// Which index.
        position: usize,
        /// Where in the file.
        at: usize,
        /// Its value.
        index: u32,
        /// The bound.
        n_embd: u32,
    },
    /// Values must be finite.
    #[error("layer {layer}, value {position} (byte {at}) is not a finite number")]
    NotFinite {
        /// The layer.
        layer: u32,
        /// Which value.
        position: usize,
        /// Where in the file.
        at: usize,
    },
}
