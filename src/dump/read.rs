//! Reading a dump through a memory map.

use std::path::{Path, PathBuf};

use ndarray::{ArrayView2, ArrayView3, Axis};

use super::check::{Content, check};
use super::error::DumpError;
use super::meta::{DumpMeta, Label};
use crate::files::MappedFile;

/// A dump that was opened and checked. Its states are used where they lie in the map.
#[derive(Debug)]
pub struct Dump {
    file: MappedFile,
    path: PathBuf,
    content: Content,
}

impl Dump {
    /// Maps the dump at `path` and checks all of it, so that whatever is handed out later is whole and finite.
    ///
    /// # Errors
    /// The file cannot be opened or breaks a rule of the format.
    pub fn open(path: &Path) -> Result<Self, DumpError> {
        let file = MappedFile::open(path).map_err(|source| DumpError::Open { path: path.to_owned(), source })?;
        let path = path.to_owned();
        match check(&file) {
            Ok(content) => Ok(Self { file, path, content }),
            Err(fault) => Err(DumpError::Broken { path, fault }),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which model and prompts.
    #[must_use]
    pub fn meta(&self) -> &DumpMeta {
        &self.content.meta
    }

    /// Each prompt's side, in row order: `[n_prompts]`.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.content.labels
    }

    /// Rows.
    #[must_use]
    pub fn n_prompts(&self) -> usize {
        self.labels().len()
    }

    /// Blocks of the model, at least 1.
    #[must_use]
    pub fn n_layer(&self) -> usize {
        self.meta().n_layer
    }

    /// Values of one hidden state, at least 1.
    #[must_use]
    pub fn n_embd(&self) -> usize {
        self.meta().n_embd
    }

    /// The states of all prompts at `layer`: `[n_prompts, n_embd]`, each row on its own place in the map.
    ///
    /// # Panics
    /// `layer` is not below [`Self::n_layer`].
    #[must_use]
    pub fn layer(&self, layer: usize) -> ArrayView2<'_, f32> {
        let shape = (self.n_prompts(), self.n_layer(), self.n_embd());
        let all = ArrayView3::from_shape(shape, self.states()).expect("checked when the dump was opened");
        all.index_axis_move(Axis(1), layer)
    }

    /// The state of one prompt at one layer: `[n_embd]`.
    ///
    /// # Panics
    /// `prompt` is not below [`Self::n_prompts`], or `layer` not below [`Self::n_layer`].
    #[must_use]
    pub fn state(&self, prompt: usize, layer: usize) -> &[f32] {
        assert!(layer < self.n_layer(), "layer {layer} of {}", self.n_layer());
        let start = (prompt * self.n_layer() + layer) * self.n_embd();
        &self.states()[start..start + self.n_embd()]
    }

    /// `[n_prompts, n_layer, n_embd]`.
    fn states(&self) -> &[f32] {
        bytemuck::cast_slice(&self.file[self.content.states.clone()])
    }
}
