//! A `.sv` file in memory, checked before anything of it is handed out.

use std::path::{Path, PathBuf};

use super::MAGIC;
use super::check::{self, Content};
use super::error::SvError;
use super::view::LayerView;
use crate::files::MappedFile;
use crate::vector::{ControlVector, Header, SparseLayer};

/// A `.sv` file that was read and checked. It is held as it was when it was checked: what becomes of the file on the disk
/// after that changes nothing. Its arrays are used where they lie in that copy.
#[derive(Debug)]
pub struct SvFile {
    /// Words, so that arrays are aligned…
    words: Vec<u64>,
    /// …and how many bytes of them count.
    n_bytes: usize,
    path: PathBuf,
    content: Content,
}

impl SvFile {
    /// Reads the file at `path` and checks all of it.
    ///
    /// # Errors
    /// The file cannot be opened or breaks a rule of the format.
    pub fn open(path: &Path) -> Result<Self, SvError> {
        let file = MappedFile::open(path).map_err(|source| SvError::Open { path: path.to_owned(), source })?;
        // Something else, a model perhaps, may be too large to be copied.
        let is_vector = file.starts_with(&MAGIC);
        Self::read(if is_vector { &file } else { &file[..file.len().min(MAGIC.len())] }, path)
    }

    /// The same from memory.
    ///
    /// # Errors
    /// The bytes break a rule of the format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SvError> {
        Self::read(bytes, Path::new("(memory)"))
    }

    fn read(bytes: &[u8], path: &Path) -> Result<Self, SvError> {
        let (path, n_bytes) = (path.to_owned(), bytes.len());
        let mut words = vec![0_u64; n_bytes.div_ceil(size_of::<u64>())];
        bytemuck::cast_slice_mut(&mut words)[..n_bytes].copy_from_slice(bytes);
        match check::check(&bytemuck::cast_slice(&words)[..n_bytes]) {
            Ok(content) => Ok(Self { words, n_bytes, path, content }),
            Err(error) => Err(SvError::Broken { path, error }),
        }
    }

    fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.n_bytes]
    }

    /// The file; `(memory)` if it is none.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says about itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.content.header
    }

    /// Its length in bytes.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// Its layers, in ascending order.
    pub fn layers(&self) -> impl Iterator<Item = LayerView<'_>> {
        let (bytes, Content { header, encoding, arrays }) = (self.bytes(), &self.content);
        header.layers.iter().zip(arrays).map(|(entry, arrays)| LayerView {
            layer: entry.layer,
            indices: arrays.indices(bytes, *encoding),
            values: arrays.values(bytes, *encoding),
            stats: entry.stats,
        })
    }

    /// A copy that can be changed.
    #[must_use]
    pub fn to_control_vector(&self) -> ControlVector {
        let layer = |view: LayerView<'_>| {
            let (indices, values) = view.iter().map(|(index, value)| (index as u32, value)).unzip();
            SparseLayer { layer: view.layer, indices, values, stats: view.stats }
        };
        ControlVector { header: self.header().clone(), layers: self.layers().map(layer).collect() }
    }
}
