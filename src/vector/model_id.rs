//! Which model something was made from or is for.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use crate::gguf::{Gguf, name_of_model, shape_of_model};

/// What tells a model from others. The order of fields is the order of bytes in a `.sv` file (docs/sv-format.md):
/// changing it is a new format version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelId {
    /// `general.architecture`.
    pub architecture: String,
    /// `general.name`, or the file's name; for people.
    pub name: String,
    /// Which weights; [unbound](Fingerprint::UNBOUND) if the model has none to be known by, or is not known yet.
    pub fingerprint: Fingerprint,
    /// Blocks.
    pub n_layer: u32,
    /// Values of one hidden state.
    pub n_embd: u32,
}

impl ModelId {
    /// The model at `path` that `gguf` is the header of.
    ///
    /// # Errors
    /// Why it is the header of no language model.
    pub fn of(gguf: &Gguf<'_>, path: &Path, fingerprint: Fingerprint) -> Result<Self, &'static str> {
        let (n_layer, n_embd) = shape_of_model(gguf)?;
        let narrow = |number: usize| u32::try_from(number).map_err(|_| "its header gives impossible sizes");
        Ok(Self {
            architecture: gguf.architecture().unwrap_or_default().to_owned(),
            name: name_of_model(gguf, path),
            fingerprint,
            n_layer: narrow(n_layer)?,
            n_embd: narrow(n_embd)?,
        })
    }
}
