//! From a control-vector GGUF to a sparse control vector.

use super::error::GgufVectorError;
use super::read::GgufVector;
use crate::vector::{ControlVector, Fingerprint, Header, Keep, LayerStats, ModelId, Scale, Sign, SparseLayer, Target};

/// How a vector is imported.
#[derive(Debug, Clone)]
pub struct Import {
    /// Share of each layer's components that is kept, above 0 and at most 1. At 1 every bit of every value is kept.
    pub sparsity: f32,
    /// Turn every direction around: a positive α of the file is the less safe one.
    pub flip_sign: bool,
    /// Which way a positive α pushes, after that.
    pub sign: Sign,
    /// What the vector stands for.
    pub concept: String,
    /// Seconds since 1970-01-01 UTC.
    pub created_unix: u64,
}

impl GgufVector {
    /// The sparse vector for `target`. The kept components have the values they had; nothing is rescaled.
    ///
    /// # Errors
    /// The directions have another width than the model's hidden states, or name a layer that it lacks.
    pub fn to_control_vector(&self, target: &Target, import: &Import) -> Result<ControlVector, GgufVectorError> {
        let (path, model) = (|| self.path.clone(), || target.path.clone());
        if self.n_embd != target.n_embd() {
            let (vector, model_width) = (self.n_embd, target.n_embd());
            return Err(GgufVectorError::Width { path: path(), vector, model: model_width, target: model() });
        }
        if let Some((layer, _)) = self.directions.iter().find(|(layer, _)| *layer as usize >= target.n_layer()) {
            let last = target.n_layer() - 1;
            return Err(GgufVectorError::Layer { path: path(), layer: *layer, last, target: model() });
        }
        let layers = self.directions.iter().map(|(layer, values)| sparse(*layer, values, import)).collect();
        let header = Header {
            model: target.model.clone(),
            concept: import.concept.clone(),
            sign: import.sign,
            method: self.method.clone().unwrap_or_else(|| "imported".to_owned()),
            scale: Scale::AsImported,
            sparsity: import.sparsity,
            keep: Keep::TopK,
            n_harmful: 0,
            n_benign: 0,
            n_harmful_held_out: 0,
            n_benign_held_out: 0,
            suggested_alpha: None,
            alpha_range: None,
            provenance: self.provenance(),
            created_unix: import.created_unix,
            layers: vec![],
        };
        Ok(ControlVector { header, layers })
    }

    /// The sparse vector for a model that is not at hand, of `architecture` and with `n_layer` blocks. It is
    /// [unbound](Fingerprint::UNBOUND): no model accepts it before it is tied to one.
    ///
    /// # Errors
    /// A direction is for a layer that such a model lacks.
    pub fn to_unbound_vector(
        &self,
        architecture: &str,
        n_layer: usize,
        import: &Import,
    ) -> Result<ControlVector, GgufVectorError> {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let target = Target {
            path: format!("a model of {n_layer} layers").into(),
            model: ModelId {
                architecture: architecture.to_owned(),
                name: self.model_hint.clone().unwrap_or_default(),
                fingerprint: Fingerprint::UNBOUND,
                n_layer: narrow(n_layer),
                n_embd: narrow(self.n_embd),
            },
            output_norm: None,
        };
        self.to_control_vector(&target, import)
    }

    /// Where it comes from: the file's name, not its folder, so that the same file gives the same bytes anywhere.
    fn provenance(&self) -> String {
        let file = self.path.file_name().unwrap_or_default().to_string_lossy();
        let hint = self.model_hint.as_ref().map(|hint| format!(", made for {hint:?}")).unwrap_or_default();
        format!("imported from {file}{hint}")
    }
}

fn sparse(layer: u32, values: &[f32], import: &Import) -> SparseLayer {
    let n = ((f64::from(import.sparsity) * values.len() as f64).round() as usize).clamp(1, values.len().max(1));
    // As in the derivation: the largest by magnitude, of equals the first.
    let mut kept: Vec<usize> = (0..values.len()).collect();
    kept.sort_by(|a, b| values[*b].abs().total_cmp(&values[*a].abs()));
    kept.truncate(n);
    kept.sort_unstable();
    let square = |value: &f32| f64::from(*value) * f64::from(*value);
    let whole: f64 = values.iter().map(square).sum();
    let share = kept.iter().map(|index| square(&values[*index])).sum::<f64>() / whole;
    // A direction of zeros loses nothing.
    let energy_kept = if share.is_finite() { share as f32 } else { 1.0 };
    SparseLayer {
        layer,
        indices: kept.iter().map(|index| u32::try_from(*index).unwrap_or(u32::MAX)).collect(),
        values: kept.iter().map(|index| if import.flip_sign { -values[*index] } else { values[*index] }).collect(),
        stats: LayerStats { energy_kept, ..LayerStats::default() },
    }
}
