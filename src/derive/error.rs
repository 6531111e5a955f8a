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
    /// The states do not differ.
    #[error("layer {layer}: {reason}; use prompts that differ in what they ask for, or leave the layer out (--layers)")]
    Degenerate {
        /// The layer.
        layer: usize,
        /// In which way.
        reason: &'static str,
    },
    /// The principal component was not found.
    #[error(
        "layer {layer}: the principal component did not converge (residual {residual:.1e}); try --method mean-difference"
    )]
    NotConverged {
        /// The layer.
        layer: usize,
        /// How far off, relative to the largest eigenvalue.
        residual: f64,
    },
    /// No layer is left.
    #[error("no layer to derive: the model has layers 0 to {last} and {chosen} was asked for")]
    NoLayers {
        /// The last layer.
        last: usize,
        /// The choice.
        chosen: String,
    },
}
