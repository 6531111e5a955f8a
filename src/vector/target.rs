//! The model that something from elsewhere is for: what its GGUF says about itself.

use std::path::{Path, PathBuf};

use super::fingerprint::{Fingerprint, FingerprintError};
use super::gguf::{Gguf, GgufError, Tensor, TensorType};
use crate::files::MappedFile;

/// A model that cannot be tied to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The file cannot be opened.
    #[error("cannot read the model {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a GGUF.
    #[error("{} cannot be used as a model: {source}", .path.display())]
    Gguf {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        source: GgufError,
    },
    /// The file is a GGUF but no language model.
    #[error("{} cannot be used as a model: {reason}; give the .gguf file of a model", .path.display())]
    Unsuitable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// Its weights cannot be told from others.
    #[error("nothing can be tied to {}: {source}", .path.display())]
    Fingerprint {
        /// The file.
        path: PathBuf,
        /// Why.
        source: FingerprintError,
    },
}

/// The norm that a model applies after its last block (`output_norm`).
#[derive(Debug, Clone, PartialEq)]
pub struct OutputNorm {
    /// What the normalised state is multiplied by, `[n_embd]`.
    pub weight: Vec<f32>,
    /// What is added then, `[n_embd]`, if anything.
    pub bias: Option<Vec<f32>>,
    /// Whether the mean is subtracted first (LayerNorm) or not (RMSNorm).
    pub is_centred: bool,
}

/// A model that something is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The file.
    pub path: PathBuf,
    /// `general.architecture`.
    pub architecture: String,
    /// `general.name`, or the file's name.
    pub model_name: String,
    /// Blocks.
    pub n_layer: usize,
    /// Values of one hidden state.
    pub n_embd: usize,
    /// Which weights.
    pub fingerprint: Fingerprint,
    /// The norm after the last block; `None` if the model has none in a float format.
    pub output_norm: Option<OutputNorm>,
}

impl Target {
    /// Reads the header of the model at `path`, and its norms.
    ///
    /// # Errors
    /// The file is missing, is no language model, or has no fingerprint.
    pub fn open(path: &Path) -> Result<Self, TargetError> {
        let owned = || path.to_owned();
        let file = MappedFile::open(path).map_err(|source| TargetError::Open { path: owned(), source })?;
        let gguf = Gguf::parse(&file).map_err(|source| TargetError::Gguf { path: owned(), source })?;
        let unsuitable = |reason| TargetError::Unsuitable { path: owned(), reason };
        let (n_layer, n_embd) = shape_of_model(&gguf).map_err(unsuitable)?;
        let fingerprint =
            Fingerprint::of(&gguf, &file).map_err(|source| TargetError::Fingerprint { path: owned(), source })?;
        Ok(Self {
            path: owned(),
            architecture: gguf.architecture().unwrap_or_default().to_owned(),
            model_name: name_of_model(&gguf, path),
            n_layer,
            n_embd,
            fingerprint,
            output_norm: OutputNorm::of(&gguf, &file, n_embd),
        })
    }
}

/// Blocks and values of one hidden state, both above 0, of the model that `gguf` is the header of.
///
/// # Errors
/// Why it is the header of no language model.
pub fn shape_of_model(gguf: &Gguf<'_>) -> Result<(usize, usize), &'static str> {
    if gguf.architecture() == Some(super::gguf_vector::ARCHITECTURE) {
        return Err("it is a control vector, not a model");
    }
    // llama.cpp finds the other parts by their names; their norms would be missing from the fingerprint.
    if gguf.u64("split.count").is_some_and(|parts| parts > 1) {
        return Err("it is one part of a model that was split; join the parts first (llama-gguf-split --merge)");
    }
    let size = |number: Option<u64>| number.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
    let shape = size(gguf.n_layer()).zip(size(gguf.n_embd()));
    shape.ok_or("its header names no layers (block_count, embedding_length)")
}

/// What people call the model at `path` that `gguf` is the header of: its `general.name`, or the file's name.
#[must_use]
pub fn name_of_model(gguf: &Gguf<'_>, path: &Path) -> String {
    let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    gguf.str("general.name").map_or_else(stem, str::to_owned)
}

impl OutputNorm {
    /// The norm after the last block of `gguf`, which was parsed from `file`; `None` if it has none in a float format.
    #[must_use]
    pub fn of(gguf: &Gguf<'_>, file: &[u8], n_embd: usize) -> Option<Self> {
        let floats = |name: &str| {
            let tensor = gguf.tensors().iter().find(|tensor| tensor.name == name)?;
            widened(tensor, file).filter(|values| values.len() == n_embd)
        };
        // Which epsilon a model has says which norm it uses (llama.cpp: LLM_KV_ATTENTION_LAYERNORM_EPS).
        let epsilon = format!("{}.attention.layer_norm_epsilon", gguf.architecture()?);
        let weight = floats("output_norm.weight")?;
        Some(Self { weight, bias: floats("output_norm.bias"), is_centred: gguf.get(&epsilon).is_some() })
    }
}

/// The values of a float tensor; `None` if it is in another format.
pub(super) fn widened(tensor: &Tensor<'_>, file: &[u8]) -> Option<Vec<f32>> {
    let bytes = tensor.bytes(file);
    Some(match tensor.kind {
        TensorType::F32 => bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        TensorType::F16 => bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
        TensorType::BF16 => bytes.as_chunks::<2>().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect(),
        _ => return None,
    })
}
