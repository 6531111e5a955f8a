//! Every way in which a dump can be wrong.

/// A rule of the format that is broken. Read from top to bottom, these are the checks that a reader must make.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// A dump must be a whole safetensors file.
    #[error("it is not valid safetensors: {reason}")]
    Safetensors {
        /// What the safetensors reader says.
        reason: String,
    },
    /// A dump must say that it is one.
    #[error("its metadata has no {key}")]
    MissingKey {
        /// The key.
        key: String,
    },
    /// The format must be the dump's.
    #[error("its metadata has {key} = '{value}', but must have '{wanted}'")]
    Value {
        /// The key.
        key: String,
        /// What it says.
        value: String,
        /// What it must say.
        wanted: String,
    },
    /// The version must be known.
    #[error("it has version '{version}' of the dump format, but this program reads version {known}")]
    Version {
        /// The version.
        version: String,
        /// The version that is read here.
        known: &'static str,
    },
    /// A text in the metadata must be readable as what it stands for.
    #[error("its metadata has {key} = '{value}', which must be {rule}")]
    Unreadable {
        /// The key.
        key: String,
        /// What it says, shortened.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// Both tensors must be there.
    #[error("it has no tensor '{tensor}'")]
    MissingTensor {
        /// The tensor.
        tensor: &'static str,
    },
    /// A tensor must have the right type and shape.
    #[error("its tensor '{tensor}' is {found}, but must be {wanted}")]
    Tensor {
        /// The tensor.
        tensor: &'static str,
        /// Its type and shape.
        found: String,
        /// The right type and shape.
        wanted: String,
    },
    /// Metadata and tensors must agree on the number of prompts.
    #[error("its metadata lists {named} prompts (antidote.prompts), but its tensors hold {held}")]
    PromptCount {
        /// Prompts in the metadata.
        named: usize,
        /// Prompts in the tensors.
        held: usize,
    },
    /// What is said of every row must be said of as many rows as there are.
    #[error("its metadata lists {listed} numbers in {key}, but its tensors hold {held} rows")]
    ListLength {
        /// The key.
        key: &'static str,
        /// Numbers in the list.
        listed: usize,
        /// Rows in the tensors.
        held: usize,
    },
    /// Pairs need as many rows on either side.
    #[error("it claims to hold pairs (antidote.paired), but {n_harmful} rows are harmful and {n_benign} benign")]
    Pairs {
        /// Harmful rows.
        n_harmful: usize,
        /// Benign rows.
        n_benign: usize,
    },
    /// A label must be 0 or 1.
    #[error("the label of prompt {prompt} (byte {at}) is {label}, but must be 0 (benign) or 1 (harmful)")]
    Label {
        /// Which prompt, from 1.
        prompt: usize,
        /// Its label.
        label: u8,
        /// Where in the file.
        at: usize,
    },
    /// States must be finite.
    #[error("value {index} of the hidden state of prompt {prompt} at layer {layer} (byte {at}) is not a finite number")]
    NotFinite {
        /// Which prompt, from 1.
        prompt: usize,
        /// Which layer, from 0.
        layer: usize,
        /// Which value of the state, from 0.
        index: usize,
        /// Where in the file.
        at: usize,
    },
}

impl FormatError {
    /// What someone who holds such a file can do.
    pub(super) fn way_out(&self) -> &'static str {
        match self {
            Self::Safetensors { .. } => "if it is a dump, it was cut off or damaged; copy it or make it again",
            Self::Version { .. } => "make it again with this version of 'antidote dump'",
            Self::NotFinite { .. } => "make it again without that prompt",
            _ => "make one with 'antidote dump' (format: docs/dump-format.md)",
        }
    }
}
