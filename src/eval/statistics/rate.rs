//! How many of how many.

use serde::{Deserialize, Serialize};

use super::Z;

/// A share of prompts with its Wilson interval (E. B. Wilson, 1927), which stays within 0 to 1 and says something even
/// at 0 of n and n of n.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Prompts that count.
    pub hits: usize,
    /// Prompts in all, at least 1.
    pub n: usize,
    /// `hits / n`.
    pub value: f64,
    /// Lower end of the 95% interval.
    pub low: f64,
    /// Upper end of the 95% interval.
    pub high: f64,
}

impl Rate {
    /// The share `hits` of `n`; `None` if there are no prompts, or more hits than prompts.
    #[must_use]
    pub fn of(hits: usize, n: usize) -> Option<Self> {
        if n == 0 || hits > n {
            return None;
        }
        let (count, value) = (n as f64, hits as f64 / n as f64);
        let z2 = Z * Z;
        let centre = (value + z2 / (2.0 * count)) / (1.0 + z2 / count);
        let half = Z * (value * (1.0 - value) / count + z2 / (4.0 * count * count)).sqrt() / (1.0 + z2 / count);
        // Exact at the ends, where rounding would leave 1e-17.
        let low = if hits == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if hits == n { 1.0 } else { (centre + half).min(1.0) };
        Some(Self { hits, n, value, low, high })
    }

    /// The share of `true`.
    #[must_use]
    pub fn count(outcomes: impl IntoIterator<Item = bool>) -> Option<Self> {
        let (hits, n) = outcomes.into_iter().fold((0, 0), |(hits, n), hit| (hits + usize::from(hit), n + 1));
        Self::of(hits, n)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_asked_is_no_rate() {
        assert_eq!(Rate::of(0, 0), None);
        assert_eq!(Rate::of(2, 1), None);
        assert_eq!(Rate::count([]), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_value_and_shrinks_with_more_prompts(n in 1usize..5000, share in 0.0f64..=1.0) {
            let rate = Rate::of((share * n as f64) as usize, n).unwrap();
            prop_assert!(0.0 <= rate.low && rate.low <= rate.value && rate.value <= rate.high && rate.high <= 1.0);
            prop_assert!(rate.low < rate.high);
            let more = Rate::of(rate.hits * 4, n * 4).unwrap();
            prop_assert!(more.high - more.low < rate.high - rate.low);
        }

        #[test]
        fn hits_and_misses_mirror_each_other(n in 1usize..2000, share in 0.0f64..=1.0) {
            let hits = (share * n as f64) as usize;
            let (rate, mirrored) = (Rate::of(hits, n).unwrap(), Rate::of(n - hits, n).unwrap());
            prop_assert!((rate.low - (1.0 - mirrored.high)).abs() < 1e-12);
        }
    }
}
