//! Why hidden states from elsewhere cannot be imported.

use std::path::PathBuf;

use crate::dump::DumpError;

/// States or labels that cannot be imported. `path` is the file in every variant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ImportError {
    /// A file cannot be opened.
    #[error("cannot read {}: {source}", .path.display())]
    Open { path: PathBuf, source: std::io::Error },
    /// The file is in a format that is not taken.
    #[error("{} cannot be read as hidden states: {reason}", .path.display())]
    Format { path: PathBuf, reason: String },
    /// One array is in a format that is not taken.
    #[error("{}: array {name:?}: {reason}", .path.display())]
    Array { path: PathBuf, name: String, reason: String },
    /// Nothing in the file can be hidden states.
    #[error(
        "{} has no float array [n_prompts, n_layers, n_embd], nor one [n_prompts, n_embd] per layer; it has {found}",
        .path.display()
    )]
    NoStates { path: PathBuf, found: String },
    /// Several arrays could be meant.
    #[error(
        "{} has several arrays that could be the hidden states: {found}; name the right one \"hidden_states\" or keep \
         only that one", .path.display()
    )]
    Ambiguous { path: PathBuf, found: String },
    /// The array has not the model's shape.
    #[error("{}: {found} does not match {model}: it must be {wanted}{hint}", .path.display())]
    Shape { path: PathBuf, found: String, model: String, wanted: String, hint: String },
    /// With as many prompts as layers, the shape does not tell one from the other.
    #[error(
        "{}: {found} has as many prompts as the model has layers ({n_layer}), so its shape does not say which axis is which, and {}",
        .path.display(),
        if *.is_swapped {
            "by the lengths of its states the first axis is the layers: it is [n_layers, n_prompts, n_embd]"
        } else {
            "the lengths of its states do not say it either: they should grow along the layers"
        }
    )]
    Axes { path: PathBuf, found: String, n_layer: usize, is_swapped: bool },
    /// A file of directions in which none can be found.
    #[error("{}: {reason}", .path.display())]
    Direction { path: PathBuf, reason: String },
    /// One direction, and nothing that says where it belongs.
    #[error("{} has one direction and does not say for which layer", .path.display())]
    DirectionLayer { path: PathBuf },
    /// The names of per-layer arrays give no layers.
    #[error("{}: {reason}", .path.display())]
    Layers { path: PathBuf, reason: String },
    /// The names of per-layer arrays can be counted in two ways.
    #[error(
        "{}: it has only some of the model's {n_layer} layers, so layer {layer} could be block {layer} or, in Hugging \
         Face's numbering, block {}", .path.display(), layer.saturating_sub(1)
    )]
    Numbering { path: PathBuf, n_layer: usize, layer: usize },
    /// Labels cannot be read.
    #[error("{}: {reason}", .path.display())]
    Labels { path: PathBuf, reason: String },
    /// No labels.
    #[error(
        "{} does not say which prompts are harmful: it has no array \"labels\", and no labels were given", .path.display()
    )]
    NoLabels { path: PathBuf },
    /// Labels and rows differ in number.
    #[error("{} has {labels} labels, but {} has {rows} prompts; give one label per prompt, in the same order", .path.display(), .states.display())]
    LabelCount { path: PathBuf, labels: usize, states: PathBuf, rows: usize },
    /// A state that is no number.
    #[error(
        "{}: the hidden state of prompt {prompt} at layer {layer} is not finite, or too large for a 32-bit float; \
         leave that prompt out", .path.display()
    )]
    NotFinite { path: PathBuf, prompt: usize, layer: usize },
    /// The temporary file cannot be written.
    #[error("cannot convert {}: cannot write a temporary file: {source}; set TMPDIR to a folder with space", .path.display())]
    Temporary { path: PathBuf, source: std::io::Error },
    /// Any other fault of a dump.
    #[error(transparent)]
    Dump(#[from] DumpError),
}
