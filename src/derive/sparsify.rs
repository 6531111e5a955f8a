//! Which components are kept: the k% of largest magnitude (Jailbreak Antidote, section 3.3). Nothing is rescaled.

/// Components kept of `n_embd` at `fraction`: at least one.
pub(super) fn n_kept(fraction: f64, n_embd: usize) -> usize {
    ((fraction * n_embd as f64).round() as usize).clamp(1, n_embd.max(1))
}

/// Indices of the `n` components of largest magnitude, ascending. Of equals the first is kept.
pub(super) fn largest(direction: &[f64], n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..direction.len()).collect();
    // A stable sort keeps equals in their order.
    order.sort_by(|a, b| direction[*b].abs().total_cmp(&direction[*a].abs()));
    order.truncate(n);
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn five_percent_of_192_is_10() {
        assert_eq!((n_kept(0.05, 192), n_kept(0.05, 4096), n_kept(1.0, 7), n_kept(1e-9, 7)), (10, 205, 7, 1));
    }

    proptest! {
        #[test]
        fn the_kept_are_n_ascending_and_none_left_out_is_larger(direction in prop::collection::vec(-1.0_f64..1.0, 1..40), n in 1_usize..40) {
            let kept = largest(&direction, n);
            prop_assert_eq!(kept.len(), n.min(direction.len()));
            prop_assert!(kept.is_sorted_by(|a, b| a < b));
            let smallest = kept.iter().map(|index| direction[*index].abs()).fold(f64::INFINITY, f64::min);
            for index in (0..direction.len()).filter(|index| !kept.contains(index)) {
                prop_assert!(direction[index].abs() <= smallest);
            }
        }
    }
}
