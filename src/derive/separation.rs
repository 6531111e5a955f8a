//! How well a direction tells the two sides apart.

use ndarray::Array1;

/// Cohen's d of two samples: the distance of their means in units of their pooled standard deviation. Positive when
/// the first lies higher. 0 if neither sample varies.
pub(super) fn cohens_d(first: &Array1<f64>, second: &Array1<f64>) -> f64 {
    let (n, m) = (first.len() as f64, second.len() as f64);
    let (Some(mean_first), Some(mean_second)) = (first.mean(), second.mean()) else { return 0.0 };
    let squares = |sample: &Array1<f64>, mean: f64| sample.mapv(|value| (value - mean).powi(2)).sum();
    let pooled = ((squares(first, mean_first) + squares(second, mean_second)) / (n + m - 2.0)).sqrt();
    let d = (mean_first - mean_second) / pooled;
    if d.is_finite() { d } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn two_samples_one_deviation_apart() {
        let (a, b) = (array![2.0, 3.0, 4.0], array![1.0, 2.0, 3.0]);
        assert!((cohens_d(&a, &b) - 1.0).abs() < 1e-12);
        assert_eq!(cohens_d(&array![1.0, 1.0], &array![1.0, 1.0]), 0.0);
    }
}
