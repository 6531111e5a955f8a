//! Why a dump cannot be read or written.

use std::io;
use std::path::PathBuf;

use super::fault::Fault;

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
    #[error("{} is not a usable dump: {fault}; {}", .path.display(), .fault.way_out())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Which rule.
        fault: Fault,
    },
    /// A dump was announced that no file can hold.
    #[error("cannot start the dump {}: {reason}", .path.display())]
    Announced {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A row is not `[n_layer, n_embd]`.
    #[error("cannot write the dump {}: prompt {prompt} came with {given} values, and {announced} were announced \
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
    #[error("cannot finish the dump {}: {given} prompts came and {announced} were announced", .path.display())]
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
}
