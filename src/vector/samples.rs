//! Vectors to test with.

use super::{ControlVector, Fingerprint, Header, HeldOut, Keep, LayerStats, ModelId, Scale, Sign, SparseLayer};

/// Two layers of a model with 4 layers × 8.
pub fn small() -> ControlVector {
    let layer = |layer, indices: &[u32], values: &[f32]| SparseLayer {
        layer,
        indices: indices.to_vec(),
        values: values.to_vec(),
        stats: LayerStats {
            separation: 1.5,
            energy_kept: 0.75,
            gap: 2.0,
            held_out: Some(HeldOut { auc: 0.875, fisher: 0.5, cohens_d: 1.25 }),
        },
    };
    ControlVector {
        header: header(4, 8),
        layers: vec![layer(1, &[0, 3, 7], &[0.5, -1.0, 2.0]), layer(3, &[2], &[1.0])],
    }
}

/// All layers but the first, `share` of the components each.
pub fn of_shape(n_layer: u32, n_embd: u32, share: f64) -> ControlVector {
    let n = (f64::from(n_embd) * share).ceil() as u32;
    let step = n_embd / n;
    let layer = |layer| SparseLayer {
        layer,
        indices: (0..n).map(|position| position * step).collect(),
        values: (0..n).map(|position| ((position * 37 + layer) % 101) as f32 / 64.0 - 0.75).collect(),
        stats: LayerStats {
            separation: layer as f32 / 4.0,
            energy_kept: 0.4,
            gap: 3.0,
            held_out: Some(HeldOut::default()),
        },
    };
    ControlVector { header: header(n_layer, n_embd), layers: (1..n_layer).map(layer).collect() }
}

/// A header without layers.
pub fn header(n_layer: u32, n_embd: u32) -> Header {
    Header {
        model: ModelId {
            architecture: "llama".to_owned(),
            name: "Sample".to_owned(),
            fingerprint: Fingerprint(std::array::from_fn(|i| i as u8 * 7)),
            n_layer,
            n_embd,
        },
        concept: "refusal".to_owned(),
        sign: Sign::PositiveIsSafer,
        method: "pca".to_owned(),
        scale: Scale::Gap,
        sparsity: 0.05,
        keep: Keep::TopK,
        n_harmful: 200,
        n_benign: 300,
        n_harmful_held_out: 40,
        n_benign_held_out: 60,
        suggested_alpha: Some(0.5),
        alpha_range: Some((0.25, 1.0)),
        provenance: "made for a test".to_owned(),
        created_unix: 1_764_000_000,
        layers: vec![],
    }
}
