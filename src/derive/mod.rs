//! From a dump of hidden states to a sparse control vector (Jailbreak Antidote, section 3): per layer a direction,
//! its sign and scale, and the few components that are kept. docs/derivation.md gives the maths.

mod conjugate_gradient;
mod contrast_classes;
mod derivation;
mod error;
mod execution;
mod lanczos;
mod layers;
mod matvec;
mod methods;
mod plot;
mod rows;
#[cfg(test)]
mod samples;
mod scale;
mod separation;
mod sign;
mod sparsify;
mod split;
mod warning;
mod workers;

pub use derivation::{Derivation, DeriveConfig, derive};
pub use error::DeriveError;
pub use execution::{Execution, Watch};
pub use layers::LayerChoice;
pub use methods::Method;
pub use plot::{PlotError, draw};
pub use warning::Warning;
