//! Reading a dump through a memory map.

use std::path::{Path, PathBuf};

use ndarray::Array2;

use super::check::{Content, check};
use super::error::DumpError;
use super::meta::{DumpMeta, Label};
use super::place::LayerPlace;
use crate::files::MappedFile;

/// A dump that was opened and checked. Its states are used where they lie in the map.
#[derive(Debug)]
pub struct Dump {
    files: Vec<MappedFile>,
    path: PathBuf,
    content: Content,
    /// Rows from this one on lie elsewhere: where, an entry a layer. `None` if all lie where `content` says.
    second: Option<(usize, Vec<LayerPlace>)>,
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
            Ok(content) => Ok(Self { files: vec![file], path, content, second: None }),
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

    /// The states of the prompts in `rows` at `layer`, widened: `[rows, n_embd]`, row `i` of the result being prompt
    /// `rows[i]`.
    ///
    /// # Panics
    /// `layer` is not below [`Self::n_layer`], or a row not below [`Self::n_prompts`].
    #[must_use]
    pub fn rows(&self, layer: usize, rows: &[usize]) -> Array2<f32> {
        let mut states = Array2::zeros((rows.len(), self.n_embd()));
        for (row, mut goal) in rows.iter().zip(states.rows_mut()) {
            self.read_state(*row, layer, goal.as_slice_mut().expect("rows of a new array are contiguous"));
        }
        states
    }

    /// The states of all prompts at `layer`, widened: `[n_prompts, n_embd]`.
    ///
    /// # Panics
    /// `layer` is not below [`Self::n_layer`].
    #[must_use]
    pub fn layer(&self, layer: usize) -> Array2<f32> {
        self.rows(layer, &(0..self.n_prompts()).collect::<Vec<_>>())
    }

    /// Widens the state of one prompt at one layer into `out`, `[n_embd]`.
    ///
    /// # Panics
    /// `prompt` is not below [`Self::n_prompts`], `layer` not below [`Self::n_layer`], or `out` not `[n_embd]`.
    pub fn read_state(&self, prompt: usize, layer: usize, out: &mut [f32]) {
        assert!(prompt < self.n_prompts(), "prompt {prompt} of {}", self.n_prompts());
        let (place, row) = match &self.second {
            Some((first, layers)) if prompt >= *first => (&layers[layer], prompt - first),
            _ => (&self.content.layers[layer], prompt),
        };
        place.element.widen(&self.files[place.file][place.row(row, self.n_embd())], out);
    }

    /// Puts a dump together from states that lie anywhere in mapped `files`: what readers of other programs' files use.
    /// `path` is what the dump is called; `places` has one entry a layer.
    ///
    /// # Errors
    /// A state is not finite.
    pub(crate) fn from_places(
        path: PathBuf,
        files: Vec<MappedFile>,
        meta: DumpMeta,
        labels: Vec<Label>,
        layers: Vec<LayerPlace>,
    ) -> Result<Self, DumpError> {
        Self { files, path, content: Content { meta, labels, layers }, second: None }.checked()
    }

    /// The same from states of which those from row `first` on lie where `second` says, an entry a layer: two sides in
    /// two files.
    ///
    /// # Errors
    /// As for [`Self::from_places`].
    pub(crate) fn from_two_places(
        path: PathBuf,
        files: Vec<MappedFile>,
        meta: DumpMeta,
        labels: Vec<Label>,
        layers: Vec<LayerPlace>,
        (first, second): (usize, Vec<LayerPlace>),
    ) -> Result<Self, DumpError> {
        Self { files, path, content: Content { meta, labels, layers }, second: Some((first, second)) }.checked()
    }

    /// Checks that every state is finite.
    fn checked(self) -> Result<Self, DumpError> {
        let dump = self;
        let mut state = vec![0.0; dump.n_embd()];
        for prompt in 0..dump.n_prompts() {
            for layer in 0..dump.n_layer() {
                dump.read_state(prompt, layer, &mut state);
                if !state.iter().all(|value| value.is_finite()) {
                    return Err(DumpError::NotFinite { path: dump.path, prompt: prompt + 1, layer });
                }
            }
        }
        Ok(dump)
    }
}
