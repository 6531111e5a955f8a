//! What can be wrong with a dump.

use std::io;
use std::path::PathBuf;

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
    /// The file is not safetensors, or is cut off.
    #[error("{} is not a readable safetensors file: {reason}; it may be cut off, make it again", .path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file is safetensors but not a dump.
    #[error("{} is not a dump of hidden states: {reason}; make one with 'antidote dump'", .path.display())]
    NotADump {
        /// The file.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// A hidden state that is no number: the model overflowed on this prompt.
    #[error("the hidden state of prompt {prompt} at layer {layer} is not finite; leave that prompt out")]
    NotFinite {
        /// Which prompt, from 1.
        prompt: usize,
        /// Which layer, from 0.
        layer: usize,
    },
    /// Fewer or more rows than announced, or a row of another length.
    #[error("the dump was announced with {announced} {what} and was given {given}")]
    Count {
        /// Rows or values of a row.
        what: &'static str,
        /// How many were announced.
        announced: usize,
        /// How many came.
        given: usize,
    },
}
