//! The mean difference whitened by the covariance within the sides: Fisher's linear discriminant (LDA), with the
//! covariance shrunk towards a multiple of the identity (Ledoit & Wolf, "A well-conditioned estimator for
//! large-dimensional covariance matrices", 2004), because there are fewer prompts than dimensions.
//!
//! It tells the sides apart best, because it turns away from whatever varies within a side; for the same reason it lies
//! less along the states themselves, and steers less at the same length. Prefer it for detection, and when one large
//! nuisance (length, language) hides the difference.
//!
//! (1 − γ) S + γ t I, with S the covariance within the sides, t the mean of its diagonal and γ the shrinkage, is never
//! formed: conjugate gradients need products with it alone, each one pass over the states.

use ndarray::Array1;

use super::{NoDirection, difference, unit};
use crate::derive::conjugate_gradient;
use crate::derive::contrast_classes::ContrastClasses;
use crate::derive::matvec;
use crate::derive::rows::Rows;

/// Relative residual at which the system counts as solved.
const TOLERANCE: f64 = 1e-9;
/// Steps at most.
const STEPS: usize = 2000;
/// With very many prompts γ goes to 0; a little is kept, so that directions in which nothing varies do no harm.
const LEAST_SHRINKAGE: f64 = 1e-3;
/// Rows whose products with each other are computed for γ. Beyond it, these stand for all: γ is an average over pairs
/// of rows, and this many give 130,000 pairs.
const SAMPLE: usize = 512;

pub(super) fn find(classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
    let difference = difference(classes)?;
    let rows = Rows::within_classes(classes);
    let lengths = rows.squared_lengths();
    let n = rows.n_rows() as f64;
    let diagonal = lengths.sum() / n / rows.n_embd() as f64;
    if lengths.iter().all(|length| *length <= classes.smallest_distance().powi(2)) {
        return Err(NoDirection::Degenerate("within each side all states are the same"));
    }
    let shrinkage = ledoit_wolf(&rows, &lengths).max(LEAST_SHRINKAGE);
    let product = |vector: &Array1<f64>| {
        let covariance = rows.there_and_back(vector, |_, along| along) / n;
        covariance * (1.0 - shrinkage) + vector * (shrinkage * diagonal)
    };
    let (direction, residual) = conjugate_gradient::solve(product, &difference, TOLERANCE, STEPS);
    if residual > TOLERANCE { Err(NoDirection::NotConverged(residual)) } else { unit(direction) }
}

/// The shrinkage γ for rows of mean 0, from 0 to 1; `lengths` are their squared lengths. As in scikit-learn's
/// `ledoit_wolf_shrinkage(assume_centered=True)`.
fn ledoit_wolf(rows: &Rows<'_>, lengths: &Array1<f64>) -> f64 {
    let (n, d) = (rows.n_rows() as f64, rows.n_embd() as f64);
    let fourth_powers = lengths.dot(lengths);
    // The squared Frobenius norm of S is the mean of the squared products of all pairs of rows.
    let frobenius = (fourth_powers + n * (n - 1.0) * mean_squared_product(rows)) / (n * n);
    let diagonal = lengths.sum() / n / d;
    let spread = (frobenius - d * diagonal.powi(2)) / d;
    let error = ((fourth_powers / n - frobenius) / (d * n)).clamp(0.0, spread.max(0.0));
    if error > 0.0 { error / spread } else { 0.0 }
}

/// Mean of (xᵢ · xⱼ)² over pairs i ≠ j of rows, or of as many rows as are looked at.
fn mean_squared_product(rows: &Rows<'_>) -> f64 {
    let looked_at = SAMPLE.min(rows.n_rows());
    let picked: Vec<usize> = (0..looked_at).map(|position| position * rows.n_rows() / looked_at).collect();
    let states = rows.picked(&picked);
    let (mut sum, mut along) = (0.0, vec![0.0; looked_at]);
    for first in 0..looked_at {
        let (own, later) = states[first * rows.n_embd()..].split_at(rows.n_embd());
        let own: Vec<f64> = own.iter().map(|value| f64::from(*value)).collect();
        let along = &mut along[first + 1..];
        matvec::times(later, &own, along);
        sum += along.iter().map(|product| product * product).sum::<f64>();
    }
    let n_pairs = looked_at * (looked_at - 1) / 2;
    sum / n_pairs.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::samples::Sample;
    use ndarray::{Array2, Axis};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// The direction solves the system that would be formed if it were small.
        #[test]
        fn it_solves_the_system_that_is_never_formed(seed in any::<u64>(), n_embd in 2_usize..30) {
            let sample = Sample::random(seed, 9, 7, n_embd);
            let found = sample.with(usize::MAX, find).unwrap();
            let states = sample.states().mapv(f64::from);
            let (harmful, benign) = states.view().split_at(Axis(0), 9);
            let means = [harmful, benign].map(|side| side.mean_axis(Axis(0)).unwrap());
            let within = ndarray::concatenate![Axis(0), &harmful - &means[0], &benign - &means[1]];
            let covariance = within.t().dot(&within) / 16.0;
            let diagonal = covariance.diag().mean().unwrap();
            let shrinkage = sample.with(usize::MAX, |classes| {
                let rows = Rows::within_classes(classes);
                ledoit_wolf(&rows, &rows.squared_lengths()).max(LEAST_SHRINKAGE)
            });
            prop_assert!(shrinkage <= 1.0);
            let shrunk = covariance * (1.0 - shrinkage) + Array2::<f64>::eye(n_embd) * (shrinkage * diagonal);
            let image = shrunk.dot(&found);
            let difference = &means[0] - &means[1];
            let cosine = image.dot(&difference) / (image.dot(&image) * difference.dot(&difference)).sqrt();
            prop_assert!(cosine > 1.0 - 1e-6, "{cosine}");
        }
    }
}
