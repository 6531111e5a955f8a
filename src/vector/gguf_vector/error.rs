//! Why a control-vector GGUF cannot be imported.

use std::path::PathBuf;

use crate::gguf::{GgufError, TensorType};

/// A control-vector GGUF that cannot be imported. `path` is the file in every variant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say it")]
pub enum GgufVectorError {
    /// The file cannot be opened.
    #[error("cannot read the control vector {}: {source}", .path.display())]
    Open { path: PathBuf, source: std::io::Error },
    /// The file is not a GGUF.
    #[error("{} cannot be used as a control vector: {source}", .path.display())]
    Gguf { path: PathBuf, source: GgufError },
    /// It is some other GGUF, most often a model.
    #[error(
        "{} is not a control vector: its general.architecture is {found:?}, not \"controlvector\"; give the \
         .gguf that llama-cvector-generator, repeng or EasySteer wrote", .path.display()
    )]
    NotAVector { path: PathBuf, found: String },
    /// Its directions are not to be added to the outputs of blocks.
    #[error("{} cannot be imported: its {key} is {found:?}: {reason}", .path.display())]
    Use { path: PathBuf, key: String, found: String, reason: &'static str },
    /// Its directions are all zero.
    #[error("{}: all its directions are zeros, which steer nothing; make the vector again", .path.display())]
    Zero { path: PathBuf },
    /// It has no directions.
    #[error("{} has no tensors named direction.0, direction.1, …, so there is nothing to import", .path.display())]
    NoDirections { path: PathBuf },
    /// A tensor is not a direction.
    #[error("{}: tensor {name:?} {reason}", .path.display())]
    Tensor { path: PathBuf, name: String, reason: String },
    /// A direction in a format that vectors are not kept in.
    #[error("{}: tensor {name:?} is {kind:?}, but must be F32, F16 or BF16", .path.display())]
    Kind { path: PathBuf, name: String, kind: TensorType },
    /// A value that is no number.
    #[error("{}: value {index} of direction.{layer} is not a finite number (byte {at}); make the vector again", .path.display())]
    NotFinite { path: PathBuf, layer: u32, index: usize, at: usize },
    /// It was made for another width.
    #[error(
        "{} has directions of {vector} values, but hidden states of {} have {model}; use the model it was made for",
        .path.display(), .target.display()
    )]
    Width { path: PathBuf, vector: usize, model: usize, target: PathBuf },
    /// It names layers that the model lacks.
    #[error(
        "{} has direction.{layer}, but {} has layers 0 to {last}; use the model it was made for", .path.display(),
        .target.display()
    )]
    Layer { path: PathBuf, layer: u32, last: usize, target: PathBuf },
}
