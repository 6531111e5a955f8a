//! How far a cache of 8-bit blocks moves what a model says: measured before it is chosen, because for some models it
//! is far.

use std::sync::Arc;

use crate::engine::{self, ContextOptions, EngineError, Model, Session, Speculation, Steering, Token};

/// Kullback-Leibler divergence, in nats, of the next token's distribution with a smaller cache from that with the
/// default one: on average over the positions looked at…
pub const MAX_MEAN_KL: f64 = 0.01;
/// …and at the worst of them. Beyond either the smaller cache is not chosen.
pub const MAX_WORST_KL: f64 = 0.1;

/// Tokens in the cache before the first position that is looked at.
const PREFIX: usize = 96;
/// Positions that are looked at.
const POSITIONS: usize = 16;

/// How two caches differ in what the model would say next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fidelity {
    /// Mean divergence over the positions, in nats.
    pub mean_kl: f64,
    /// The largest, in nats.
    pub worst_kl: f64,
}

impl Fidelity {
    /// Compares `options` with `reference` on `text`.
    ///
    /// # Errors
    /// A context cannot be made, or llama.cpp failed.
    pub fn measure(
        model: &Arc<Model>,
        reference: &ContextOptions,
        options: &ContextOptions,
        text: &[Token],
    ) -> Result<Self, EngineError> {
        let (reference, other) = (logits(model, reference, text)?, logits(model, options, text)?);
        let divergences: Vec<f64> = reference.iter().zip(&other).map(|(p, q)| divergence(p, q)).collect();
        let mean_kl = divergences.iter().sum::<f64>() / divergences.len().max(1) as f64;
        Ok(Self { mean_kl, worst_kl: divergences.into_iter().fold(0.0, f64::max) })
    }

    /// Whether the difference is small enough to be chosen without asking.
    #[must_use]
    pub fn is_close(self) -> bool {
        self.mean_kl <= MAX_MEAN_KL && self.worst_kl <= MAX_WORST_KL
    }
}

/// Logits at every position looked at: `[positions, n_vocab]`.
fn logits(model: &Arc<Model>, options: &ContextOptions, text: &[Token]) -> Result<Vec<Vec<f32>>, EngineError> {
    let n = (PREFIX + POSITIONS).min(text.len());
    let n_ctx = u32::try_from(n + 1).unwrap_or(u32::MAX);
    let options = ContextOptions { n_ctx, speculation: Speculation::Off, ..options.clone() };
    let mut session = Session::new(model, &options, Steering::default())?;
    let first = n.saturating_sub(POSITIONS).max(1);
    (first..=n).map(|end| session.logits(&text[..end])).collect()
}

/// KL(p ‖ q) of the distributions that two rows of logits stand for, in nats.
fn divergence(p: &[f32], q: &[f32]) -> f64 {
    engine::divergence(&engine::log_probabilities(p), q)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn divergence_of_known_distributions() {
        // (¾, ¼) against (½, ½): ¾ ln 1.5 + ¼ ln 0.5.
        let p = [0.75_f32.ln(), 0.25_f32.ln()];
        let expected = 0.75 * 1.5_f64.ln() + 0.25 * 0.5_f64.ln();
        assert!((divergence(&p, &[3.0, 3.0]) - expected).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn divergence_is_none_from_itself_and_never_negative(
            p in prop::collection::vec(-20_f32..20.0, 1..50), shift in -5_f32..5.0, at in 0_usize..50,
        ) {
            let shifted: Vec<f32> = p.iter().map(|p| p + shift).collect();
            prop_assert!(divergence(&p, &shifted) < 1e-5);
            let mut q = p.clone();
            let index = at % q.len();
            q[index] += 1.0;
            prop_assert!(divergence(&p, &q) >= 0.0);
        }
    }
}
