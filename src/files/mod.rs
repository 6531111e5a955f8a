//! How this project touches the disk: files are read through a memory map and written whole or not at all.

mod atomic;
mod mapped;

pub use atomic::{AtomicFile, write_atomically};
pub use mapped::MappedFile;
