//! The dump file: hidden states of labelled prompts, on their way from a running model to the derivation.
//!
//! A dump is a safetensors file (docs/dump-format.md), so that anything that reads safetensors reads it. It is written
//! row by row, a row being one prompt's states at every layer, so its size is bounded by the disk and not by memory.

mod error;
mod meta;
mod read;
mod write;

pub use error::DumpError;
pub use meta::{DumpMeta, Label};
pub use read::Dump;
pub use write::DumpWriter;

/// Name of the tensor `[n_prompts, n_layer, n_embd]`, F32.
const STATES: &str = "hidden_states";
/// Name of the tensor `[n_prompts]`, U8.
const LABELS: &str = "labels";
/// `antidote.version` of the files written here.
const VERSION: &str = "1";
