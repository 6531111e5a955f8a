//! The model that something from elsewhere is for: what its GGUF says about itself.

use std::path::{Path, PathBuf};

use super::fingerprint::{Fingerprint, FingerprintError};
use super::model_id::ModelId;
use super::sv::is_vector;
use crate::files::MappedFile;
use crate::gguf::{Gguf, GgufError};

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
    #[error("no vector can be bound to {}: {source}", .path.display())]
    Fingerprint {
        /// The file.
        path: PathBuf,
        /// Why.
        source: FingerprintError,
    },
}

/// What is said of a `.sv` that was given as a model.
pub(crate) const A_VECTOR: &str = "it is a safety vector (.sv), not a model";

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
    /// What tells it from others.
    pub model: ModelId,
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
        if is_vector(&file) {
            return Err(TargetError::Unsuitable { path: owned(), reason: A_VECTOR });
        }
        let gguf = Gguf::parse(&file).map_err(|source| TargetError::Gguf { path: owned(), source })?;
        let unsuitable = |reason| TargetError::Unsuitable { path: owned(), reason };
        let id = |fingerprint| ModelId::of(&gguf, path, fingerprint).map_err(unsuitable);
        // A file that is no model at all is told so before its norms are looked for.
        id(Fingerprint::UNBOUND)?;
        let fingerprint =
            Fingerprint::of(&gguf, &file).map_err(|source| TargetError::Fingerprint { path: owned(), source })?;
        let model = id(fingerprint)?;
        Ok(Self { path: owned(), output_norm: OutputNorm::of(&gguf, &file, model.n_embd as usize), model })
    }

    /// Blocks.
    #[must_use]
    pub fn n_layer(&self) -> usize {
        self.model.n_layer as usize
    }

    /// Values of one hidden state.
    #[must_use]
    pub fn n_embd(&self) -> usize {
        self.model.n_embd as usize
    }
}

impl OutputNorm {
    /// The norm after the last block of `gguf`, which was parsed from `file`; `None` if it has none in a float format.
    #[must_use]
    pub fn of(gguf: &Gguf<'_>, file: &[u8], n_embd: usize) -> Option<Self> {
        let floats = |name: &str| {
            let tensor = gguf.tensors().iter().find(|tensor| tensor.name == name)?;
            tensor.floats(file).filter(|values| values.len() == n_embd)
        };
        // Which epsilon a model has says which norm it uses (llama.cpp: LLM_KV_ATTENTION_LAYERNORM_EPS).
        let epsilon = format!("{}.attention.layer_norm_epsilon", gguf.architecture()?);
        let weight = floats("output_norm.weight")?;
        Some(Self { weight, bias: floats("output_norm.bias"), is_centred: gguf.get(&epsilon).is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::{Entry, encode};
    use crate::vector::samples;

    #[test]
    fn what_is_no_model_is_called_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let says = |bytes: &[u8], words: &str| {
            let path = folder.path().join("m.gguf");
            std::fs::write(&path, bytes).unwrap();
            let text = Target::open(&path).unwrap_err().to_string();
            assert!(text.contains(words), "{text}");
        };
        let of = |metadata: &[(&str, &str)]| {
            let entries: Vec<_> = metadata.iter().map(|(key, value)| (*key, Entry::Text(value))).collect();
            encode(&entries, &[])
        };
        says(&of(&[("general.architecture", "llama"), ("general.type", "adapter")]), "adapter (LoRA)");
        says(&of(&[("general.type", "imatrix")]), "importance matrix");
        says(&of(&[("general.architecture", "clip"), ("general.type", "mmproj")]), "mmproj");
        says(&of(&[("general.architecture", "clip")]), "mmproj");
        says(&of(&[("general.architecture", "controlvector")]), "control vector");
        says(&samples::small().encode().unwrap(), "safety vector (.sv)");
    }
}
