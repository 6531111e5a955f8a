//! Writing a dump row by row.
//!
//! The safetensors crate wants all tensors in memory before it writes; the format itself needs only their shapes, so
//! the header is written here and the rows follow it as they come.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::error::DumpError;
use super::meta::{DumpMeta, Label};
use super::{LABELS, STATES};
use crate::files::AtomicFile;

/// The data begins at a multiple of this many bytes, as safetensors asks.
const ALIGNMENT: usize = 8;

/// A dump in the making. It appears at its place when [`DumpWriter::finish`] returns; dropped before, it leaves
/// nothing behind. It holds the labels and one buffer, never a state.
#[derive(Debug)]
pub struct DumpWriter {
    file: AtomicFile,
    path: PathBuf,
    labels: Vec<Label>,
    /// Values of a row: n_layer × n_embd.
    row_length: usize,
    n_embd: usize,
    n_written: usize,
}

impl DumpWriter {
    /// Starts a dump at `path` of as many prompts as there are `labels`; `meta` names each of them.
    ///
    /// # Errors
    /// The folder cannot be written to, a dimension is 0 or too large, or labels and prompt hashes differ in number.
    pub fn create(path: &Path, meta: &DumpMeta, labels: Vec<Label>) -> Result<Self, DumpError> {
        let announced = |reason: String| DumpError::Announced { path: path.to_owned(), reason };
        let (n_prompts, n_layer, n_embd) = (labels.len(), meta.n_layer, meta.n_embd);
        if meta.prompt_hashes.len() != n_prompts {
            let n_hashes = meta.prompt_hashes.len();
            return Err(announced(format!("it has {n_prompts} labels and {n_hashes} prompt hashes; give one each")));
        }
        if n_layer == 0 || n_embd == 0 {
            return Err(announced(format!("a model of {n_layer} layers × {n_embd} has no hidden states")));
        }
        let too_large = || announced(format!("{n_prompts} prompts × {n_layer} layers × {n_embd} is too large"));
        let row_length = n_layer.checked_mul(n_embd).ok_or_else(too_large)?;
        let states_end = row_length.checked_mul(size_of::<f32>()).and_then(|row| row.checked_mul(n_prompts));
        let states_end = states_end.ok_or_else(too_large)?;
        let labels_end = states_end.checked_add(n_prompts).ok_or_else(too_large)?;
        let header = json!({
            "__metadata__": meta.to_strings(),
            STATES: { "dtype": "F32", "shape": [n_prompts, n_layer, n_embd], "data_offsets": [0, states_end] },
            LABELS: { "dtype": "U8", "shape": [n_prompts], "data_offsets": [states_end, labels_end] },
        });

        let to_error = |source| DumpError::Write { path: path.to_owned(), source };
        let mut file = AtomicFile::create(path).map_err(to_error)?;
        write_header(&mut file, &header.to_string()).map_err(to_error)?;
        Ok(Self { file, path: path.to_owned(), labels, row_length, n_embd, n_written: 0 })
    }

    /// Writes the next prompt's states, `[n_layer, n_embd]`.
    ///
    /// # Errors
    /// The row has another length, a value is not finite, all announced rows have come, or the disk is full.
    pub fn push(&mut self, states: &[f32]) -> Result<(), DumpError> {
        let prompt = self.n_written + 1;
        if prompt > self.labels.len() {
            return Err(self.row_count(prompt));
        }
        if states.len() != self.row_length {
            let (path, given, announced) = (self.path.clone(), states.len(), self.row_length);
            return Err(DumpError::RowLength { path, prompt, given, announced });
        }
        if let Some(wrong) = states.iter().position(|value| !value.is_finite()) {
            return Err(DumpError::NotFinite { path: self.path.clone(), prompt, layer: wrong / self.n_embd });
        }
        self.file.write_all(bytemuck::cast_slice(states)).map_err(|source| self.write_error(source))?;
        self.n_written = prompt;
        Ok(())
    }

    /// Writes the labels and puts the file in its place.
    ///
    /// # Errors
    /// Rows are missing, or the disk is full.
    pub fn finish(mut self) -> Result<(), DumpError> {
        if self.n_written != self.labels.len() {
            return Err(self.row_count(self.n_written));
        }
        let labels: Vec<u8> = self.labels.iter().map(|label| label.to_byte()).collect();
        self.file.write_all(&labels).map_err(|source| self.write_error(source))?;
        let path = self.path;
        self.file.commit().map_err(|source| DumpError::Write { path, source })
    }

    fn row_count(&self, given: usize) -> DumpError {
        DumpError::RowCount { path: self.path.clone(), given, announced: self.labels.len() }
    }

    fn write_error(&self, source: io::Error) -> DumpError {
        DumpError::Write { path: self.path.clone(), source }
    }
}

/// Length and JSON, padded with spaces.
fn write_header(file: &mut AtomicFile, json: &str) -> io::Result<()> {
    let length = json.len().next_multiple_of(ALIGNMENT);
    file.write_all(&(length as u64).to_le_bytes())?;
    file.write_all(json.as_bytes())?;
    file.write_all(&b" ".repeat(length - json.len()))
}
