//! Means and ratios over prompts.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::Rate;

/// A mean over prompts (or over families) with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Lower end of the 95% interval; `None` if one prompt is all there is.
    pub low: Option<f64>,
    /// Upper end of the 95% interval; `None` if one prompt is all there is.
    pub high: Option<f64>,
    /// What it is the mean of: prompts, or questions.
    pub n: usize,
}

impl Estimate {
    /// The mean of `values`, with Student's t interval; `None` of none, or if a value is not finite.
    #[must_use]
    pub fn mean(values: &[f64]) -> Option<Self> {
        let pairs: Vec<(f64, f64)> = values.iter().map(|value| (*value, 1.0)).collect();
        Self::ratio_of_sums(&pairs)
    }

    /// Sum of the first over sum of the second, for prompts that give both (nats, tokens): a long answer counts as
    /// long as it is. The interval is Student's t on the linearised ratio (W. G. Cochran, Sampling Techniques, 1977,
    /// section 6.4), prompts being what was drawn.
    ///
    /// `None` if there are no prompts, the second sum is not positive, or a value is not finite.
    #[must_use]
    pub fn ratio_of_sums(pairs: &[(f64, f64)]) -> Option<Self> {
        let (sum, weight) = pairs.iter().fold((0.0, 0.0), |(sum, weight), pair| (sum + pair.0, weight + pair.1));
        let value = sum / weight;
        if pairs.is_empty() || weight <= 0.0 || !value.is_finite() {
            return None;
        }
        let n = pairs.len();
        let half = (n > 1).then(|| {
            let squares: f64 = pairs.iter().map(|(sum, weight)| (sum - value * weight).powi(2)).sum();
            let error = (squares * n as f64 / (n - 1) as f64).sqrt() / weight;
            t_quantile(n - 1) * error
        });
        let half = half.filter(|half: &f64| half.is_finite());
        Some(Self { value, low: half.map(|half| value - half), high: half.map(|half| value + half), n })
    }

    /// The mean of the rates of several families, each counting the same. The interval is recovered from the rates'
    /// own (G. Y. Zou & A. Donner, Statistics in Medicine 27, 2008, 1693–1702), and so is one even where every rate is
    /// 0 or 1. `n` is the number of prompts.
    #[must_use]
    pub fn mean_of_rates(rates: &[Rate]) -> Option<Self> {
        if rates.is_empty() {
            return None;
        }
        let families = rates.len() as f64;
        let value = rates.iter().map(|rate| rate.value).sum::<f64>() / families;
        let length =
            |distance: fn(&Rate) -> f64| rates.iter().map(|rate| distance(rate).powi(2)).sum::<f64>().sqrt() / families;
        Some(Self {
            value,
            low: Some((value - length(|rate| rate.value - rate.low)).max(0.0)),
            high: Some((value + length(|rate| rate.high - rate.value)).min(1.0)),
            n: rates.iter().map(|rate| rate.n).sum(),
        })
    }

    /// The estimate of `f` of what is estimated, where `f` does not fall; `None` if that is not finite.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Option<Self> {
        let end = |end: Option<f64>| end.map(&f).filter(|end| end.is_finite());
        let value = f(self.value);
        value.is_finite().then(|| Self { value, low: end(self.low), high: end(self.high), n: self.n })
    }
}

/// 97.5% point of Student's t with `freedom` degrees of freedom.
fn t_quantile(freedom: usize) -> f64 {
    // Only a freedom of 0 is refused, which no caller has.
    StudentsT::new(0.0, 1.0, freedom as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_prompt_has_a_value_and_no_interval() {
        let one = Estimate::mean(&[3.0]).unwrap();
        assert_eq!((one.value, one.low, one.high, one.n), (3.0, None, None, 1));
        assert_eq!(Estimate::mean(&[]), None);
        assert_eq!(Estimate::mean(&[f64::NAN]), None);
        assert_eq!(Estimate::ratio_of_sums(&[(1.0, 0.0)]), None);
    }

    #[test]
    fn families_count_the_same_whatever_their_size() {
        let rates = [Rate::of(10, 10).unwrap(), Rate::of(0, 1000).unwrap()];
        let mean = Estimate::mean_of_rates(&rates).unwrap();
        assert_eq!((mean.value, mean.n), (0.5, 1010));
        // The small family's doubt is nearly all of it.
        assert!(mean.low.unwrap() < 0.4 && mean.high.unwrap() < 0.51);
    }

    proptest! {
        #[test]
        fn a_ratio_of_equal_weights_is_a_mean(values in prop::collection::vec(-50.0f64..50.0, 2..40)) {
            let mean = Estimate::mean(&values).unwrap();
            let pairs: Vec<_> = values.iter().map(|value| (value * 7.0, 7.0)).collect();
            let ratio = Estimate::ratio_of_sums(&pairs).unwrap();
            prop_assert!((mean.value - ratio.value).abs() < 1e-9);
            prop_assert!((mean.low.unwrap() - ratio.low.unwrap()).abs() < 1e-9);
            prop_assert!(mean.low.unwrap() <= mean.value && mean.value <= mean.high.unwrap());
        }

        #[test]
        fn the_mean_of_one_family_is_its_rate(hits in 0usize..50, misses in 0usize..50) {
            prop_assume!(hits + misses > 0);
            let rate = Rate::of(hits, hits + misses).unwrap();
            let mean = Estimate::mean_of_rates(&[rate]).unwrap();
            prop_assert!((mean.low.unwrap() - rate.low).abs() < 1e-12);
            prop_assert!((mean.high.unwrap() - rate.high).abs() < 1e-12);
        }
    }
}
