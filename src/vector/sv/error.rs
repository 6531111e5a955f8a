//! Every way in which a `.sv` file can be wrong.

use std::fmt;
use std::io;
use std::path::PathBuf;

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
    #[error("{} is not a usable vector: {error}; {}", .path.display(), .error.way_out())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Which rule.
        error: FormatError,
    },
    /// A vector that was to be written breaks a rule of the format.
    #[error("the vector cannot be stored as a .sv file: {error}")]
    Invalid {
        /// Which rule.
        error: FormatError,
    },
}

/// A place in a file, as text: ` (byte 12)`, or nothing while there is no file yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At(pub Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |byte| write!(f, " (byte {byte})"))
    }
}

/// A rule of the format that is broken. Read from top to bottom, these are the checks that a reader must make.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// A file must begin with the magic.
    #[error("it does not start like a .sv file (bytes 0 to 7)")]
    Magic,
    /// The magic's line ends must be whole.
    #[error("its line endings were changed (bytes 4 to 7), as happens when a file is transferred as text")]
    TransferredAsText,
    /// A file must be long enough for its fixed parts.
    #[error("it ends at byte {length}, but the shortest vector has {shortest} bytes: it was cut off")]
    TooShort {
        /// Its length.
        length: usize,
        /// The least that a file can have.
        shortest: usize,
    },
    /// The version must be known.
    #[error("it has format version {version} (byte 8), but this program reads version {known}")]
    Version {
        /// The version.
        version: u32,
        /// The version that is read here.
        known: u32,
    },
    /// The checksum must match.
    #[error("its checksum (byte {at}) is {stored}…, but its content gives {computed}…: it was damaged or cut off")]
    Checksum {
        /// Where it is.
        at: usize,
        /// First digits of the stored one.
        stored: String,
        /// First digits of the computed one.
        computed: String,
    },
    /// The header must lie inside the file and under its limit.
    #[error("its header has {length} bytes (byte 12), more than the file or the limit of {limit} allows")]
    HeaderLength {
        /// What is claimed.
        length: usize,
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
    #[error("its header has {field} = {value}, which must be {rule}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// Layers must be strictly ascending and below `n_layer`.
    #[error("layer {layer}{at} must come after the layer before it and be below n_layer = {n_layer}")]
    LayerOrder {
        /// The layer.
        layer: u32,
        /// The bound.
        n_layer: u32,
        /// Where in the file.
        at: At,
    },
    /// A layer must have between 1 and `n_embd` components, and as many values as indices.
    #[error(
        "layer {layer}{at} has {n_indices} indices and {n_values} values; both must be the same number from 1 to \
         n_embd = {n_embd}"
    )]
    LayerLength {
        /// The layer.
        layer: u32,
        /// Its indices.
        n_indices: usize,
        /// Its values.
        n_values: usize,
        /// The bound.
        n_embd: u32,
        /// Where in the file.
        at: At,
    },
    /// Statistics must be finite.
    #[error("the statistics of layer {layer}{at} are not finite numbers")]
    Statistics {
        /// The layer.
        layer: u32,
        /// Where in the file.
        at: At,
    },
    /// The sizes of indices and values must be known and suit the model.
    #[error("its index and value sizes (byte {at}) are {index_size} and {value_size}, which is not allowed here")]
    Encoding {
        /// Bytes of an index.
        index_size: u8,
        /// Bytes of a value.
        value_size: u8,
        /// Where it says so.
        at: usize,
    },
    /// Arrays must lie before the checksum.
    #[error("its arrays extend to byte {needed}, but its content ends at byte {actual}")]
    Overlong {
        /// What the header asks for.
        needed: usize,
        /// What is there.
        actual: usize,
    },
    /// Padding must be zero.
    #[error("byte {at} is padding and must be zero")]
    Padding {
        /// Where.
        at: usize,
    },
    /// Nothing may lie between the arrays and the checksum.
    #[error("its arrays end at byte {end}, but its content continues to byte {actual}")]
    Leftover {
        /// What the header asks for.
        end: usize,
        /// What is there.
        actual: usize,
    },
    /// Indices must be strictly ascending and below `n_embd`.
    #[error(
        "index {position} of layer {layer}{at} is {index}, which must be above the one before it and below n_embd = \
         {n_embd}"
    )]
    IndexOrder {
        /// The layer.
        layer: u32,
        /// Which index, from 0.
        position: usize,
        /// Its value.
        index: u32,
        /// The bound.
        n_embd: u32,
        /// Where in the file.
        at: At,
    },
    /// Values must be finite.
    #[error("value {position} of layer {layer}{at} is not a finite number")]
    NotFinite {
        /// The layer.
        layer: u32,
        /// Which value, from 0.
        position: usize,
        /// Where in the file.
        at: At,
    },
}

impl FormatError {
    /// What someone who holds such a file can do.
    fn way_out(&self) -> &'static str {
        match self {
            Self::Magic => "give a .sv file written by antidote-derive",
            Self::TransferredAsText => "copy it again as a binary file",
            Self::TooShort { .. } | Self::Checksum { .. } => "copy or download it again",
            Self::Version { version, known } if version > known => {
                "it was written by a newer Antidote; update this program"
            }
            // The checksum matched, so the file is as its maker left it.
            _ => "the program that wrote it has a bug; make it again with antidote-derive",
        }
    }
}
