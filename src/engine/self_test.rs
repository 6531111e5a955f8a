//! Does a vector reach the logits of this very model, and at every layer that it names? llama.cpp takes a control vector
//! for every architecture and some never apply it, without a word; so it is tried.

use std::sync::Arc;

use super::context_params::ContextParams;
use super::error::EngineError;
use super::ffi::{Batch, Call, Context, GraphProbe, Steer};
use super::logits::are_usable;
use super::model::{Model, Token};
use super::options::{CacheType, FlashAttention, Speculation, cores};
use super::steering::{PartialSteering, Steering, SteeringRows, SteeringVector};
use super::verified::{Trial, VerifiedVector};

/// Strength of the trial of a vector that will begin at 0: large enough to show in any number format.
const TRIAL_ALPHA: f32 = 1.0;

/// Two ways to steer give the same logits if they differ by no more than this, relative to their length.
const SAME: f64 = 1e-4;

/// Runs one short prompt plain and once under `vector` and compares the logits; then looks at the graph, which must add
/// the vector's row at every layer that it names. Gives whether only some of its layers are applied, which is an error
/// unless `trial` allows it.
///
/// # Errors
/// [`EngineError::NotLive`] for a vector that changes nothing; [`EngineError::NotFinite`] for one that breaks the
/// model; [`EngineError::PartlyLive`] for one that is applied at some of its layers only.
pub(super) fn run(
    model: &Arc<Model>,
    vector: VerifiedVector,
    trial: Trial,
) -> Result<Option<PartialSteering>, EngineError> {
    let file = Arc::clone(vector.file());
    let mut bench = Bench::new(model, false)?;
    let plain = bench.logits(Steer::Alike(&SteeringRows::default()))?;
    let alpha = if trial.alpha == 0.0 { TRIAL_ALPHA } else { trial.alpha };
    let path = || file.path().to_owned();
    let architecture = || model.architecture().to_owned();
    let name = file.header().concept.clone();
    let rows = Steering::new(vec![SteeringVector { name: name.clone(), vector, alpha }]).added_up();
    let steered = bench.logits(Steer::Alike(&rows))?;
    if !are_usable(&steered) && are_usable(&plain) {
        return Err(EngineError::NotFinite { path: path(), alpha });
    }
    if steered == plain {
        return Err(EngineError::NotLive { path: path(), architecture: architecture(), alpha });
    }
    let mut dense = vec![0.0; model.n_embd() * (model.n_layer() - 1)];
    let Some((first, last)) = rows.scatter(model.n_embd(), &mut dense) else {
        return Err(EngineError::NotLive { path: path(), architecture: architecture(), alpha });
    };
    let added = GraphProbe::new(model)?.added_rows(&dense, first, last, bench.probe[0])?;
    let mut found = PartialSteering { name, applied: vec![], not_applied: vec![] };
    for view in file.layers() {
        let layer = view.layer as usize;
        let is_live = layer > 0 && {
            let row = &dense[(layer - 1) * model.n_embd()..][..model.n_embd()];
            // Some graphs are built in a way that the probe does not recognise; then the layer is tried alone.
            row.iter().any(|value| *value != 0.0)
                && (added[layer].as_deref() == Some(row) || bench.logits(Steer::Alike(&rows.only_at(layer)))? != plain)
        };
        if is_live { &mut found.applied } else { &mut found.not_applied }.push(view.layer);
    }
    let is_partial = !found.not_applied.is_empty();
    if is_partial && !trial.allow_partial {
        let PartialSteering { applied, not_applied, .. } = found;
        return Err(EngineError::PartlyLive { path: path(), architecture: architecture(), applied, not_applied });
    }
    Ok(is_partial.then_some(found))
}

/// Whether adding `vector` row by row in the eval callback gives the logits that the control vector gives.
///
/// # Errors
/// The context cannot be made, or llama.cpp failed.
pub(super) fn goes_by_row(model: &Arc<Model>, vector: &VerifiedVector) -> Result<bool, EngineError> {
    let mut bench = Bench::new(model, true)?;
    let alpha = vector.file().header().suggested_alpha.filter(|alpha| *alpha != 0.0).unwrap_or(TRIAL_ALPHA);
    let rows = Steering::new(vec![SteeringVector { name: String::new(), vector: vector.clone(), alpha }]).added_up();
    let alike = bench.logits(Steer::Alike(&rows))?;
    let by_row = match bench.logits(Steer::ByRow(vec![rows; bench.probe.len()])) {
        Err(EngineError::SteeringLost { fault }) => {
            tracing::debug!("{}: {fault}", model.architecture());
            return Ok(false);
        }
        by_row => by_row?,
    };
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = alike.iter().zip(&by_row).map(|(a, b)| square(a - b)).sum();
    let length: f64 = alike.iter().map(|a| square(*a)).sum();
    Ok(difference <= SAME * SAME * length)
}

/// A small context, and what it is asked.
struct Bench {
    context: Context,
    probe: Vec<Token>,
}

impl Bench {
    fn new(model: &Arc<Model>, watch: bool) -> Result<Self, EngineError> {
        let probe = model.tokenize("a");
        let probe = if probe.is_empty() { vec![Token(0)] } else { probe };
        let n_probe = u32::try_from(probe.len()).unwrap_or(1);
        let params = ContextParams {
            n_ctx: n_probe,
            n_batch: n_probe,
            n_slots: 1,
            n_outputs: 1,
            // As a chat would: a large model's weights are read from the file here.
            threads: if model.is_tiny() { 1 } else { cores() },
            flash_attention: FlashAttention::Off,
            cache_type: CacheType::F16,
            unified_cache: true,
            watch,
            grows: false,
            speculation: Speculation::Off,
        };
        Ok(Self { context: Context::new(model, &params)?, probe })
    }

    /// Logits after the probe in an empty cache, `[n_vocab]`; empties the cache again.
    fn logits(&mut self, steer: Steer<'_>) -> Result<Vec<f32>, EngineError> {
        let mut batch = Batch::default();
        let last = self.probe.len() - 1;
        for (position, token) in self.probe.iter().enumerate() {
            batch.push(*token, position, 0, position == last);
        }
        let decoded = self.context.decode(&mut batch, Call { steer, cancel: None, capture: false });
        let logits = self.context.logits(last).map(<[f32]>::to_vec).unwrap_or_default();
        self.context.wipe_cache();
        decoded.map(|_| logits)
    }
}
