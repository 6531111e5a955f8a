//! Why a file of prompts cannot be read.

use std::path::{Path, PathBuf};

use super::Place;

/// What helps where a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WayOut {
    /// Only to correct the file.
    Correct,
    /// To name the column ([`ReadAs::Columns`]), or to read it as plain text.
    Column,
    /// To read it as plain text ([`ReadAs::PlainText`]), if it is that after all.
    PlainText,
}

/// A prompt file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PromptError {
    /// The file cannot be opened or read.
    #[error("cannot read the prompts in {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else: a pointer, a model, an archive.
    #[error("{} holds no prompts: it is {what}", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do, if anything.
        what: &'static str,
    },
    /// The file is not UTF-8 text.
    #[error("{} is not valid UTF-8 (line {line}); save it as UTF-8", .path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A line or entry is wrong.
    #[error("{}, {place}: {reason}", .path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Which line or entry.
        place: String,
        /// What is wrong with it.
        reason: String,
        /// What helps.
        way_out: WayOut,
    },
    /// Nothing to read.
    #[error("{} has no prompts; write one per line", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A column was named, and no file has any.
    #[error("there are no columns to choose from: {}", if .files.is_empty() { "no prompt file is read".to_owned() } else { .files.join(", ") })]
    NoColumns {
        /// The files and what they were read as.
        files: Vec<String>,
    },
}

/// What a format's reader says is wrong: the place and the reason, and what helps.
#[derive(Debug)]
pub(super) struct EntryError {
    pub(super) place: String,
    pub(super) reason: String,
    pub(super) way_out: WayOut,
}

impl EntryError {
    pub(super) fn at_line(line: usize, reason: impl Into<String>) -> Self {
        Self { place: Place::Line(line).to_string(), reason: reason.into(), way_out: WayOut::Correct }
    }

    pub(super) fn with(self, way_out: WayOut) -> Self {
        Self { way_out, ..self }
    }

    pub(super) fn in_file(self, path: &Path) -> PromptError {
        let Self { place, reason, way_out } = self;
        PromptError::Entry { path: path.to_owned(), place, reason, way_out }
    }
}
