//! A sparse control vector in the making.

use std::path::Path;

use super::header::{Header, LayerStats};
use super::sv::{self, SvError};
use crate::files::write_atomically;

/// One layer's sparse direction.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseLayer {
    /// Block whose output is moved, from 0.
    pub layer: u32,
    /// Components kept, strictly ascending, each below `n_embd`.
    pub indices: Vec<u32>,
    /// Their values, finite, as many as indices.
    pub values: Vec<f32>,
    /// What is known about the direction.
    pub stats: LayerStats,
}

/// A sparse control vector that owns its components.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlVector {
    /// What the file will say about itself; its list of layers is filled in from `layers`.
    pub header: Header,
    /// The layers, strictly ascending.
    pub layers: Vec<SparseLayer>,
}

impl ControlVector {
    /// The bytes of the `.sv` file.
    ///
    /// # Errors
    /// The vector breaks one of the format's rules; the layer is named.
    pub fn encode(&self) -> Result<Vec<u8>, SvError> {
        sv::encode(self).map_err(|error| SvError::Invalid { error })
    }

    /// Writes the `.sv` file at `path`, whole or not at all.
    ///
    /// # Errors
    /// As for [`Self::encode`], or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), SvError> {
        let bytes = self.encode()?;
        write_atomically(path, &bytes).map_err(|source| SvError::Write { path: path.to_owned(), source })
    }
}
