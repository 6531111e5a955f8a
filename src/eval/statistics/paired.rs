//! Two arms on the same prompts.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

use super::Z;

/// Prompts on which two arms differ, from which the exact test is left for the approximate one.
const EXACT_BELOW: usize = 25;

/// What two arms did on the same prompts: only prompts on which they differ tell them apart (Q. McNemar, 1947).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Prompts that both arms have.
    pub n: usize,
    /// Prompts that count in the first arm only.
    pub only_first: usize,
    /// Prompts that count in the second arm only.
    pub only_second: usize,
    /// Rate of the second arm less rate of the first.
    pub difference: f64,
    /// Lower end of the 95% interval of the difference.
    pub low: f64,
    /// Upper end of the 95% interval of the difference.
    pub high: f64,
    /// Chance of a split at least as uneven if the arms were alike; two-sided McNemar test: exact below 25 prompts
    /// that differ, with continuity correction from there on.
    pub p: f64,
}

impl Paired {
    /// Compares the outcomes of the first and second arm, prompt by prompt; `None` without prompts.
    #[must_use]
    pub fn of(outcomes: impl IntoIterator<Item = (bool, bool)>) -> Option<Self> {
        let (mut n, mut only_first, mut only_second) = (0, 0, 0);
        for (first, second) in outcomes {
            n += 1;
            only_first += usize::from(first && !second);
            only_second += usize::from(second && !first);
        }
        if n == 0 {
            return None;
        }
        let difference = (only_second as f64 - only_first as f64) / n as f64;
        let (low, high) = interval(n, only_first, only_second);
        Some(Self { n, only_first, only_second, difference, low, high, p: mcnemar(only_first, only_second) })
    }
}

/// The interval of a paired difference: Wald's with half a prompt added to each of the four cells (A. Agresti & Y.
/// Min, Statistics in Medicine 24, 2005, 729–740), which holds its level with few prompts and needs no iteration.
fn interval(n: usize, only_first: usize, only_second: usize) -> (f64, f64) {
    let (n, first, second) = (n as f64 + 2.0, only_first as f64 + 0.5, only_second as f64 + 0.5);
    let centre = (second - first) / n;
    let error = ((first + second) - (second - first).powi(2) / n).sqrt() / n;
    ((centre - Z * error).max(-1.0), (centre + Z * error).min(1.0))
}

fn mcnemar(only_first: usize, only_second: usize) -> f64 {
    let (smaller, differing) = (only_first.min(only_second), only_first + only_second);
    if differing == 0 {
        return 1.0;
    }
    if differing < EXACT_BELOW {
        let tail = Binomial::new(0.5, differing as u64).map_or(0.5, |binomial| binomial.cdf(smaller as u64));
        return (2.0 * tail).min(1.0);
    }
    let distance = (only_first.abs_diff(only_second) as f64 - 1.0).max(0.0);
    ChiSquared::new(1.0).map_or(1.0, |chi_squared| chi_squared.sf(distance * distance / differing as f64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outcomes(both: usize, first: usize, second: usize, neither: usize) -> Vec<(bool, bool)> {
        let of = |pair, n| std::iter::repeat_n(pair, n);
        of((true, true), both)
            .chain(of((true, false), first))
            .chain(of((false, true), second))
            .chain(of((false, false), neither))
            .collect()
    }

    #[test]
    fn arms_that_never_differ_are_not_told_apart() {
        let same = Paired::of(outcomes(9, 0, 0, 3)).unwrap();
        assert_eq!((same.difference, same.p), (0.0, 1.0));
        assert!(same.low < 0.0 && same.high > 0.0);
        assert_eq!(Paired::of([]), None);
    }

    proptest! {
        #[test]
        fn exchanging_the_arms_mirrors_the_comparison(
            both in 0usize..30, first in 0usize..40, second in 0usize..40, neither in 0usize..30,
        ) {
            prop_assume!(both + first + second + neither > 0);
            let one = Paired::of(outcomes(both, first, second, neither)).unwrap();
            let other = Paired::of(outcomes(both, second, first, neither)).unwrap();
            prop_assert!((one.difference + other.difference).abs() < 1e-12);
            prop_assert!((one.low + other.high).abs() < 1e-12);
            prop_assert!((one.p - other.p).abs() < 1e-12 && 0.0 <= one.p && one.p <= 1.0);
            prop_assert!(-1.0 <= one.low && one.low <= one.high && one.high <= 1.0);
        }
    }
}
