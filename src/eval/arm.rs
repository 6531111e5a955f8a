//! The conditions under which an item is asked.

use serde::{Deserialize, Serialize};

/// The name of no defence by prompt.
pub const NO_DEFENCE: &str = "none";

/// One way to run the model: steered by a vector, defended by a change of the prompt, or neither.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// The defence that changes the prompt or filters it, by its name on the command line; [`NO_DEFENCE`] if none.
    pub defence: String,
    /// Strength of the vector; 0 is the plain model.
    pub alpha: f32,
    /// Components kept a layer, in per cent; as many as the vector's file has, if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sparsity: Option<f32>,
}

impl Arm {
    /// The model as it is.
    #[must_use]
    pub fn baseline() -> Self {
        Self { defence: NO_DEFENCE.to_owned(), alpha: 0.0, sparsity: None }
    }

    /// Under the vector at `alpha`, with `sparsity` per cent of the components.
    #[must_use]
    pub fn steered(alpha: f32, sparsity: Option<f32>) -> Self {
        Self { alpha, sparsity, ..Self::baseline() }
    }

    /// Under a defence by prompt, without the vector.
    #[must_use]
    pub fn defended(defence: &str) -> Self {
        Self { defence: defence.to_owned(), ..Self::baseline() }
    }

    /// Whether neither a vector nor a defence has a part in it.
    #[must_use]
    pub fn is_baseline(&self) -> bool {
        self.alpha == 0.0 && self.defence == NO_DEFENCE
    }
}
