//! The first principal component of the pooled, centred states, as in the paper (Jailbreak Antidote, section 3.1).
//!
//! It needs no labels but for its sign, and finds the axis along which the states differ most. Prefer it when the two
//! sides differ in nothing but harm; when something else varies more (language, length), it finds that.

use ndarray::Array1;

use super::{NoDirection, converged};
use crate::derive::contrast_classes::ContrastClasses;
use crate::derive::lanczos::leading;
use crate::derive::rows::Rows;

pub(super) fn find(classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
    converged(leading(&Rows::pooled(classes), &[], classes.smallest_distance()), "all states are the same")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::samples::Sample;
    use ndarray::{Axis, array};
    use proptest::prelude::*;

    /// Rows that spread along (3, 4)/5 most.
    #[test]
    fn the_direction_of_largest_spread_is_found() {
        let harmful = array![[3.0, 4.0, 0.0], [6.1, 8.0, 0.1]];
        let benign = array![[-3.0, -4.0, 0.0], [-6.0, -8.1, -0.1]];
        let direction = Sample::new(&harmful, &benign).with(usize::MAX, find).unwrap();
        assert!((direction.dot(&array![0.6, 0.8, 0.0]).abs() - 1.0).abs() < 1e-3, "{direction}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Moving all states together changes nothing.
        #[test]
        fn a_shift_changes_nothing(seed in any::<u64>(), shift in -100.0_f32..100.0) {
            let sample = Sample::random(seed, 4, 4, 5);
            let states = sample.states().clone();
            let moved = &states + shift;
            let (harmful, benign) = moved.view().split_at(Axis(0), 4);
            let moved = Sample::new(&harmful.to_owned(), &benign.to_owned());
            let [a, b] = [&sample, &moved].map(|sample| sample.with(usize::MAX, find).unwrap());
            // With two close eigenvalues the direction itself is uncertain; its spread is not.
            let wide = states.mapv(f64::from);
            let centred = &wide - &wide.mean_axis(Axis(0)).unwrap();
            let spread = |d: &Array1<f64>| centred.dot(d).mapv(|along| along * along).sum();
            prop_assert!((spread(&a) / spread(&b) - 1.0).abs() < 1e-3);
        }
    }
}
