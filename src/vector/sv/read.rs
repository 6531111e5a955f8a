//! A `.sv` file in memory, checked before anything of it is handed out.

use std::path::{Path, PathBuf};

use super::check::{self, Content};
use super::error::SvError;
use super::view::LayerView;
use crate::files::MappedFile;
use crate::vector::{ControlVector, Header, SparseLayer};

/// A `.sv` file that was read and checked. Its arrays are used where they lie in the map, and nothing is checked twice:
/// whoever changes a file in place while it is mapped changes what is steered with.
#[derive(Debug)]
pub struct SvFile {
    backing: Backing,
    path: PathBuf,
    content: Content,
}

/// The bytes of a file, at an address that suits every array.
#[derive(Debug)]
enum Backing {
    Mapped(MappedFile),
    /// Words, so that arrays are aligned; and how many bytes of them count.
    Owned(Vec<u64>, usize),
}

impl Backing {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(file) => file,
            Self::Owned(words, length) => &bytemuck::cast_slice(words)[..*length],
        }
    }
}

impl SvFile {
    /// Maps the file at `path` and checks all of it.
    ///
    /// # Errors
    /// The file cannot be opened or breaks a rule of the format.
    pub fn open(path: &Path) -> Result<Self, SvError> {
        let file = MappedFile::open(path).map_err(|source| SvError::Open { path: path.to_owned(), source })?;
        Self::read(Backing::Mapped(file), path)
    }

    /// The same from memory.
    ///
    /// # Errors
    /// The bytes break a rule of the format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SvError> {
        let mut words = vec![0_u64; bytes.len().div_ceil(size_of::<u64>())];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Self::read(Backing::Owned(words, bytes.len()), Path::new("(memory)"))
    }

    fn read(backing: Backing, path: &Path) -> Result<Self, SvError> {
        let path = path.to_owned();
        match check::check(backing.bytes()) {
            Ok(content) => Ok(Self { backing, path, content }),
            Err(fault) => Err(SvError::Broken { path, fault }),
        }
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
        self.backing.bytes().len()
    }

    /// Its layers, in ascending order.
    pub fn layers(&self) -> impl Iterator<Item = LayerView<'_>> {
        let (bytes, Content { header, encoding, arrays }) = (self.backing.bytes(), &self.content);
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
