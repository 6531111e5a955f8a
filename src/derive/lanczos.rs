//! The leading principal component of centred rows, by the Lanczos iteration with full reorthogonalisation on the
//! covariance, which is never formed: a product with it is one pass over the states. A few dozen steps reach what the
//! power iteration would need hundreds for when the first two eigenvalues are close.

use ndarray::Array1;

use super::rows::Rows;

/// Residual of the eigenpair, relative to the eigenvalue, at which it counts as found.
const TOLERANCE: f64 = 1e-8;
/// The residual must also be this small against the distance to the next eigenvalue, because that bounds the error of
/// the direction: its sine is at most residual / distance.
const DIRECTION_TOLERANCE: f64 = 1e-6;
/// Below this, the residual is rounding.
const ROUNDING: f64 = 1e-13;
/// Steps at most; fewer are possible if the states have fewer dimensions.
const STEPS: usize = 300;

/// A direction, `[n_embd]`, of length 1 and either sign.
pub(super) struct Component {
    pub direction: Array1<f64>,
    /// Variance along it × number of rows.
    pub value: f64,
    /// How far off it is, relative to the value.
    pub residual: f64,
}

/// The first principal component of `rows`, which are centred already, among the directions orthogonal to those in
/// `found`; `None` if the rows do not vary there. `smallest` is the length of a row that is nothing but rounding.
pub(super) fn leading(rows: &Rows<'_>, found: &[Array1<f64>], smallest: f64) -> Option<Component> {
    let without_found = |mut vector: Array1<f64>| {
        for direction in found {
            let along = vector.dot(direction);
            vector.scaled_add(-along, direction);
        }
        vector
    };
    let lengths = rows.squared_lengths();
    let longest = lengths.iter().copied().fold(0.0, f64::max);
    if longest <= smallest.powi(2).max(f64::MIN_POSITIVE) {
        return None;
    }
    let first = normalised(without_found(rows.weighted_sum(&start_weights(&lengths))))?;
    let mut basis: Vec<Array1<f64>> = vec![first];
    let (mut diagonal, mut off_diagonal): (Vec<f64>, Vec<f64>) = (vec![], vec![]);
    let most = STEPS.min(rows.n_rows()).min(rows.n_embd().saturating_sub(found.len()).max(1));
    loop {
        let last = &basis[basis.len() - 1];
        let mut next = without_found(rows.there_and_back(last, |_, along| along));
        diagonal.push(next.dot(last));
        // Twice is enough (Parlett): what one pass leaves is taken by the second.
        for _ in 0..2 {
            for other in &basis {
                let along = next.dot(other);
                next.scaled_add(-along, other);
            }
        }
        let remaining = next.dot(&next).sqrt();
        let value = eigenvalue(&diagonal, &off_diagonal, 0);
        let coordinates = eigenvector(&diagonal, &off_diagonal, value);
        let residual = remaining * coordinates[coordinates.len() - 1].abs() / value.abs().max(f64::MIN_POSITIVE);
        // The second value comes out too low while it is being found, so the distance only counts from some steps on.
        let is_found = residual <= ROUNDING
            || residual <= TOLERANCE && {
                let second = if diagonal.len() > 1 { eigenvalue(&diagonal, &off_diagonal, 1) } else { 0.0 };
                residual * value <= DIRECTION_TOLERANCE * (value - second)
            };
        if is_found || basis.len() >= most || remaining <= f64::EPSILON * value {
            let mut direction = Array1::zeros(rows.n_embd());
            for (vector, coordinate) in basis.iter().zip(&coordinates) {
                direction.scaled_add(*coordinate, vector);
            }
            return normalised(direction).map(|direction| Component { direction, value, residual });
        }
        off_diagonal.push(remaining);
        basis.push(next / remaining);
    }
}

/// `vector` at length 1; `None` if it has none.
pub(super) fn normalised(vector: Array1<f64>) -> Option<Array1<f64>> {
    let length = vector.dot(&vector).sqrt();
    (length.is_finite() && length > 0.0).then(|| vector / length)
}

/// Weights of the rows whose sum is the start: never orthogonal to the answer in practice, and always the same.
fn start_weights(lengths: &Array1<f64>) -> Array1<f64> {
    let mut weights = Array1::from_shape_fn(lengths.len(), |index| (index as f64 * 0.754_877_666).fract() - 0.5);
    let longest = lengths.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    if let Some((longest, _)) = longest {
        weights[longest] += 1.0;
    }
    weights
}

/// The eigenvalue number `rank` from the largest, of a symmetric tridiagonal matrix, by bisection on the number of
/// eigenvalues above a point (Sturm).
fn eigenvalue(diagonal: &[f64], off_diagonal: &[f64], rank: usize) -> f64 {
    let beside = |index: usize| {
        let left = if index > 0 { off_diagonal[index - 1].abs() } else { 0.0 };
        left + off_diagonal.get(index).map_or(0.0, |value| value.abs())
    };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (index, value) in diagonal.iter().enumerate() {
        low = low.min(value - beside(index));
        high = high.max(value + beside(index));
    }
    let n_above = |point: f64| {
        let mut pivot = diagonal[0] - point;
        let mut above = usize::from(pivot >= 0.0);
        for (value, beside) in diagonal[1..].iter().zip(off_diagonal) {
            let divisor = if pivot == 0.0 { -f64::MIN_POSITIVE } else { pivot };
            pivot = value - point - beside.powi(2) / divisor;
            above += usize::from(pivot >= 0.0);
        }
        above
    };
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if n_above(middle) <= rank { high = middle } else { low = middle }
    }
    high
}

/// The unit eigenvector of the largest eigenvalue, `value`, by inverse iteration.
fn eigenvector(diagonal: &[f64], off_diagonal: &[f64], value: f64) -> Vec<f64> {
    let n = diagonal.len();
    let mut vector = vec![1.0 / (n as f64).sqrt(); n];
    // Slightly above the eigenvalue the matrix is definite, so elimination without pivoting is stable.
    let shift = value + f64::EPSILON * value.abs().max(f64::MIN_POSITIVE);
    for _ in 0..3 {
        vector = solve(diagonal, off_diagonal, shift, &vector);
        let length = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
    }
    vector
}

/// Solves (T − shift) x = b for a tridiagonal T (Thomas algorithm).
fn solve(diagonal: &[f64], off_diagonal: &[f64], shift: f64, right: &[f64]) -> Vec<f64> {
    let n = diagonal.len();
    let tiny = f64::EPSILON * shift.abs().max(f64::MIN_POSITIVE);
    let safe = |pivot: f64| if pivot.abs() < tiny { -tiny } else { pivot };
    let mut pivots = vec![safe(diagonal[0] - shift)];
    let mut solution = vec![right[0]];
    for index in 1..n {
        let factor = off_diagonal[index - 1] / pivots[index - 1];
        pivots.push(safe(diagonal[index] - shift - factor * off_diagonal[index - 1]));
        solution.push(right[index] - factor * solution[index - 1]);
    }
    for index in (0..n).rev() {
        let above = if index + 1 < n { off_diagonal[index] * solution[index + 1] } else { 0.0 };
        solution[index] = (solution[index] - above) / pivots[index];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::samples::Sample;
    use ndarray::{Array2, Axis};
    use proptest::prelude::*;

    /// Two axes whose variances differ by `ratio`, and noise beneath them.
    fn two_axes(n: usize, n_embd: usize, ratio: f64) -> Array2<f32> {
        let wave = |row: usize, turns: usize| (std::f64::consts::TAU * (row * turns) as f64 / n as f64).cos();
        Array2::from_shape_fn((n, n_embd), |(row, column)| {
            let value = match column {
                0 => 10.0 * ratio.sqrt() * wave(row, 1),
                1 => 10.0 * wave(row, 2),
                // Other frequencies: orthogonal to the two axes.
                _ => wave(row, 3 + column % (n / 2 - 3)),
            };
            value as f32
        })
    }

    #[test]
    fn nearly_equal_eigenvalues_are_told_apart() {
        for (n, n_embd) in [(60, 20), (24, 200)] {
            for ratio in [1.1, 1.001, 1.0001] {
                let states = two_axes(n, n_embd, ratio);
                let (harmful, benign) =
                    (states.slice(ndarray::s![..n / 2, ..]), states.slice(ndarray::s![n / 2.., ..]));
                let sample = Sample::new(&harmful.to_owned(), &benign.to_owned());
                let found = sample.with(usize::MAX, |classes| leading(&Rows::pooled(classes), &[], 0.0).unwrap());
                assert!(found.residual <= TOLERANCE);
                assert!(found.direction[0].abs() >= 0.999_99, "{n}×{n_embd} {ratio}: {}", found.direction[0]);
            }
        }
    }

    #[test]
    fn the_second_component_is_orthogonal_to_the_first() {
        let sample = Sample::random(3, 20, 20, 12);
        sample.with(usize::MAX, |classes| {
            let rows = Rows::pooled(classes);
            let first = leading(&rows, &[], 0.0).unwrap();
            let second = leading(&rows, std::slice::from_ref(&first.direction), 0.0).unwrap();
            assert!(first.direction.dot(&second.direction).abs() < 1e-9);
            assert!(second.value <= first.value && second.value > 0.0);
        });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Against the power iteration run to the end.
        #[test]
        fn lanczos_agrees_with_the_power_iteration(seed in any::<u64>()) {
            let mut sample = Sample::random(seed, 6, 6, 7);
            sample.spread_apart(6.0);
            let found = sample.with(usize::MAX, |classes| leading(&Rows::pooled(classes), &[], 0.0).unwrap().direction);
            let states = sample.states().mapv(f64::from);
            let centred = &states - &states.mean_axis(Axis(0)).unwrap();
            let mut power = found.mapv(|value| value + 0.01);
            for _ in 0..5000 {
                power = normalised(centred.t().dot(&centred.dot(&power))).unwrap();
            }
            prop_assert!((found.dot(&power).abs() - 1.0).abs() < 1e-6, "{}", found.dot(&power));
        }
    }
}
