//! A read-only memory map of a whole file.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file, mapped read-only. The start is page-aligned, so offsets that are aligned in the file are
/// aligned in memory. Reading what was cut off meanwhile raises a signal: see [`on_bus_error`](super::on_bus_error).
#[derive(Debug)]
pub struct MappedFile {
    map: Mmap,
}

impl MappedFile {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// What opening or mapping answers; a folder is refused, because mapping one fails with a message that says
    /// nothing. An empty file maps to no bytes.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a folder, not a file"));
        }
        Self::of(&file)
    }

    /// Maps an open file, which may have no name.
    ///
    /// # Errors
    /// What mapping answers.
    pub fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the map is private to this value and only read. Rust asks that the bytes do not change
        // underneath it; no operating system can promise that, so readers check what they read (checksums, bounds)
        // and our own writers never write in place: they rename a finished file over the old one, which leaves
        // this map on the old bytes.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(file)? };
        Ok(Self { map })
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}
