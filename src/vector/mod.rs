//! Sparse control vectors: the type, the `.sv` file, and what it must fit: the model, named by its fingerprint.
//!
//! A *control vector* is one direction per layer; a *sparse* one keeps only the components of largest magnitude. This
//! room knows files and numbers, not llama.cpp, prompts or terminals.

mod beside;
mod control_vector;
mod fingerprint;
mod fit;
pub mod gguf;
pub mod gguf_vector;
mod header;
#[cfg(test)]
pub(crate) mod samples;
mod summary;
mod sv;
mod target;
mod thin;

pub use beside::beside;
pub use control_vector::{ControlVector, SparseLayer};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use fit::Mismatch;
pub use header::{Header, HeldOut, Keep, LayerEntry, LayerStats, Scale, Sign};
pub use summary::Summary;
pub use sv::{At, Fault, Indices, LayerView, SvError, SvFile, Values};
pub use target::{OutputNorm, Target, TargetError, name_of_model, shape_of_model};
