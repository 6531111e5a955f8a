//! Which components are kept. Nothing is rescaled: the kept ones have the values they had.

use ndarray::Array1;

use crate::vector::Keep;

/// Indices of the components to keep of each of `directions`, `[n_embd]` each, ascending. `share` is above 0 and at
/// most 1. Only [`Keep::Global`] can leave a layer with none.
pub(super) fn kept(directions: &[&Array1<f64>], keep: Keep, share: f64) -> Vec<Vec<usize>> {
    match keep {
        Keep::TopK => directions.iter().map(|direction| largest(direction, n_kept(share, direction.len()))).collect(),
        Keep::Energy => directions.iter().map(|direction| largest(direction, n_carrying(direction, share))).collect(),
        Keep::Global => largest_of_all(directions, share),
    }
}

/// Components kept of `n_embd` at `share`: at least one.
pub(super) fn n_kept(share: f64, n_embd: usize) -> usize {
    ((share * n_embd as f64).round() as usize).clamp(1, n_embd.max(1))
}

/// Share of the squared length that the `k` largest components carry, for k = 1, 2, …: `[n_embd]`.
pub(super) fn energy_curve(direction: &Array1<f64>) -> Vec<f64> {
    let mut squares: Vec<f64> = direction.iter().map(|value| value * value).collect();
    squares.sort_by(|a, b| b.total_cmp(a));
    let whole: f64 = squares.iter().sum();
    let mut sum = 0.0;
    let running = |square: &f64| {
        sum += square;
        sum / whole
    };
    squares.iter().map(running).collect()
}

/// How few components carry `share` of the squared length.
fn n_carrying(direction: &Array1<f64>, share: f64) -> usize {
    // Rounding in the sum must not cost a component.
    let is_too_little = |carried: &f64| *carried < share * (1.0 - 1e-12);
    energy_curve(direction).partition_point(is_too_little).saturating_add(1).min(direction.len())
}

/// Indices of the `n` components of largest magnitude, ascending. Of equals the first is kept.
fn largest(direction: &Array1<f64>, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..direction.len()).collect();
    // A stable sort keeps equals in their order.
    order.sort_by(|a, b| direction[*b].abs().total_cmp(&direction[*a].abs()));
    order.truncate(n);
    order.sort_unstable();
    order
}

/// The largest of all layers' components together; of equals those of the first layer.
fn largest_of_all(directions: &[&Array1<f64>], share: f64) -> Vec<Vec<usize>> {
    let together: Array1<f64> = directions.iter().flat_map(|direction| direction.iter().copied()).collect();
    let n_embd = directions.first().map_or(1, |direction| direction.len().max(1));
    let mut kept = vec![vec![]; directions.len()];
    for place in largest(&together, n_kept(share, together.len())) {
        kept[place / n_embd].push(place % n_embd);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use proptest::prelude::*;

    #[test]
    fn five_percent_of_192_is_10() {
        assert_eq!((n_kept(0.05, 192), n_kept(0.05, 4096), n_kept(1.0, 7), n_kept(1e-9, 7)), (10, 205, 7, 1));
    }

    #[test]
    fn over_all_layers_the_loud_one_gets_more() {
        let (quiet, loud) = (array![0.1, -0.4, 0.2, 0.0], array![1.0, -3.0, 2.0, 0.3]);
        assert_eq!(kept(&[&quiet, &loud], Keep::Global, 0.5), [vec![1], vec![0, 1, 2]]);
        assert_eq!(kept(&[&quiet, &loud], Keep::TopK, 0.5), [vec![1, 2], vec![1, 2]]);
        assert_eq!(kept(&[&quiet, &loud], Keep::Global, 0.125), [vec![], vec![1]]);
    }

    #[test]
    fn energy_is_kept_with_as_few_as_possible() {
        // Squares 0.64, 0.36: one component carries 64%.
        let direction = array![0.6, 0.0, -0.8];
        assert_eq!(kept(&[&direction], Keep::Energy, 0.64), [[2]]);
        assert_eq!(kept(&[&direction], Keep::Energy, 0.65), [[0, 2]]);
        assert_eq!(kept(&[&direction], Keep::Energy, 1.0), [[0, 2]]);
    }

    proptest! {
        #[test]
        fn the_kept_are_n_ascending_and_none_left_out_is_larger(direction in prop::collection::vec(-1.0_f64..1.0, 1..40), n in 1_usize..40) {
            let direction = Array1::from(direction);
            let kept = largest(&direction, n);
            prop_assert_eq!(kept.len(), n.min(direction.len()));
            prop_assert!(kept.is_sorted_by(|a, b| a < b));
            let smallest = kept.iter().map(|index| direction[*index].abs()).fold(f64::INFINITY, f64::min);
            for index in (0..direction.len()).filter(|index| !kept.contains(index)) {
                prop_assert!(direction[index].abs() <= smallest);
            }
        }

        #[test]
        fn the_wanted_energy_is_carried_and_with_one_less_it_is_not(direction in prop::collection::vec(-1.0_f64..1.0, 1..40), share in 0.01_f64..0.99) {
            let direction = Array1::from(direction);
            prop_assume!(direction.dot(&direction) > 1e-3);
            let n = n_carrying(&direction, share);
            let curve = energy_curve(&direction);
            prop_assert!(curve.is_sorted() && (curve[curve.len() - 1] - 1.0).abs() < 1e-9);
            prop_assert!(curve[n - 1] >= share - 1e-9);
            prop_assert!(n == 1 || curve[n - 2] < share);
        }
    }
}
