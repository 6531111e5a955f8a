//! What α = 1 means.

use ndarray::Array1;

use crate::vector::Scale;

/// The unit `direction` at the length that `scale` asks for; `gap` is the distance between the two means along it.
pub(super) fn scaled(direction: &Array1<f64>, gap: f64, scale: Scale) -> Array1<f64> {
    match scale {
        Scale::Gap => direction * gap,
        // Only what comes from elsewhere has a length of its own.
        Scale::Unit | Scale::AsImported => direction.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Axis};
    use proptest::prelude::*;

    proptest! {
        /// The whole direction at α = 1 moves mean benign onto mean harmful, along itself.
        #[test]
        fn gap_moves_one_mean_onto_the_other(values in prop::collection::vec(-1.0_f64..1.0, 6 * 4), unit in prop::collection::vec(-1.0_f64..1.0, 4)) {
            let unit = Array1::from(unit);
            let length = unit.dot(&unit).sqrt();
            prop_assume!(length > 0.1);
            let unit = unit / length;
            let states = Array2::from_shape_vec((6, 4), values).unwrap();
            let (harmful, benign) = states.view().split_at(Axis(0), 3);
            let (harmful, benign) = (harmful.mean_axis(Axis(0)).unwrap(), benign.mean_axis(Axis(0)).unwrap());
            let direction = scaled(&unit, (&harmful - &benign).dot(&unit), Scale::Gap);
            prop_assert!(((&benign + &direction).dot(&unit) - harmful.dot(&unit)).abs() < 1e-9);
        }
    }
}
