//! Which way a direction points: + is the harmful side, where the model refuses.

use ndarray::Array1;

/// `direction`, turned so that its dot product with `difference` (mean harmful − mean benign, `[n_embd]`) is positive.
pub(super) fn towards_harmful(direction: Array1<f64>, difference: &Array1<f64>) -> Array1<f64> {
    if direction.dot(difference) < 0.0 { -direction } else { direction }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn plus_points_to_the_harmful_side() {
        let difference = array![1.0, -2.0];
        assert_eq!(towards_harmful(array![-1.0, 0.0], &difference), array![1.0, 0.0]);
        assert_eq!(towards_harmful(array![0.0, -1.0], &difference), array![0.0, -1.0]);
    }
}
