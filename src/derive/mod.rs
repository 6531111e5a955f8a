//! From a dump of hidden states to a sparse control vector (Jailbreak Antidote, section 3): per layer a direction,
//! its sign and scale, and the few components that are kept. docs/derivation.md gives the maths.

mod concern;
mod conjugate;
mod error;
mod execution;
mod lanczos;
mod layers;
mod methods;
mod picture;
mod products;
mod recipe;
mod rows;
#[cfg(test)]
mod samples;
mod scale;
mod separation;
mod sides;
mod sign;
mod sparsify;
mod split;
mod workers;

pub use concern::Concern;
pub use error::DeriveError;
pub use execution::{Execution, Watch};
pub use layers::LayerChoice;
pub use methods::Method;
pub use picture::{PictureError, draw};
pub use recipe::{Derivation, Recipe, derive};
