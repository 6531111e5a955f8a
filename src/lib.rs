//! Antidote steers a quantised GGUF chat model towards safety while it runs: at every layer that a control vector
//! names it adds `alpha · (direction ⊙ mask)` to the hidden state of every token (Jailbreak Antidote,
//! arXiv 2410.02298, section 3).
//!
//! The rooms, and which way they may look, are drawn in `docs/architecture.md`.

// They panic where nobody reads them: `say!`, or `write!` and its error.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod cli;
pub mod derive;
pub mod dump;
pub mod files;
pub mod gguf;
pub mod imports;
pub mod vector;

#[cfg(feature = "engine")]
pub mod autotune;
#[cfg(feature = "engine")]
pub mod chat;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod eval;
#[cfg(feature = "engine")]
pub mod prompt;
#[cfg(feature = "engine")]
pub mod prompt_files;
