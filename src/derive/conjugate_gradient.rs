//! Conjugate gradients: x from A x = b by products with A alone, for a symmetric positive definite A.

use ndarray::Array1;

/// Solves `product(x) = right`; gives x and its residual's length relative to that of `right`. It stops at `tolerance`
/// or after `steps`.
pub(super) fn solve(
    mut product: impl FnMut(&Array1<f64>) -> Array1<f64>,
    right: &Array1<f64>,
    tolerance: f64,
    steps: usize,
) -> (Array1<f64>, f64) {
    let mut solution = Array1::zeros(right.len());
    let mut residual = right.clone();
    let mut along = residual.clone();
    let whole = right.dot(right);
    let mut left = whole;
    for _ in 0..steps {
        if left <= tolerance.powi(2) * whole {
            break;
        }
        let image = product(&along);
        let curvature = along.dot(&image);
        if !(curvature.is_finite() && curvature > 0.0) {
            break;
        }
        let step = left / curvature;
        solution.scaled_add(step, &along);
        residual.scaled_add(-step, &image);
        let before = std::mem::replace(&mut left, residual.dot(&residual));
        along *= left / before;
        along += &residual;
    }
    let relative = if whole > 0.0 { (left / whole).sqrt() } else { 0.0 };
    (solution, relative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_solution_solves(values in prop::collection::vec(-1.0_f64..1.0, 6 * 6), right in prop::collection::vec(-1.0_f64..1.0, 6)) {
            let root = Array2::from_shape_vec((6, 6), values).unwrap();
            let matrix = root.t().dot(&root) + Array2::<f64>::eye(6) * 0.1;
            let right = Array1::from(right);
            let (solution, residual) = solve(|vector| matrix.dot(vector), &right, 1e-10, 200);
            prop_assert!(residual <= 1e-10);
            let error = matrix.dot(&solution) - &right;
            prop_assert!(error.dot(&error).sqrt() <= 1e-8, "{error}");
        }
    }
}
