//! Why a dump cannot be read or written.

use std::io;
use std::path::PathBuf;

use super::element::Element;
use super::format_error::FormatError;
use super::plan::Difference;

/// A dump that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DumpError {
    /// The file cannot be opened.
    #[error("cannot read the dump {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the dump {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file breaks a rule of the format.
    #[error("{} is not a usable dump: {error}; {}", .path.display(), .error.way_out())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Which rule.
        error: FormatError,
    },
    /// A dump was announced that no file can hold.
    #[error("cannot start the dump {}: {reason}", .path.display())]
    Announced {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process is at it.
    #[error("another program is writing the dump {} (it holds {}); wait for it, or choose another file",
            .path.display(), .unfinished.display())]
    Busy {
        /// The dump.
        path: PathBuf,
        /// The unfinished dump.
        unfinished: PathBuf,
    },
    /// The unfinished dump was begun as another one.
    #[error("the unfinished dump {} was started with other settings: {}", .unfinished.display(), listed(.differences))]
    Differs {
        /// The dump.
        path: PathBuf,
        /// The unfinished dump.
        unfinished: PathBuf,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// A row is not `[n_layer, n_embd]`.
    #[error("cannot write the dump {}: prompt {prompt} has {given} values, but {announced} were announced \
             (n_layer × n_embd)", .path.display())]
    RowLength {
        /// The file.
        path: PathBuf,
        /// Which prompt, from 1.
        prompt: usize,
        /// Values that came.
        given: usize,
        /// n_layer × n_embd.
        announced: usize,
    },
    /// Fewer or more rows came than were announced.
    #[error("cannot finish the dump {}: {announced} prompts were announced, but {given} were written", .path.display())]
    RowCount {
        /// The file.
        path: PathBuf,
        /// Rows that came.
        given: usize,
        /// Labels that were announced.
        announced: usize,
    },
    /// The model put out something that is no number: it overflowed on this prompt.
    #[error("cannot write the dump {}: the hidden state of prompt {prompt} at layer {layer} is not finite; \
             leave that prompt out", .path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// Which prompt, from 1.
        prompt: usize,
        /// Which layer, from 0.
        layer: usize,
    },
    /// The number format has no such numbers.
    #[error("cannot write the dump {}: the hidden state of prompt {prompt} at layer {layer} holds {value}, which \
             overflows {element}", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Which prompt, from 1.
        prompt: usize,
        /// Which layer, from 0.
        layer: usize,
        /// The value.
        value: f32,
        /// The format.
        element: Element,
    },
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
