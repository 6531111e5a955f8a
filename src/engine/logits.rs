//! What a model puts out, and whether it can be used at all.

use super::error::EngineError;
use super::ffi::Context;

/// Logits after row `row` of the last batch of `context`, `[n_vocab]`, all finite. A model that was steered out of the
/// range of its number format would otherwise go on talking, and what it says is neither its own nor protected. `alpha`
/// is how strongly it is steered, for the message.
///
/// # Errors
/// The row did not ask for output, or its output is of no use.
pub(super) fn usable(context: &mut Context, row: usize, alpha: f32) -> Result<&[f32], EngineError> {
    let logits = context.logits(row)?;
    if are_usable(logits) { Ok(logits) } else { Err(EngineError::OutputNotFinite { alpha }) }
}

/// False if a logit is no number, or if all are alike: states too long to be squared come out of the last norm as
/// zeros, and every token is then as likely as any other.
pub(super) fn are_usable(logits: &[f32]) -> bool {
    logits.iter().all(|logit| logit.is_finite()) && logits.windows(2).any(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_infinite_nor_flat_output_is_usable() {
        assert!(are_usable(&[0.0, 0.0, 1.0]));
        for logits in [[0.0, f32::NAN, 1.0], [0.0, f32::INFINITY, 1.0], [0.0; 3]] {
            assert!(!are_usable(&logits), "{logits:?}");
        }
    }
}
