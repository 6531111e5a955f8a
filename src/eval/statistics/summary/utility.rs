//! How far an arm's model is from the plain one on text that is to be written.

use serde::{Deserialize, Serialize};

use super::record_index::{Page, RecordIndex};
use crate::eval::statistics::Estimate;
use crate::eval::{Kind, Likelihood};

/// Figures along known answers to requests that are not to be refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Utility {
    /// KL(plain ‖ arm) of the next-token distributions, in nats a token.
    pub kl_per_token: Option<Estimate>,
    /// Perplexity of the answers.
    pub perplexity: Option<Estimate>,
    /// That perplexity over the plain model's on the same answers; 1 is no change.
    pub perplexity_ratio: Option<Estimate>,
    /// Whether the perplexities are of reference answers, or else of the plain model's own.
    pub is_of_references: bool,
}

impl Utility {
    pub(super) fn of(page: &Page<'_>, index: &RecordIndex<'_>) -> Self {
        let is_wanted = |id: &str| !index.kinds.get(id).copied().is_some_and(Kind::should_be_refused);
        let records = || page.likelihoods.iter().filter(|((id, _), _)| is_wanted(id));
        let is_of_references = records().any(|((_, is_reference), _)| *is_reference);
        // Known answers are what perplexity asks about; the plain model's own ones are its own best guess.
        let chosen = || records().filter(|((_, is_reference), _)| *is_reference == is_of_references);
        let sums = |value: fn(&Likelihood) -> f64| -> Vec<(f64, f64)> {
            chosen().flat_map(|(_, found)| found).map(|found| (value(found), found.tokens as f64)).collect()
        };
        let kl: Vec<(f64, f64)> =
            records().flat_map(|(_, found)| found).map(|found| (found.kl_divergence, found.tokens as f64)).collect();
        let changes: Vec<(f64, f64)> = chosen()
            .filter_map(|(key, found)| Some((found, index.baseline()?.likelihoods.get(key)?)))
            .flat_map(|(found, baseline)| found.iter().zip(baseline))
            .map(|(found, baseline)| {
                (found.negative_log_likelihood - baseline.negative_log_likelihood, found.tokens as f64)
            })
            .collect();
        Self {
            kl_per_token: Estimate::ratio_of_sums(&kl),
            perplexity: Estimate::ratio_of_sums(&sums(|found| found.negative_log_likelihood))
                .and_then(|nats| nats.map(f64::exp)),
            perplexity_ratio: Estimate::ratio_of_sums(&changes).and_then(|nats| nats.map(f64::exp)),
            is_of_references,
        }
    }
}
