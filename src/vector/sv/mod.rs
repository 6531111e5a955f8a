//! The `.sv` file, version 2; version 1 is still read. docs/sv-format.md is the specification; the constants here are its numbers.

mod check;
mod error;
mod first;
#[cfg(test)]
mod properties;
mod read;
mod rules;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub use error::{At, FormatError, SvError};
pub use read::SvFile;
pub use view::{Indices, LayerView, Values};
pub(super) use write::encode;

#[cfg(target_endian = "big")]
compile_error!("arrays are used straight from the file, which is little-endian; this machine is not");

/// First bytes of every file. Like PNG's, they show when a file was damaged by a transfer as text.
const MAGIC: [u8; 8] = *b"\x89SV1\r\n\x1a\n";
/// The format's version, as it is written.
const VERSION: u32 = 2;
/// The version before, which had no held-out statistics. It is read.
const FIRST_VERSION: u32 = 1;
/// Magic, version, length of the header.
const PREFIX: usize = 16;
/// Size of an index and size of a value, after the header.
const SIZES: usize = 2;
/// BLAKE3 over everything before it.
const CHECKSUM: usize = 32;
/// Every array begins at a multiple of this; what lies between is zero.
const ALIGNMENT: usize = 4;
/// Bytes of a header at most: no honest one comes near.
const HEADER_LIMIT: usize = 1 << 18;
/// Widest hidden state.
const N_EMBD_LIMIT: u32 = 1 << 20;
/// Up to this width, indices are `u16`.
const NARROW_N_EMBD: u32 = 1 << 16;

/// How arrays are stored, the same for the whole file; the two bytes after the header say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Encoding {
    wide_indices: bool,
    wide_values: bool,
}

impl Encoding {
    fn index_size(self) -> usize {
        if self.wide_indices { 4 } else { 2 }
    }

    fn value_size(self) -> usize {
        if self.wide_values { 4 } else { 2 }
    }
}

fn header_encoding() -> impl bincode::config::Config {
    bincode::config::standard().with_little_endian().with_fixed_int_encoding().with_limit::<HEADER_LIMIT>()
}

fn aligned(offset: usize) -> usize {
    offset.next_multiple_of(ALIGNMENT)
}

/// Whether `file` begins as a `.sv` does.
pub(crate) fn is_vector(file: &[u8]) -> bool {
    file.starts_with(&MAGIC)
}
