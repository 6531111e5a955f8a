//! Next-token distributions: from logits to log-probabilities, and how far one is from another.

/// Natural logarithms of the probabilities that `logits` (`[n_vocab]`) stand for, in nats.
#[must_use]
pub fn log_probabilities(logits: &[f32]) -> Vec<f32> {
    let sum = log_sum_exp(logits);
    logits.iter().map(|logit| (f64::from(*logit) - sum) as f32).collect()
}

/// −ln p of `token` under `logits`, in nats.
#[must_use]
pub fn surprise(logits: &[f32], token: usize) -> f64 {
    logits.get(token).map_or(f64::INFINITY, |logit| log_sum_exp(logits) - f64::from(*logit))
}

/// KL(plain ‖ other) in nats, of `plain` as log-probabilities and `other` as logits. Not below 0, whatever rounding says.
#[must_use]
pub fn divergence(plain: &[f32], other: &[f32]) -> f64 {
    let sum = log_sum_exp(other);
    let terms = plain.iter().zip(other).map(|(plain, other)| {
        let plain = f64::from(*plain);
        plain.exp() * (plain - (f64::from(*other) - sum))
    });
    terms.sum::<f64>().max(0.0)
}

/// ln Σ exp, shifted by the largest so that nothing overflows.
fn log_sum_exp(logits: &[f32]) -> f64 {
    let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    largest + logits.iter().map(|logit| (f64::from(*logit) - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_by_hand() {
        let (half, quarter) = ([0.0, 0.0], [3.0_f32.ln(), 0.0]);
        assert!((surprise(&half, 1) - 2.0_f64.ln()).abs() < 1e-6);
        assert!((surprise(&quarter, 1) - 4.0_f64.ln()).abs() < 1e-6);
        // ½ ln(½ ÷ ¾) + ½ ln(½ ÷ ¼)
        let expected = 0.5 * (2.0_f64 / 3.0).ln() + 0.5 * 2.0_f64.ln();
        assert!((divergence(&log_probabilities(&half), &quarter) - expected).abs() < 1e-6);
        assert_eq!(surprise(&half, 2), f64::INFINITY);
    }

    proptest! {
        #[test]
        fn nothing_is_far_from_itself_and_nothing_is_nearer(
            logits in prop::collection::vec((-80.0_f32..80.0, -80.0_f32..80.0), 2..50), shift in -1000.0_f32..1000.0,
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = logits.into_iter().unzip();
            let plain = log_probabilities(&a);
            prop_assert!((plain.iter().map(|p| f64::from(*p).exp()).sum::<f64>() - 1.0).abs() < 1e-4);
            let shifted: Vec<f32> = a.iter().map(|logit| logit + shift).collect();
            prop_assert!(divergence(&plain, &shifted) < 1e-2);
            let far = divergence(&plain, &b);
            prop_assert!(far >= 0.0 && far.is_finite());
        }
    }
}
