//! The whole way from a dump to a vector.

use ndarray::{Array2, Axis};

use super::error::DeriveError;
use super::layers::LayerChoice;
use super::methods::{Method, NoDirection};
use super::{scale, separation, sign, sparsify};
use crate::dump::{Dump, Label};
use crate::vector::{ControlVector, Header, LayerStats, Scale, Sign, SparseLayer};

/// How a vector is made.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// How directions are found.
    pub method: Method,
    /// What α = 1 means.
    pub scale: Scale,
    /// Share of the components that is kept, above 0 and at most 1.
    pub sparsity: f32,
    /// Which layers.
    pub layers: LayerChoice,
    /// Turn every direction around, for prompts whose sides are swapped.
    pub flip_sign: bool,
    /// What the vector stands for.
    pub concept: String,
    /// α to start with, if it is known.
    pub suggested_alpha: Option<f32>,
    /// Useful α, if known.
    pub alpha_range: Option<(f32, f32)>,
    /// Where it comes from, in free words.
    pub provenance: String,
    /// Seconds since 1970-01-01 UTC.
    pub created_unix: u64,
}

/// Derives a vector from `dump`, one layer at a time.
///
/// # Errors
/// Too few prompts on a side, states that do not differ or are not finite, or no layer chosen.
pub fn derive(dump: &Dump, recipe: &Recipe) -> Result<ControlVector, DeriveError> {
    let count = |label| dump.labels().iter().filter(|other| **other == label).count();
    let (n_harmful, n_benign) = (count(Label::Harmful), count(Label::Benign));
    if n_harmful < 2 || n_benign < 2 {
        return Err(DeriveError::TooFewPrompts { n_harmful, n_benign });
    }
    let meta = dump.meta();
    let chosen = recipe.layers.of(meta.n_layer);
    if chosen.is_empty() {
        return Err(DeriveError::NoLayers { last: meta.n_layer - 1, chosen: recipe.layers.to_string() });
    }
    let layers = chosen.into_iter().map(|layer| derive_layer(dump, recipe, layer)).collect::<Result<Vec<_>, _>>()?;
    // Both numbers come from shapes that fit into memory-mapped files.
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let header = Header {
        architecture: meta.architecture.clone(),
        model_name: meta.model_name.clone(),
        fingerprint: meta.fingerprint,
        n_layer: narrow(meta.n_layer),
        n_embd: narrow(meta.n_embd),
        concept: recipe.concept.clone(),
        sign: Sign::PositiveIsSafer,
        method: recipe.method.name.to_owned(),
        scale: recipe.scale,
        sparsity: recipe.sparsity,
        n_harmful: narrow(n_harmful),
        n_benign: narrow(n_benign),
        suggested_alpha: recipe.suggested_alpha,
        alpha_range: recipe.alpha_range,
        provenance: recipe.provenance.clone(),
        created_unix: recipe.created_unix,
        layers: vec![],
    };
    Ok(ControlVector { header, layers })
}

fn derive_layer(dump: &Dump, recipe: &Recipe, layer: usize) -> Result<SparseLayer, DeriveError> {
    let (harmful, benign) = (side(dump, Label::Harmful, layer), side(dump, Label::Benign, layer));
    let direction = recipe.method.find(harmful.view(), benign.view()).map_err(|reason| match reason {
        NoDirection::Degenerate(reason) => DeriveError::Degenerate { layer, reason },
        NoDirection::NotConverged(residual) => DeriveError::NotConverged { layer, residual },
    })?;
    let no_prompts = DeriveError::Degenerate { layer, reason: "a side has no prompts" };
    let (Some(harmful_mean), Some(benign_mean)) = (harmful.mean_axis(Axis(0)), benign.mean_axis(Axis(0))) else {
        return Err(no_prompts);
    };
    let difference = harmful_mean - benign_mean;
    let direction = sign::towards_harmful(direction, &difference);
    let gap = difference.dot(&direction);
    let mut whole = scale::scaled(&direction, gap, recipe.scale);
    if recipe.flip_sign {
        whole = -whole;
    }
    let n = sparsify::n_kept(f64::from(recipe.sparsity), whole.len());
    let kept = sparsify::largest(&whole.to_vec(), n);

    let mut sparse = ndarray::Array1::zeros(whole.len());
    for &index in &kept {
        sparse[index] = whole[index];
    }
    let energy = whole.dot(&whole);
    if energy.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        let reason = "both sides have the same mean along the direction that was found";
        return Err(DeriveError::Degenerate { layer, reason });
    }
    let stats = LayerStats {
        separation: separation::cohens_d(&harmful.dot(&sparse), &benign.dot(&sparse)) as f32,
        energy_kept: (sparse.dot(&sparse) / energy) as f32,
        gap: gap as f32,
    };
    Ok(SparseLayer {
        layer: u32::try_from(layer).unwrap_or(u32::MAX),
        indices: kept.iter().map(|index| u32::try_from(*index).unwrap_or(u32::MAX)).collect(),
        values: kept.iter().map(|index| whole[*index] as f32).collect(),
        stats,
    })
}

/// One side's states at one layer, widened: `[n_prompts of that side, n_embd]`.
fn side(dump: &Dump, label: Label, layer: usize) -> Array2<f64> {
    let rows: Vec<usize> = (0..dump.n_prompts()).filter(|row| dump.labels()[*row] == label).collect();
    dump.rows(layer, &rows).mapv(f64::from)
}
