//! Hidden states that other programs wrote, as a [`Dump`]: numpy's `.npy` and `.npz` and plain safetensors
//! (docs/imports.md says what is taken and how it is understood).
//!
//! States are used where they lie in the mapped files. What a dump cannot point at (64-bit floats, Fortran order,
//! compressed members) goes through an unnamed temporary file, so memory stays small whatever the size.

mod array;
mod direction;
mod error;
mod labels;
mod last_layer;
mod layout;
mod lengths;
mod npy;
mod numbering;
mod open;
mod source;
mod temporary;
#[cfg(test)]
mod tests;

pub use direction::{Directions, directions};
pub use error::ImportError;
pub use last_layer::LastLayer;
pub use layout::Axes;
pub use numbering::Numbering;
pub use open::{Imported, Input, Options, import};

#[cfg(doc)]
use crate::dump::Dump;
