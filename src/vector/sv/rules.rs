//! What must hold for a vector's content, whether it is being read or written.

use super::N_EMBD_LIMIT;
use super::error::{At, FormatError};
use crate::vector::Header;

/// Checks the header; `places` says where each layer's entry begins in the file, if it comes from one.
pub(super) fn check_header(header: &Header, places: &[usize]) -> Result<(), FormatError> {
    let field = |field, value: &dyn ToString, rule| Err(FormatError::Field { field, value: value.to_string(), rule });
    if header.model.n_embd == 0 || header.model.n_embd > N_EMBD_LIMIT {
        return field("n_embd", &header.model.n_embd, "from 1 to 1048576");
    }
    if !(header.sparsity > 0.0 && header.sparsity <= 1.0) {
        return field("sparsity", &header.sparsity, "above 0 and at most 1");
    }
    if header.n_harmful_held_out > header.n_harmful {
        return field("n_harmful_held_out", &header.n_harmful_held_out, "at most n_harmful");
    }
    if header.n_benign_held_out > header.n_benign {
        return field("n_benign_held_out", &header.n_benign_held_out, "at most n_benign");
    }
    if let Some(alpha) = header.suggested_alpha.filter(|alpha| !alpha.is_finite()) {
        return field("suggested_alpha", &alpha, "a finite number");
    }
    if let Some((low, high)) = header.alpha_range
        && !(low.is_finite() && high.is_finite() && low <= high)
    {
        return field("alpha_range", &format!("{low} to {high}"), "two finite numbers, the lower first");
    }
    if header.layers.is_empty() {
        return field("layers", &"none", "at least one layer");
    }
    let mut before = None;
    for (position, entry) in header.layers.iter().enumerate() {
        let at = At(places.get(position).copied());
        let layer = entry.layer;
        if before.is_some_and(|before| layer <= before) || layer >= header.model.n_layer {
            return Err(FormatError::LayerOrder { layer, n_layer: header.model.n_layer, at });
        }
        before = Some(layer);
        check_length(layer, entry.n_components as usize, entry.n_components as usize, header.model.n_embd, at)?;
        let stats = entry.stats;
        let held_out = stats.held_out.unwrap_or_default();
        let fitted = [stats.separation, stats.energy_kept, stats.gap];
        let unseen = [held_out.auc, held_out.fisher, held_out.cohens_d];
        if !fitted.iter().chain(&unseen).all(|number| number.is_finite()) {
            return Err(FormatError::Statistics { layer, at });
        }
    }
    Ok(())
}

/// Checks how many components a layer has.
pub(super) fn check_length(
    layer: u32,
    n_indices: usize,
    n_values: usize,
    n_embd: u32,
    at: At,
) -> Result<(), FormatError> {
    if n_indices == n_values && n_indices > 0 && n_indices <= n_embd as usize {
        return Ok(());
    }
    Err(FormatError::LayerLength { layer, n_indices, n_values, n_embd, at })
}

/// Checks a layer's indices; `place` says where each is.
pub(super) fn check_indices(
    layer: u32,
    indices: impl Iterator<Item = u32>,
    n_embd: u32,
    place: impl Fn(usize) -> At,
) -> Result<(), FormatError> {
    let mut before = None;
    for (position, index) in indices.enumerate() {
        if before.is_some_and(|before| index <= before) || index >= n_embd {
            return Err(FormatError::IndexOrder { layer, position, index, n_embd, at: place(position) });
        }
        before = Some(index);
    }
    Ok(())
}

/// Checks a layer's values; `place` says where each is.
pub(super) fn check_values(
    layer: u32,
    mut finite: impl Iterator<Item = bool>,
    place: impl Fn(usize) -> At,
) -> Result<(), FormatError> {
    match finite.position(|finite| !finite) {
        Some(position) => Err(FormatError::NotFinite { layer, position, at: place(position) }),
        None => Ok(()),
    }
}
