//! Control vectors as llama.cpp, repeng and EasySteer keep them: a GGUF of the architecture `controlvector` with one
//! tensor `direction.<il>` a layer, which is added to the output of block `il`.
//!
//! Whole vectors pass through a `.sv` file and back with every bit of every value.

mod convert;
mod error;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use convert::Import;
pub use error::GgufVectorError;
pub use read::GgufVector;
pub use write::export;

/// `general.architecture` of such a file.
pub const ARCHITECTURE: &str = crate::gguf::CONTROL_VECTOR;
/// What a tensor's name has before the number of its layer.
const PREFIX: &str = "direction.";
/// The architecture of the model that it was made for, in its maker's words.
const MODEL_HINT: &str = "controlvector.model_hint";
/// How it was made, in its maker's words.
const METHOD: &str = "controlvector.method";
/// How many directions there are.
const LAYER_COUNT: &str = "controlvector.layer_count";
