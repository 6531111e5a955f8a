//! A sparser copy of a vector: more of it can be left out, nothing can be put back.

use super::control_vector::{ControlVector, SparseLayer};
use super::header::Keep;

impl ControlVector {
    /// The largest share of a layer's components that this vector has, 0 to 1.
    #[must_use]
    pub fn density(&self) -> f64 {
        let most = self.layers.iter().map(|layer| layer.indices.len()).max().unwrap_or(0);
        most as f64 / f64::from(self.header.model.n_embd.max(1))
    }

    /// The same vector with the `share` (0 to 1) of each layer's `n_embd` components that have the largest magnitude,
    /// but at least one; of equals the first is kept (Jailbreak Antidote, section 3.3). A layer that has no more than
    /// that stays as it is. Nothing is rescaled.
    #[must_use]
    pub fn pruned(&self, share: f64) -> Self {
        let n_embd = f64::from(self.header.model.n_embd);
        let kept = ((share * n_embd).round() as usize).max(1);
        let layers = self.layers.iter().map(|layer| prune(layer, kept)).collect();
        let mut header = self.header.clone();
        if share < self.density() {
            (header.sparsity, header.keep) = (share as f32, Keep::TopK);
        }
        Self { header, layers }
    }
}

fn prune(layer: &SparseLayer, kept: usize) -> SparseLayer {
    if layer.indices.len() <= kept {
        return layer.clone();
    }
    let square = |value: &f32| f64::from(*value) * f64::from(*value);
    let whole: f64 = layer.values.iter().map(square).sum();
    let mut order: Vec<usize> = (0..layer.values.len()).collect();
    // A stable sort keeps equals in their order.
    order.sort_by(|a, b| layer.values[*b].abs().total_cmp(&layer.values[*a].abs()));
    order.truncate(kept);
    order.sort_unstable();
    let values: Vec<f32> = order.iter().map(|place| layer.values[*place]).collect();
    let mut stats = layer.stats;
    if whole > 0.0 {
        stats.energy_kept *= (values.iter().map(square).sum::<f64>() / whole) as f32;
    }
    SparseLayer {
        layer: layer.layer,
        indices: order.iter().map(|place| layer.indices[*place]).collect(),
        values,
        stats,
    }
}

#[cfg(test)]
mod tests {
    use crate::vector::{ControlVector, samples};

    fn with_values(values: &[f32]) -> ControlVector {
        let mut vector = samples::small();
        vector.header.model.n_embd = 8;
        vector.layers.truncate(1);
        vector.layers[0].indices = (0..).take(values.len()).collect();
        vector.layers[0].values = values.to_vec();
        vector.layers[0].stats.energy_kept = 1.0;
        vector
    }

    #[test]
    fn the_largest_stay_with_the_values_they_had() {
        let pruned = with_values(&[1.0, -3.0, 2.0, 2.0, 0.5]).pruned(0.25);
        assert_eq!(
            (pruned.layers[0].indices.as_slice(), pruned.layers[0].values.as_slice()),
            (&[1, 2][..], &[-3.0, 2.0][..])
        );
        assert_eq!(pruned.header.sparsity, 0.25);
        assert!((f64::from(pruned.layers[0].stats.energy_kept) - 13.0 / 18.25).abs() < 1e-6);
        assert!((pruned.density() - 0.25).abs() < 1e-9);
        assert!(pruned.encode().is_ok());
    }

    #[test]
    fn a_vector_that_is_sparser_already_stays_as_it_is() {
        let vector = with_values(&[1.0, -3.0]);
        assert_eq!(vector.pruned(0.5).layers, vector.layers);
        assert_eq!(vector.pruned(1.0), vector);
        assert_eq!(vector.pruned(1e-9).layers[0].values, [-3.0]);
    }
}
