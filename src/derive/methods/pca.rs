//! The first principal component of the pooled, centred states, as in the paper (section 3.1).
//!
//! Found by the Lanczos iteration with full reorthogonalisation on the covariance, which is never formed: a product
//! with it is two passes over the states. A few dozen steps reach machine precision where the power iteration would
//! need hundreds when the first two eigenvalues are close.

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};

use super::{NoDirection, normalised};

/// Residual of the eigenpair, relative to the eigenvalue, at which it counts as found.
const TOLERANCE: f64 = 1e-10;
/// Steps at most; fewer are possible if the states have fewer dimensions.
const STEPS: usize = 300;
/// A residual that is still good enough when no more steps are possible.
const LAST_RESORT: f64 = 1e-6;

pub(super) fn find(harmful: ArrayView2<'_, f64>, benign: ArrayView2<'_, f64>) -> Result<Array1<f64>, NoDirection> {
    let pooled =
        concatenate(Axis(0), &[harmful, benign]).map_err(|_| NoDirection::Degenerate("the sides differ in width"))?;
    let mean = pooled.mean_axis(Axis(0)).ok_or(NoDirection::Degenerate("there are no prompts"))?;
    let centred = pooled - &mean;
    let product = |vector: &Array1<f64>| centred.t().dot(&centred.dot(vector));

    let same = NoDirection::Degenerate("all states are the same");
    let largest = centred.rows().into_iter().map(|row| row.dot(&row)).fold(0.0, f64::max);
    // Rounding alone leaves this much.
    if largest <= mean.dot(&mean).max(f64::MIN_POSITIVE) * 1e-24 {
        return Err(same);
    }
    let mut basis: Vec<Array1<f64>> = vec![normalised(start(&centred)).ok_or(same)?];
    let (mut diagonal, mut off_diagonal): (Vec<f64>, Vec<f64>) = (vec![], vec![]);
    let most = STEPS.min(centred.nrows()).min(centred.ncols());
    loop {
        let last = &basis[basis.len() - 1];
        let mut next = product(last);
        diagonal.push(next.dot(last));
        // Twice is enough (Parlett): what one pass leaves is taken by the second.
        for _ in 0..2 {
            for other in &basis {
                let along = next.dot(other);
                next.scaled_add(-along, other);
            }
        }
        let remaining = next.dot(&next).sqrt();
        let (value, coordinates) = largest_eigenpair(&diagonal, &off_diagonal);
        let residual = remaining * coordinates[coordinates.len() - 1].abs() / value.abs().max(f64::MIN_POSITIVE);
        let is_last = basis.len() >= most || remaining <= f64::EPSILON * value;
        if residual <= TOLERANCE || is_last {
            if residual > LAST_RESORT {
                return Err(NoDirection::NotConverged(residual));
            }
            let mut direction = Array1::zeros(centred.ncols());
            for (vector, coordinate) in basis.iter().zip(&coordinates) {
                direction.scaled_add(*coordinate, vector);
            }
            return normalised(direction).ok_or(same);
        }
        off_diagonal.push(remaining);
        basis.push(next / remaining);
    }
}

/// A start that is never orthogonal to the answer in practice and always the same: the sum of the rows, each with its
/// own weight.
fn start(centred: &Array2<f64>) -> Array1<f64> {
    let longest = centred.rows().into_iter().max_by(|a, b| a.dot(a).total_cmp(&b.dot(b)));
    let mut start = longest.map_or_else(|| Array1::zeros(centred.ncols()), |row| row.to_owned());
    for (index, row) in centred.rows().into_iter().enumerate() {
        start.scaled_add((index as f64 * 0.754_877_666).fract() - 0.5, &row);
    }
    start
}

/// The largest eigenvalue of a symmetric tridiagonal matrix and its unit eigenvector, by bisection on the number of
/// eigenvalues below a point (Sturm) and two steps of inverse iteration.
fn largest_eigenpair(diagonal: &[f64], off_diagonal: &[f64]) -> (f64, Vec<f64>) {
    let n = diagonal.len();
    let beside = |index: usize| {
        let left = if index > 0 { off_diagonal[index - 1].abs() } else { 0.0 };
        left + off_diagonal.get(index).map_or(0.0, |value| value.abs())
    };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (index, value) in diagonal.iter().enumerate() {
        low = low.min(value - beside(index));
        high = high.max(value + beside(index));
    }
    let is_above_all = |point: f64| {
        let mut pivot = diagonal[0] - point;
        let mut all_below = pivot < 0.0;
        for index in 1..n {
            let divisor = if pivot == 0.0 { -f64::MIN_POSITIVE } else { pivot };
            pivot = diagonal[index] - point - off_diagonal[index - 1].powi(2) / divisor;
            all_below &= pivot < 0.0;
        }
        all_below
    };
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if is_above_all(middle) { high = middle } else { low = middle }
    }
    let value = high;
    let mut vector = vec![1.0 / (n as f64).sqrt(); n];
    // Slightly above the eigenvalue the matrix is definite, so elimination without pivoting is stable.
    let shift = value + f64::EPSILON * value.abs().max(f64::MIN_POSITIVE);
    for _ in 0..3 {
        vector = solve(diagonal, off_diagonal, shift, &vector);
        let length = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
    }
    (value, vector)
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
    use ndarray::array;
    use proptest::prelude::*;

    /// Rows that spread along (3, 4)/5 most.
    #[test]
    fn the_direction_of_largest_spread_is_found() {
        let harmful = array![[3.0, 4.0, 0.0], [6.1, 8.0, 0.1]];
        let benign = array![[-3.0, -4.0, 0.0], [-6.0, -8.1, -0.1]];
        let direction = find(harmful.view(), benign.view()).unwrap();
        assert!((direction.dot(&array![0.6, 0.8, 0.0]).abs() - 1.0).abs() < 1e-3, "{direction}");
    }

    #[test]
    fn identical_states_have_no_direction() {
        let same = Array2::from_elem((3, 4), 0.1);
        assert_eq!(find(same.view(), same.view()), Err(NoDirection::Degenerate("all states are the same")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Against the power iteration run to the end.
        #[test]
        fn lanczos_agrees_with_the_power_iteration(
            values in prop::collection::vec(-1.0_f64..1.0, 12 * 7),
            planted in prop::collection::vec(-1.0_f64..1.0, 7),
        ) {
            let mut states = Array2::from_shape_vec((12, 7), values).unwrap();
            let planted = Array1::from(planted);
            prop_assume!(planted.dot(&planted) > 0.5);
            for (index, mut row) in states.rows_mut().into_iter().enumerate() {
                row.scaled_add(if index < 6 { 3.0 } else { -3.0 }, &planted);
            }
            let (harmful, benign) = states.view().split_at(Axis(0), 6);
            let found = find(harmful, benign).unwrap();

            let centred = &states - &states.mean_axis(Axis(0)).unwrap();
            let mut power = planted;
            for _ in 0..5000 {
                power = normalised(centred.t().dot(&centred.dot(&power))).unwrap();
            }
            prop_assert!((found.dot(&power).abs() - 1.0).abs() < 1e-9, "{}", found.dot(&power));
        }

        /// Moving all states together changes nothing.
        #[test]
        fn a_shift_changes_nothing(values in prop::collection::vec(-1.0_f64..1.0, 8 * 5), shift in -100.0_f64..100.0) {
            let states = Array2::from_shape_vec((8, 5), values).unwrap();
            let (harmful, benign) = states.view().split_at(Axis(0), 4);
            let moved = &states + shift;
            let (moved_harmful, moved_benign) = moved.view().split_at(Axis(0), 4);
            let (a, b) = (find(harmful, benign), find(moved_harmful, moved_benign));
            if let (Ok(a), Ok(b)) = (a, b) {
                // With two close eigenvalues the direction itself is uncertain; its spread is not.
                let spread = |d: &Array1<f64>| {
                    let centred = &states - &states.mean_axis(Axis(0)).unwrap();
                    let along = centred.dot(d);
                    along.dot(&along)
                };
                prop_assert!((spread(&a) / spread(&b) - 1.0).abs() < 1e-6);
            }
        }
    }
}
