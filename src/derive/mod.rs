//! From a dump of hidden states to a sparse control vector (Jailbreak Antidote, section 3): per layer a direction,
//! its sign and scale, and the few components that are kept. docs/derivation.md gives the maths.

mod error;
mod layers;
mod methods;
mod recipe;
mod scale;
mod separation;
mod sign;
mod sparsify;

pub use error::DeriveError;
pub use layers::LayerChoice;
pub use methods::Method;
pub use recipe::{Recipe, derive};
