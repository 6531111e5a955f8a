//! Whether the last layer's states have been through the model's final norm.
//!
//! Hugging Face's last entry of `hidden_states` is the state *after* the final norm in Llama-like models, which is not
//! what the last block puts out. A norm leaves its mark: taken back, the state's values have a mean square of 1.

use crate::dump::Dump;
use crate::vector::OutputNorm;

/// What is done with the last layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LastLayer {
    /// Left out if its states have been through the final norm.
    #[default]
    Auto,
    /// Used in any case: the states are what the last block put out.
    Keep,
    /// Left out in any case.
    Drop,
}

/// How far the mean square may be from 1: more than a norm's epsilon and 16-bit rounding make of it, far less than the
/// spread of states that were never normalised.
const TOLERANCE: f64 = 0.05;
/// States looked at, spread over the dump.
const SAMPLES: usize = 64;

/// Whether every state of the last layer that is looked at has been through `norm`.
pub(super) fn is_normed(dump: &Dump, norm: &OutputNorm) -> bool {
    let (layer, n_prompts) = (dump.n_layer() - 1, dump.n_prompts());
    let mut state = vec![0.0; dump.n_embd()];
    let step = n_prompts.div_ceil(SAMPLES).max(1);
    n_prompts > 0
        && (0..n_prompts).step_by(step).all(|prompt| {
            dump.read_state(prompt, layer, &mut state);
            (mean_square(&state, norm) - 1.0).abs() <= TOLERANCE
        })
}

/// Mean square of `state` with weight and bias of `norm` taken back; of its deviation from the mean, if the norm centres.
fn mean_square(state: &[f32], norm: &OutputNorm) -> f64 {
    let largest = norm.weight.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
    let values = state.iter().zip(&norm.weight).enumerate();
    // A component that the norm all but erases says nothing.
    let taken_back: Vec<f64> = values
        .filter(|(_, (_, weight))| weight.abs() > 1e-3 * largest)
        .map(|(index, (value, weight))| {
            let bias = norm.bias.as_ref().map_or(0.0, |bias| bias[index]);
            f64::from(value - bias) / f64::from(*weight)
        })
        .collect();
    let n = taken_back.len() as f64;
    let mean = if norm.is_centred { taken_back.iter().sum::<f64>() / n } else { 0.0 };
    taken_back.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What a norm has done is recognised, whatever went in; what it has not done is not.
        #[test]
        fn a_norm_is_recognised(
            values in prop::collection::vec(-3.0_f32..3.0, 64),
            weight in prop::collection::vec(0.2_f32..2.0, 64),
            is_centred in any::<bool>(),
        ) {
            let mean = if is_centred { values.iter().sum::<f32>() / 64.0 } else { 0.0 };
            let root = (values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / 64.0).sqrt();
            prop_assume!(root > 0.1);
            let bias = is_centred.then(|| weight.iter().map(|weight| weight - 1.0).collect::<Vec<_>>());
            let normed: Vec<f32> = values.iter().enumerate().map(|(index, value)| {
                (value - mean) / root * weight[index] + bias.as_ref().map_or(0.0, |bias| bias[index])
            }).collect();
            let norm = OutputNorm { weight, bias, is_centred };
            prop_assert!((mean_square(&normed, &norm) - 1.0).abs() <= TOLERANCE);
            let doubled: Vec<f32> = normed.iter().map(|value| value * 2.0).collect();
            prop_assert!((mean_square(&doubled, &norm) - 1.0).abs() > TOLERANCE);
        }
    }

    #[test]
    fn a_norm_of_zeros_recognises_nothing() {
        let norm = OutputNorm { weight: vec![0.0; 4], bias: None, is_centred: false };
        assert!(mean_square(&[1.0; 4], &norm).is_nan());
    }
}
