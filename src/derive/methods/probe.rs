//! The weights of a linear probe: logistic regression with an L2 penalty (Alain & Bengio, "Understanding intermediate
//! layers using linear classifier probes", arXiv 1610.01644; for safety, Zou et al., arXiv 2310.01405).
//!
//! It weighs the prompts that are hard to tell apart and forgets the easy ones. Prefer it when the sides overlap and
//! there are many prompts; with few, it follows accidents, and `mean-difference` is steadier.
//!
//! Minimises ½ w·w + C Σ log(1 + exp(−yᵢ (w·xᵢ + b))) over the centred states divided by one number, the root of their
//! mean squared length, so that C means the same for every model and layer; scikit-learn's
//! `LogisticRegression(C=1)` on the same numbers gives the same w. Solved by Newton's method, each step by conjugate
//! gradients, so that every product is one pass over the states.

use ndarray::{Array1, Zip, s};

use super::{NoDirection, difference, unit};
use crate::derive::conjugate_gradient;
use crate::derive::contrast_classes::ContrastClasses;
use crate::derive::rows::Rows;

/// C: how much the prompts count against the penalty.
const COUNT: f64 = 1.0;
/// The gradient's length, relative to that at w = 0, at which the minimum counts as found.
const TOLERANCE: f64 = 1e-8;
/// Newton steps at most.
const STEPS: usize = 60;
/// Conjugate gradient steps at most, per Newton step.
const INNER_STEPS: usize = 500;
/// Halvings of a step at most.
const HALVINGS: usize = 40;

pub(super) fn find(classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
    // Without a difference there is nothing to regress on but noise.
    difference(classes)?;
    let rows = Rows::pooled(classes);
    let (n, d) = (rows.n_rows(), rows.n_embd());
    let length = (rows.squared_lengths().sum() / n as f64).sqrt();
    let n_harmful = classes.rows.harmful.len();
    let sign = Array1::from_shape_fn(n, |row| if row < n_harmful { 1.0 } else { -1.0 });

    // The last entry is b, which is not penalised.
    let mut weights = Array1::<f64>::zeros(d + 1);
    let mut margins = Array1::<f64>::zeros(n);
    let gradient_at = |weights: &Array1<f64>, margins: &Array1<f64>| {
        let pull = Zip::from(&sign).and(margins).map_collect(|sign, margin| -COUNT * sign * logistic(-sign * margin));
        let mut gradient = Array1::zeros(d + 1);
        gradient.slice_mut(s![..d]).assign(&(rows.weighted_sum(&pull) / length + weights.slice(s![..d])));
        gradient[d] = pull.sum();
        gradient
    };
    let mut gradient = gradient_at(&weights, &margins);
    let norm = |vector: &Array1<f64>| vector.dot(vector).sqrt();
    let at_start = norm(&gradient);
    for _ in 0..STEPS {
        let relative = norm(&gradient) / at_start.max(f64::MIN_POSITIVE);
        if relative <= TOLERANCE {
            return unit(weights.slice(s![..d]).to_owned());
        }
        let curvature = margins.mapv(|margin| COUNT * logistic(margin) * logistic(-margin));
        let product = |vector: &Array1<f64>| {
            let (direction, bias) = (vector.slice(s![..d]).to_owned(), vector[d]);
            let mut pull = 0.0;
            let back = rows.there_and_back(&direction, |row, along| {
                let weighted = curvature[row] * (along / length + bias);
                pull += weighted;
                weighted
            });
            let mut image = Array1::zeros(d + 1);
            image.slice_mut(s![..d]).assign(&(back / length + direction));
            image[d] = pull;
            image
        };
        // As exact as the point is good: quadratic convergence at the end, little work at the beginning.
        let (step, _) = conjugate_gradient::solve(product, &(-&gradient), relative.sqrt().min(0.1) * 0.1, INNER_STEPS);
        let along = rows.times(&step.slice(s![..d]).to_owned()) / length + step[d];
        let value_at = |share: f64| {
            let loss = Zip::from(&sign)
                .and(&margins)
                .and(&along)
                .fold(0.0, |sum, sign, margin, along| sum + COUNT * softplus(-sign * (margin + share * along)));
            let moved = &weights.slice(s![..d]) + &(&step.slice(s![..d]) * share);
            loss + 0.5 * moved.dot(&moved)
        };
        let (now, slope) = (value_at(0.0), gradient.dot(&step));
        let mut share = 1.0;
        let mut halvings = 0;
        // Rounding is allowed for: near the minimum the value hardly changes.
        while value_at(share) > now + 1e-4 * share * slope + 1e-14 * now.abs() && halvings < HALVINGS {
            share /= 2.0;
            halvings += 1;
        }
        weights.scaled_add(share, &step);
        margins.scaled_add(share, &along);
        gradient = gradient_at(&weights, &margins);
    }
    Err(NoDirection::NotConverged(norm(&gradient) / at_start))
}

/// 1 / (1 + exp(−x)).
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// log(1 + exp(x)) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::samples::Sample;
    use ndarray::Axis;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// At the minimum the penalty pulls as hard as the prompts: w is a sum of the states, each weighed by how
        /// wrong it still is; so no other direction of the same span does better.
        #[test]
        fn no_step_along_any_state_is_downhill(seed in any::<u64>(), n_embd in 1_usize..12) {
            let sample = Sample::random(seed, 8, 6, n_embd);
            let found = sample.with(usize::MAX, find).unwrap();
            let states = sample.states().mapv(f64::from);
            let centred = &states - &states.mean_axis(Axis(0)).unwrap();
            let length = (centred.mapv(|value| value * value).sum() / 14.0).sqrt();
            let scaled = centred / length;
            let sign = Array1::from_shape_fn(14, |row| if row < 8 { 1.0 } else { -1.0 });
            // The best multiple of the found direction and the best b, by a plain two-dimensional descent.
            let along = scaled.dot(&found);
            let loss = |w: &Array1<f64>, b: f64| {
                0.5 * w.dot(w) + (scaled.dot(w) + b).iter().zip(&sign).map(|(m, y)| softplus(-y * m)).sum::<f64>()
            };
            let (mut a, mut b) = (0.0, 0.0);
            for _ in 0..20_000 {
                let pull = Array1::from_shape_fn(14, |row| -sign[row] * logistic(-sign[row] * (a * along[row] + b)));
                a -= 0.05 * (a + pull.dot(&along));
                b -= 0.05 * pull.sum();
            }
            let best = loss(&(&found * a), b);
            for row in scaled.rows() {
                for step in [1e-3, -1e-3] {
                    prop_assert!(loss(&(&found * a + &row * step), b) >= best - 1e-9);
                }
            }
        }
    }
}
