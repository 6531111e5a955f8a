//! Does steering reach the logits of this very model, and at every layer that a vector names? llama.cpp takes a control
//! vector for every architecture and some never apply it, without a word; so it is tried.

use super::boundary::{Batch, Context, GraphProbe};
use super::error::EngineError;
use super::logits::are_usable;
use super::model::Token;
use super::steering::{PartialSteering, Steering, SteeringVector};

/// Strength of the probe for vectors that are loaded at α = 0: large enough to show in any number format.
const PROBE_ALPHA: f32 = 1.0;

/// Runs one short prompt plain and once with each vector alone and compares the logits; then looks at the graph, which
/// must add the vector's row at every layer that it names. Leaves the cache empty and the control vector out.
///
/// Gives for each vector whether only some of its layers are applied, which is an error unless `steering` allows it.
///
/// # Errors
/// [`EngineError::NotLive`] for the first vector that changes nothing; [`EngineError::NotFinite`] for one that
/// breaks the model; [`EngineError::PartlyLive`] for one that is applied at some of its layers only.
pub(super) fn check(
    context: &mut Context<'_>,
    steering: &Steering,
    dense: &mut [f32],
) -> Result<Vec<Option<PartialSteering>>, EngineError> {
    if steering.vectors().is_empty() {
        return Ok(vec![]);
    }
    let model = context.model();
    let probe = model.tokenize("a");
    let probe = if probe.is_empty() { vec![Token(0)] } else { probe };
    context.clear_control_vector();
    let plain = logits_of(context, &probe)?;
    let mut graph = GraphProbe::new(model)?;
    let mut all = vec![];
    for vector in steering.vectors() {
        let alpha = if vector.alpha == 0.0 { PROBE_ALPHA } else { vector.alpha };
        let alone = Steering::new(vec![SteeringVector { alpha, ..vector.clone() }]);
        let path = || vector.vector.path().to_owned();
        let architecture = || model.architecture().to_owned();
        let Some((first, last)) = alone.scatter(model.n_embd(), dense) else {
            return Err(EngineError::NotLive { path: path(), architecture: architecture(), alpha });
        };
        context.set_control_vector(dense, first, last)?;
        let steered = logits_of(context, &probe)?;
        if !are_usable(&steered) && are_usable(&plain) {
            return Err(EngineError::NotFinite { path: path(), alpha });
        }
        if steered == plain {
            return Err(EngineError::NotLive { path: path(), architecture: architecture(), alpha });
        }
        let rows = graph.added_rows(dense, first, last, probe[0])?;
        let mut found = PartialSteering { name: vector.name.clone(), applied: vec![], not_applied: vec![] };
        for view in vector.vector.layers() {
            let layer = view.layer as usize;
            let is_live = layer > 0 && {
                let row = &dense[(layer - 1) * model.n_embd()..][..model.n_embd()];
                row.iter().any(|value| *value != 0.0)
                    && (rows[layer].as_deref() == Some(row) || changes_logits(context, &plain, &probe, row, layer)?)
            };
            if is_live { &mut found.applied } else { &mut found.not_applied }.push(view.layer);
        }
        let is_partial = !found.not_applied.is_empty();
        if is_partial && !steering.allows_partial() {
            let PartialSteering { applied, not_applied, .. } = found;
            return Err(EngineError::PartlyLive { path: path(), architecture: architecture(), applied, not_applied });
        }
        all.push(is_partial.then_some(found));
    }
    context.clear_control_vector();
    Ok(all)
}

/// Whether `row` (`[n_embd]`), added at `layer` alone, changes the logits after `probe`: for graphs that are built in
/// a way that [`GraphProbe`] does not recognise.
fn changes_logits(
    context: &mut Context<'_>,
    plain: &[f32],
    probe: &[Token],
    row: &[f32],
    layer: usize,
) -> Result<bool, EngineError> {
    let model = context.model();
    let mut dense = vec![0.0; model.n_embd() * (model.n_layer() - 1)];
    dense[(layer - 1) * model.n_embd()..][..model.n_embd()].copy_from_slice(row);
    context.set_control_vector(&dense, layer, layer)?;
    Ok(logits_of(context, probe)? != plain)
}

/// Logits after `tokens` in an empty cache, `[n_vocab]`; empties the cache again.
fn logits_of(context: &mut Context<'_>, tokens: &[Token]) -> Result<Vec<f32>, EngineError> {
    let last = tokens.len() - 1;
    let mut rows = 0;
    for start in (0..tokens.len()).step_by(context.n_batch()) {
        let mut batch = Batch::default();
        for (position, token) in tokens.iter().enumerate().skip(start).take(context.n_batch()) {
            batch.push(*token, position, 0, position == last);
        }
        rows = batch.len();
        context.decode(&mut batch)?;
    }
    let logits = context.logits(rows - 1).map(<[f32]>::to_vec).unwrap_or_default();
    context.wipe_cache();
    Ok(logits)
}
