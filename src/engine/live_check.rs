//! Does steering reach the logits of this very model? llama.cpp takes a control vector for every architecture and
//! some never apply it, without a word; so it is tried.

use super::boundary::{Batch, Context};
use super::error::EngineError;
use super::logits::are_usable;
use super::model::Token;
use super::steering::{Steering, SteeringVector};

/// Strength of the probe for vectors that are loaded at α = 0: large enough to show in any number format.
const PROBE_ALPHA: f32 = 1.0;

/// Runs one short prompt plain and once with each vector alone and compares the logits. Leaves the cache empty and
/// the control vector out.
///
/// # Errors
/// [`EngineError::NotLive`] for the first vector that changes nothing; [`EngineError::NotFinite`] for one that
/// breaks the model.
pub(super) fn check(context: &mut Context<'_>, steering: &Steering, dense: &mut [f32]) -> Result<(), EngineError> {
    if steering.vectors().is_empty() {
        return Ok(());
    }
    let model = context.model();
    let probe = model.tokenize("a");
    let probe = if probe.is_empty() { vec![Token(0)] } else { probe };
    context.clear_control_vector();
    let plain = logits_of(context, &probe)?;
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
    }
    context.clear_control_vector();
    Ok(())
}

/// Logits after `tokens` in an empty cache, `[n_vocab]`; empties the cache again.
fn logits_of(context: &mut Context<'_>, tokens: &[Token]) -> Result<Vec<f32>, EngineError> {
    let mut batch = Batch::default();
    let last = tokens.len() - 1;
    for (position, token) in tokens.iter().enumerate() {
        batch.push(*token, position, 0, position == last);
    }
    context.decode(&mut batch)?;
    let logits = context.logits(last).map(<[f32]>::to_vec).unwrap_or_default();
    context.wipe_cache();
    Ok(logits)
}
