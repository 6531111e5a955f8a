//! Why a vector cannot be derived.

use crate::dump::DumpError;

/// A derivation that cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeriveError {
    /// The dump cannot be read.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// Not enough prompts on one side.
    #[error("the dump has {n_harmful} harmful and {n_benign} benign prompts; at least 2 of each are needed")]
    TooFewPrompts {
        /// Harmful ones.
        n_harmful: usize,
        /// Benign ones.
        n_benign: usize,
    },
    /// A method needs pairs and there are none.
    #[error("the method {method} needs pairs, but this dump has none")]
    NeedsPairs {
        /// The method.
        method: &'static str,
    },
    /// A dump says that it is paired and cannot be.
    #[error(
        "the dump claims to hold pairs, but has {n_harmful} harmful and {n_benign} benign rows; both counts must be \
             the same"
    )]
    UnequalPairs {
        /// Harmful rows.
        n_harmful: usize,
        /// Benign rows.
        n_benign: usize,
    },
    /// The best layers are those that do best on held-out prompts, and there are none.
    #[error("choosing the best layers needs held-out prompts, and there are none: {reason}")]
    NothingHeldOut {
        /// Why.
        reason: &'static str,
    },
    /// It was told to stop.
    #[error("stopped; nothing was written")]
    Stopped,
    /// The states do not differ.
    #[error("layer {layer}: {reason}")]
    Degenerate {
        /// The layer.
        layer: usize,
        /// In which way.
        reason: &'static str,
    },
    /// The principal component was not found.
    #[error("layer {layer}: the principal component did not converge (residual {residual:.1e})")]
    NotConverged {
        /// The layer.
        layer: usize,
        /// How far off, relative to the largest eigenvalue.
        residual: f64,
    },
    /// A layer was asked for that the dump has no states of.
    #[error(
        "there are no states of layer {layer} to derive from: they are not in the file, or have been through the model's \
         final norm"
    )]
    NoStates {
        /// The layer.
        layer: usize,
    },
    /// No layer is left.
    #[error(
        "no layer to derive: {chosen} was requested, but the model has layers 0 to {last} (and the dump may hold only some \
         of them)"
    )]
    NoLayers {
        /// The last layer.
        last: usize,
        /// The choice.
        chosen: String,
    },
}
