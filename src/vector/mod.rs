//! Sparse control vectors: the type, the `.sv` file, and what it must fit: the model, named by its fingerprint.
//!
//! A *control vector* is one direction per layer; a *sparse* one keeps only the components of largest magnitude. This
//! room knows files and numbers, not llama.cpp, prompts or terminals.

mod compatibility;
mod control_vector;
mod fingerprint;
pub mod gguf_vector;
mod header;
mod model_id;
mod prune;
#[cfg(test)]
pub(crate) mod samples;
mod sidecar;
mod summary;
mod sv;
mod target;

pub use compatibility::Incompatible;
pub use control_vector::{ControlVector, SparseLayer};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use header::{Header, HeldOut, Keep, LayerEntry, LayerStats, Scale, Sign};
pub use model_id::ModelId;
pub use sidecar::sidecars;
pub use summary::Summary;
pub use sv::{At, FormatError, Indices, LayerView, SvError, SvFile, Values};
pub use target::{OutputNorm, Target, TargetError};

#[cfg(feature = "engine")]
pub(crate) use sv::is_vector;
#[cfg(feature = "engine")]
pub(crate) use target::A_VECTOR;
