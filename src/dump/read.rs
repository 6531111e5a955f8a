//! Reading a dump through a memory map.

use std::path::{Path, PathBuf};

use ndarray::Array2;

use super::check::{Content, check};
use super::error::DumpError;
use super::format_error::FormatError;
use super::meta::{DumpMeta, Label};
use super::place::{LayerPlace, Part};
use crate::files::MappedFile;

/// A dump that was opened and checked. Its states are used where they lie in the map.
#[derive(Debug)]
pub struct Dump {
    files: Vec<MappedFile>,
    path: PathBuf,
    meta: DumpMeta,
    labels: Vec<Label>,
    /// By first row; the first part begins with row 0.
    parts: Vec<Part>,
}

impl Dump {
    /// Maps the dump at `path` and checks all of it, so that whatever is handed out later is whole and finite.
    ///
    /// # Errors
    /// The file cannot be opened or breaks a rule of the format.
    pub fn open(path: &Path) -> Result<Self, DumpError> {
        let file = MappedFile::open(path).map_err(|source| DumpError::Open { path: path.to_owned(), source })?;
        let broken = |error| DumpError::Broken { path: path.to_owned(), error };
        let Content { meta, labels, layers } = check(&file).map_err(broken)?;
        let parts = vec![Part { first: 0, layers: layers.into_iter().map(Some).collect() }];
        let dump = Self { files: vec![file], path: path.to_owned(), meta, labels, parts };
        match dump.first_not_finite() {
            None => Ok(dump),
            Some((row, layer, index)) => {
                let (_, place, row_there) = dump.place(row, layer);
                let at = place.row(row_there, dump.n_embd()).start + index * place.element.size();
                Err(broken(FormatError::NotFinite { prompt: row + 1, layer, index, at }))
            }
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
        &self.meta
    }

    /// Each prompt's side, in row order: `[n_prompts]`.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Rows.
    #[must_use]
    pub fn n_prompts(&self) -> usize {
        self.labels().len()
    }

    /// Blocks of the model, at least 1.
    #[must_use]
    pub fn n_layer(&self) -> usize {
        self.meta().model.n_layer as usize
    }

    /// Whether there are states of `layer`: of all layers in a dump of our own, of some in other programs' files.
    #[must_use]
    pub fn has_layer(&self, layer: usize) -> bool {
        self.parts.iter().all(|part| matches!(part.layers.get(layer), Some(Some(_))))
    }

    /// Does without the states of `layer` from here on.
    pub(crate) fn leave_out(&mut self, layer: usize) {
        self.parts.iter_mut().for_each(|part| part.layers[layer] = None);
    }

    /// Values of one hidden state, at least 1.
    #[must_use]
    pub fn n_embd(&self) -> usize {
        self.meta().model.n_embd as usize
    }

    /// The states of the prompts in `rows` at `layer`, widened: `[rows, n_embd]`, row `i` of the result being prompt
    /// `rows[i]`.
    ///
    /// # Panics
    /// The dump has no such layer ([`Self::has_layer`]), or a row is not below [`Self::n_prompts`].
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
    /// The dump has no such layer ([`Self::has_layer`]).
    #[must_use]
    pub fn layer(&self, layer: usize) -> Array2<f32> {
        self.rows(layer, &(0..self.n_prompts()).collect::<Vec<_>>())
    }

    /// Widens the state of one prompt at one layer into `out`, `[n_embd]`.
    ///
    /// # Panics
    /// `prompt` is not below [`Self::n_prompts`], the dump has no such layer ([`Self::has_layer`]), or `out` is not
    /// `[n_embd]`.
    pub fn read_state(&self, prompt: usize, layer: usize, out: &mut [f32]) {
        assert!(prompt < self.n_prompts(), "prompt {prompt} of {}", self.n_prompts());
        let (file, place, row) = self.place(prompt, layer);
        place.element.widen(&file[place.row(row, self.n_embd())], out);
    }

    /// Where the state of one prompt at one layer lies: the file, the place, and the prompt's row there.
    fn place(&self, prompt: usize, layer: usize) -> (&MappedFile, &LayerPlace, usize) {
        let part = &self.parts[self.parts.partition_point(|part| part.first <= prompt) - 1];
        let place = part.layers[layer].as_ref().expect("only layers that the dump has are read");
        (&self.files[place.file], place, prompt - part.first)
    }

    /// Prompt, layer and index of the first value that is no finite number.
    fn first_not_finite(&self) -> Option<(usize, usize, usize)> {
        let mut state = vec![0.0; self.n_embd()];
        let layers: Vec<usize> = (0..self.n_layer()).filter(|layer| self.has_layer(*layer)).collect();
        let mut states = (0..self.n_prompts()).flat_map(|prompt| layers.iter().map(move |layer| (prompt, *layer)));
        states.find_map(|(prompt, layer)| {
            self.read_state(prompt, layer, &mut state);
            state.iter().position(|value| !value.is_finite()).map(|index| (prompt, layer, index))
        })
    }

    /// Puts a dump together from states that lie anywhere in mapped `files`: what readers of other programs' files use.
    /// `path` is what the dump is called; `parts` are sorted by first row and begin with row 0.
    ///
    /// # Errors
    /// A state is not finite.
    pub(crate) fn from_parts(
        path: PathBuf,
        files: Vec<MappedFile>,
        meta: DumpMeta,
        labels: Vec<Label>,
        parts: Vec<Part>,
    ) -> Result<Self, DumpError> {
        let dump = Self { files, path, meta, labels, parts };
        match dump.first_not_finite() {
            None => Ok(dump),
            Some((prompt, layer, _)) => Err(DumpError::NotFinite { path: dump.path, prompt: prompt + 1, layer }),
        }
    }
}
