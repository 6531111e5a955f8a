//! Writing a dump row by row.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::error::DumpError;
use super::meta::{DumpMeta, Label};
use super::{LABELS, STATES};
use crate::files::AtomicFile;

/// A dump in the making. It appears at its place when [`DumpWriter::finish`] returns; dropped before, it leaves
/// nothing behind.
#[derive(Debug)]
pub struct DumpWriter {
    file: AtomicFile,
    path: PathBuf,
    labels: Vec<Label>,
    n_layer: usize,
    n_embd: usize,
    n_written: usize,
}

impl DumpWriter {
    /// Starts a dump of as many prompts as there are `labels`.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn create(path: &Path, meta: &DumpMeta, labels: Vec<Label>) -> Result<Self, DumpError> {
        let to_error = |source| DumpError::Write { path: path.to_owned(), source };
        let mut file = AtomicFile::create(path).map_err(to_error)?;
        let n_prompts = labels.len();
        let states_end = n_prompts * meta.n_layer * meta.n_embd * size_of::<f32>();
        let header = json!({
            "__metadata__": meta.to_strings(),
            STATES: {
                "dtype": "F32",
                "shape": [n_prompts, meta.n_layer, meta.n_embd],
                "data_offsets": [0, states_end],
            },
            LABELS: { "dtype": "U8", "shape": [n_prompts], "data_offsets": [states_end, states_end + n_prompts] },
        });
        write_header(&mut file, &header.to_string()).map_err(to_error)?;
        let (n_layer, n_embd) = (meta.n_layer, meta.n_embd);
        Ok(Self { file, path: path.to_owned(), labels, n_layer, n_embd, n_written: 0 })
    }

    /// Writes the next prompt's states, `[n_layer, n_embd]`.
    ///
    /// # Errors
    /// A value is not finite, the row has another length, or the disk is full.
    pub fn push(&mut self, states: &[f32]) -> Result<(), DumpError> {
        let announced = self.n_layer * self.n_embd;
        if states.len() != announced {
            return Err(DumpError::Count { what: "values a row", announced, given: states.len() });
        }
        if let Some(wrong) = states.iter().position(|value| !value.is_finite()) {
            return Err(DumpError::NotFinite { prompt: self.n_written + 1, layer: wrong / self.n_embd });
        }
        // The format is little-endian.
        let write = if cfg!(target_endian = "little") {
            self.file.write_all(bytemuck::cast_slice(states))
        } else {
            states.iter().try_for_each(|value| self.file.write_all(&value.to_le_bytes()))
        };
        write.map_err(|source| self.write_error(source))?;
        self.n_written += 1;
        Ok(())
    }

    /// Writes the labels and puts the file in its place.
    ///
    /// # Errors
    /// Rows are missing, or the disk is full.
    pub fn finish(mut self) -> Result<(), DumpError> {
        if self.n_written != self.labels.len() {
            return Err(DumpError::Count { what: "rows", announced: self.labels.len(), given: self.n_written });
        }
        let labels: Vec<u8> = self.labels.iter().map(|label| label.to_byte()).collect();
        self.file.write_all(&labels).map_err(|source| self.write_error(source))?;
        let path = self.path;
        self.file.commit().map_err(|source| DumpError::Write { path, source })
    }

    fn write_error(&self, source: io::Error) -> DumpError {
        DumpError::Write { path: self.path.clone(), source }
    }
}

/// Length and JSON, padded with spaces so that the data begins at a multiple of 8.
fn write_header(file: &mut AtomicFile, json: &str) -> io::Result<()> {
    let length = json.len().next_multiple_of(8);
    file.write_all(&(length as u64).to_le_bytes())?;
    file.write_all(json.as_bytes())?;
    file.write_all(&b" ".repeat(length - json.len()))
}
