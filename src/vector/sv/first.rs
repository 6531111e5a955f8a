//! The header of version 1: what version 2 has, without how components were chosen and without held-out prompts.

use serde::Deserialize;

use crate::vector::{Header, Keep, LayerEntry, LayerStats, ModelId, Scale, Sign};

/// The order of fields is the order of bytes.
#[derive(Debug, Deserialize)]
pub(super) struct FirstHeader {
    model: ModelId,
    concept: String,
    sign: Sign,
    method: String,
    scale: Scale,
    sparsity: f32,
    n_harmful: u32,
    n_benign: u32,
    suggested_alpha: Option<f32>,
    alpha_range: Option<(f32, f32)>,
    provenance: String,
    created_unix: u64,
    layers: Vec<FirstEntry>,
}

#[derive(Debug, Deserialize)]
struct FirstEntry {
    layer: u32,
    n_components: u32,
    separation: f32,
    energy_kept: f32,
    gap: f32,
}

impl From<FirstHeader> for Header {
    fn from(first: FirstHeader) -> Self {
        let entry = |FirstEntry { layer, n_components, separation, energy_kept, gap }| LayerEntry {
            layer,
            n_components,
            stats: LayerStats { separation, energy_kept, gap, held_out: None },
        };
        Self {
            model: first.model,
            concept: first.concept,
            sign: first.sign,
            method: first.method,
            scale: first.scale,
            sparsity: first.sparsity,
            keep: Keep::TopK,
            n_harmful: first.n_harmful,
            n_benign: first.n_benign,
            n_harmful_held_out: 0,
            n_benign_held_out: 0,
            suggested_alpha: first.suggested_alpha,
            alpha_range: first.alpha_range,
            provenance: first.provenance,
            created_unix: first.created_unix,
            layers: first.layers.into_iter().map(entry).collect(),
        }
    }
}
