//! What speaks against a vector that could be derived: said to whoever made it, not an error.

use std::collections::HashMap;
use std::fmt;

use super::separation::{auc, correlation, mean};
use crate::dump::{Dump, Label};
use crate::vector::{LayerStats, SparseLayer};

/// Below this AUC on held-out prompts at every layer, many prompts lie on the wrong side.
const POOR_AUC: f64 = 0.8;
/// Below this Cohen's d at every layer, most harmful prompts lie among the benign ones.
const POOR_COHENS_D: f64 = 1.0;
/// From this correlation with length within the sides on, the direction says more about length than about harm.
const STRONG_CORRELATION: f64 = 0.7;
/// From this AUC on, length alone tells the sides apart.
const TELLING_LENGTH_AUC: f64 = 0.95;
/// From this distance of the two sides' last tokens on, the token alone tells the sides apart. 1 is: no token in common.
const TELLING_TOKENS: f64 = 0.9;
/// With fewer prompts than this, chance alone gives correlations.
const ENOUGH_PROMPTS: usize = 10;

/// A reason to distrust a vector.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// There were too few prompts to hold any out.
    NothingHeldOut {
        /// Rows of the harmful side.
        n_harmful: usize,
        /// Rows of the benign side.
        n_benign: usize,
    },
    /// No layer tells the sides apart well.
    PoorSeparation {
        /// The best AUC on held-out prompts, if some were held out.
        auc: Option<f64>,
        /// The best Cohen's d on the prompts that were fitted on.
        cohens_d: f64,
    },
    /// The direction follows the length of the prompts.
    FollowsLength {
        /// The layer that separates best.
        layer: u32,
        /// Correlation of the projections with the numbers of tokens, within the sides.
        correlation: f64,
    },
    /// One side's prompts are longer.
    LengthSeparates {
        /// AUC of the number of tokens.
        auc: f64,
    },
    /// The states of the two sides were read at different tokens.
    LastTokensDiffer {
        /// Half the sum of the differences of the shares of every token: 0 alike, 1 nothing in common.
        distance: f64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingHeldOut { n_harmful, n_benign } => write!(
                f,
                "no prompts were held out: {n_harmful} harmful and {n_benign} benign ones are too few, so performance on other \
                 prompts is unknown. Use at least 10 of each, and a fifth is held out."
            ),
            Self::PoorSeparation { auc, cohens_d } => {
                write!(
                    f,
                    "these directions barely separate harmful from benign prompts (best Cohen's d {cohens_d:.2}"
                )?;
                if let Some(auc) = auc {
                    write!(f, ", best AUC {auc:.2} on held-out prompts")?;
                }
                f.write_str(
                    "): something other than harm varies more in the prompts, such as language or length.\n\
                     Use prompts that differ only in harm.",
                )
            }
            Self::FollowsLength { layer, correlation } => write!(
                f,
                "at layer {layer}, the best separating, the direction follows prompt length (correlation {correlation:.2} \
                 within each side).\nUse prompts of similar length."
            ),
            Self::LengthSeparates { auc } => {
                let longer = if *auc > 0.5 { "harmful" } else { "benign" };
                write!(
                    f,
                    "the {longer} prompts are longer: length alone separates the sides (AUC {auc:.2}), so the vector may encode \
                     length.\nUse prompts of similar length on both sides."
                )
            }
            Self::LastTokensDiffer { distance } => write!(
                f,
                "the two sides were read at different tokens ({:.0}% of the last tokens have no counterpart on the other \
                 side), so the vector may encode a token.\nUse the chat template, or end all prompts the same way.",
                distance * 100.0
            ),
        }
    }
}

/// What the numbers say against a vector. `best` are the rows' projections, `[n_prompts]`, at the layer that separates
/// best.
pub(super) fn warnings(dump: &Dump, layers: &[SparseLayer], best: (u32, &[f64])) -> Vec<Warning> {
    let mut warnings = vec![];
    warnings.extend(poor_separation(layers.iter().map(|layer| &layer.stats)));
    let labels = dump.labels();
    if labels.len() >= ENOUGH_PROMPTS {
        if let Some(n_tokens) = &dump.meta().n_tokens {
            let lengths: Vec<f64> = n_tokens.iter().map(|n| f64::from(*n)).collect();
            warnings.extend(length(labels, &lengths, best));
        }
        if let Some(tokens) = &dump.meta().last_tokens {
            let distance = token_distance(labels, tokens);
            warnings.extend((distance >= TELLING_TOKENS).then_some(Warning::LastTokensDiffer { distance }));
        }
    }
    warnings
}

fn poor_separation<'a>(stats: impl Iterator<Item = &'a LayerStats> + Clone) -> Option<Warning> {
    let cohens_d = stats.clone().map(|stats| f64::from(stats.separation.abs())).fold(0.0, f64::max);
    // Turned around, the direction separates as well.
    let areas = stats.filter_map(|stats| stats.held_out).map(|held_out| f64::from(held_out.auc));
    let auc = areas.map(|auc| auc.max(1.0 - auc)).reduce(f64::max);
    let is_poor = cohens_d < POOR_COHENS_D || auc.is_some_and(|auc| auc < POOR_AUC);
    is_poor.then_some(Warning::PoorSeparation { auc, cohens_d })
}

fn length(labels: &[Label], lengths: &[f64], (layer, projections): (u32, &[f64])) -> Vec<Warning> {
    let mut warnings = vec![];
    let along = correlation(&centred_by_side(labels, projections), &centred_by_side(labels, lengths));
    if along.abs() >= STRONG_CORRELATION {
        warnings.push(Warning::FollowsLength { layer, correlation: along });
    }
    let auc = auc(&of_side(labels, lengths, Label::Harmful), &of_side(labels, lengths, Label::Benign));
    if auc.max(1.0 - auc) > TELLING_LENGTH_AUC {
        warnings.push(Warning::LengthSeparates { auc });
    }
    warnings
}

fn of_side(labels: &[Label], values: &[f64], side: Label) -> Vec<f64> {
    labels.iter().zip(values).filter(|(label, _)| **label == side).map(|(_, value)| *value).collect()
}

/// Each value less the mean of its side: what is left is not the difference of the sides.
fn centred_by_side(labels: &[Label], values: &[f64]) -> Vec<f64> {
    let (harmful, benign) =
        (mean(&of_side(labels, values, Label::Harmful)), mean(&of_side(labels, values, Label::Benign)));
    let centre = |label: &Label| if *label == Label::Harmful { harmful } else { benign };
    labels.iter().zip(values).map(|(label, value)| value - centre(label)).collect()
}

/// The total variation distance of the two sides' tokens.
fn token_distance(labels: &[Label], tokens: &[u32]) -> f64 {
    let n_harmful = labels.iter().filter(|label| **label == Label::Harmful).count();
    let (harmful, benign) = (1.0 / n_harmful as f64, -1.0 / (labels.len() - n_harmful) as f64);
    let mut shares: HashMap<u32, f64> = HashMap::new();
    for (label, token) in labels.iter().zip(tokens) {
        *shares.entry(*token).or_default() += if *label == Label::Harmful { harmful } else { benign };
    }
    shares.values().map(|share| share.abs()).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::HeldOut;

    const LABELS: [Label; 6] =
        [Label::Harmful, Label::Benign, Label::Harmful, Label::Benign, Label::Harmful, Label::Benign];

    #[test]
    fn a_direction_that_follows_length_is_told() {
        let lengths = [5.0, 6.0, 9.0, 2.0, 7.0, 4.0];
        let follows = length(&LABELS, &lengths, (3, &lengths.map(|length| 2.0 * length + 1.0)));
        assert!(matches!(follows[..], [Warning::FollowsLength { layer: 3, correlation }] if correlation > 0.99));
        assert_eq!(length(&LABELS, &lengths, (3, &[1.0, 0.0, 1.1, 0.1, 0.9, 0.2])), []);
        // The sides' own difference is no correlation.
        let longer = [20.0, 2.0, 21.0, 1.0, 22.0, 2.0];
        let told = length(&LABELS, &longer, (3, &[9.0, 0.0, 9.0, 0.1, 9.0, 0.0]));
        assert!(matches!(told[..], [Warning::LengthSeparates { auc: 1.0 }]), "{told:?}");
    }

    #[test]
    fn tokens_that_never_meet_are_told() {
        assert!((token_distance(&LABELS, &[7, 8, 7, 8, 7, 9]) - 1.0).abs() < 1e-12);
        assert!(token_distance(&LABELS, &[7, 7, 7, 7, 7, 7]) < 1e-12);
        assert!((token_distance(&LABELS, &[7, 7, 7, 7, 7, 8]) - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn separation_counts_on_held_out_prompts() {
        let stats = |separation: f32, auc: f32| LayerStats {
            separation,
            held_out: Some(HeldOut { auc, ..HeldOut::default() }),
            ..LayerStats::default()
        };
        assert_eq!(poor_separation([stats(0.5, 0.6), stats(3.0, 0.9)].iter()), None);
        assert_eq!(poor_separation([stats(-3.0, 0.1)].iter()), None, "turned around");
        assert!(poor_separation([stats(3.0, 0.7)].iter()).is_some());
        let none = LayerStats { separation: 0.5, ..LayerStats::default() };
        assert_eq!(poor_separation([none].iter()), Some(Warning::PoorSeparation { auc: None, cohens_d: 0.5 }));
    }

    #[test]
    fn every_warning_says_what_to_do() {
        for warning in [
            Warning::NothingHeldOut { n_harmful: 3, n_benign: 4 },
            Warning::PoorSeparation { auc: Some(0.6), cohens_d: 0.3 },
            Warning::FollowsLength { layer: 2, correlation: -0.8 },
            Warning::LengthSeparates { auc: 0.99 },
            Warning::LastTokensDiffer { distance: 1.0 },
        ] {
            let text = warning.to_string();
            assert!(text.contains("Use "), "{text}");
        }
    }
}
