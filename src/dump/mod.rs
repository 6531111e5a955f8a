//! A *dump* is a file of hidden states: for every labelled prompt, what each block of a model put out at the prompt's
//! last token. It is how a running model hands its states to the derivation.
//!
//! A dump is a safetensors file (docs/dump-format.md), so whatever reads safetensors reads it. It is written row by
//! row, a row being one prompt's states at every layer, and read through a memory map: neither side ever holds more
//! than it works on. What is written survives a kill: a dump that was not finished goes on where it ended.

mod check;
mod element;
mod error;
mod format_error;
mod journal;
mod layout;
mod meta;
mod place;
mod plan;
mod read;
#[cfg(test)]
mod tests;
mod token_position;
mod unfinished;
mod write;
#[cfg(test)]
mod write_tests;

pub use element::Element;
pub use error::DumpError;
pub use format_error::FormatError;
pub use meta::{DumpMeta, Label};
pub use place::LayerPlace;
pub(crate) use place::Part;
pub use plan::{Difference, DumpPlan};
pub use read::Dump;
pub use token_position::TokenPosition;
pub use write::{Begin, DumpWriter, Found};

#[cfg(target_endian = "big")]
compile_error!("states are used straight from the file, which is little-endian; this machine is not");

/// Name of the tensor `[n_prompts, n_layer, n_embd]`: F32, F16 or BF16.
const STATES: &str = "hidden_states";
/// Name of the tensor `[n_prompts]`, U8.
const LABELS: &str = "labels";
/// `antidote.format` of every dump.
const FORMAT: &str = "dump";
/// `antidote.version` of the dumps written here.
const VERSION: &str = "2";
/// `antidote.version` of the first dumps: the same without the keys that version 2 added, always of the last token.
const FIRST_VERSION: &str = "1";
