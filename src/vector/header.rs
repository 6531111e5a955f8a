//! What a `.sv` file says about itself. The order of fields here is the order of bytes in the file
//! (docs/sv-format.md): changing it is a new format version.

use serde::{Deserialize, Serialize};

use super::model_id::ModelId;

/// Which way a positive α pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// Towards the harmful prompts' states, where the model refuses: safer.
    PositiveIsSafer,
    /// Nobody said: the vector was made elsewhere.
    Unstated,
}

/// What α = 1 means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// The whole direction at α = 1 moves the mean benign state onto the mean harmful state along itself.
    Gap,
    /// The whole direction has length 1, as in the paper.
    Unit,
    /// The length that another program gave it.
    AsImported,
}

/// How the components that are kept were chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// In every layer the same number: those of largest magnitude (Jailbreak Antidote, section 3.3).
    #[default]
    TopK,
    /// Those of largest magnitude over all layers together.
    Global,
    /// In every layer as few as carry the wanted share of the direction's squared length.
    Energy,
}

/// How well the sparse direction tells apart prompts that it was not fitted on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Chance that a harmful prompt lies above a benign one, 0 to 1; equals count half. 0.5 is no separation.
    pub auc: f32,
    /// Fisher's ratio: squared distance of the two means over the sum of the two variances.
    pub fisher: f32,
    /// Cohen's d: distance of the two means over the pooled standard deviation.
    pub cohens_d: f32,
}

/// What is known about one layer's direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerStats {
    /// Cohen's d between the harmful and benign prompts that the direction was fitted on, projected on the sparse
    /// direction.
    pub separation: f32,
    /// Share of the direction's squared length that the kept components carry, 0 to 1.
    pub energy_kept: f32,
    /// Distance between the two means along the whole unit direction, in units of the hidden state.
    pub gap: f32,
    /// The same question on prompts that were kept out of fitting; `None` if there were none.
    pub held_out: Option<HeldOut>,
}

/// One layer in the header.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LayerEntry {
    /// Block whose output is moved.
    pub layer: u32,
    /// Components kept.
    pub n_components: u32,
    /// What is known about it.
    pub stats: LayerStats,
}

/// Everything about a vector but its components.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The model whose weights the vector was made from.
    pub model: ModelId,
    /// What the vector stands for, for example `refusal`.
    pub concept: String,
    /// Which way a positive α pushes.
    pub sign: Sign,
    /// How the directions were found, for example `pca`.
    pub method: String,
    /// What α = 1 means.
    pub scale: Scale,
    /// Share that was to be kept, 0 to 1: of the components, or of the squared length if `keep` says so.
    pub sparsity: f32,
    /// How the components were chosen.
    pub keep: Keep,
    /// Harmful prompts it was made from, those held out among them.
    pub n_harmful: u32,
    /// Benign prompts it was made from, those held out among them.
    pub n_benign: u32,
    /// Harmful prompts of these that were kept out of fitting.
    pub n_harmful_held_out: u32,
    /// Benign prompts of these that were kept out of fitting.
    pub n_benign_held_out: u32,
    /// α to start with.
    pub suggested_alpha: Option<f32>,
    /// Lowest and highest α that was found useful.
    pub alpha_range: Option<(f32, f32)>,
    /// Where it comes from, in free words.
    pub provenance: String,
    /// Seconds since 1970-01-01 UTC; 0 is unknown.
    pub created_unix: u64,
    /// The layers, in ascending order. [`ControlVector::encode`](super::ControlVector::encode) fills it in.
    pub layers: Vec<LayerEntry>,
}
