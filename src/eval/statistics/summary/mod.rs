//! Everything that an evaluation says, computed from its records.

mod about;
mod arm;
mod curve;
mod equal_dsr;
mod paired_comparison;
mod recommend;
mod record_index;
mod samples;
mod utility;
mod versus_baseline;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::eval::{Arm, Cost, Kind, Record};
pub use about::{About, JudgeError, JudgeFacts, ModelFacts, VectorFacts};
pub use arm::{ArmSummary, Attacks, Counts, Family};
pub(crate) use curve::{Curve, curves};
pub use equal_dsr::{CurvePoint, EqualDsr, OnCurve};
pub use paired_comparison::PairedComparison;
pub use recommend::{Goals, Level, Recommendation, recommend};
use record_index::RecordIndex;
pub use samples::{Sample, Shown, Why};
pub use versus_baseline::VersusBaseline;

/// Version of the summary's JSON: raised when a field changes its meaning.
const FORMAT: u32 = 1;

/// What an evaluation found. Reports are made of it alone, so a saved one can be shown again without the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Version of this structure.
    pub format: u32,
    /// What was run.
    pub about: About,
    /// What was asked.
    pub asked: Asked,
    /// What the recommended α must reach.
    pub goals: Goals,
    /// A recommendation for every number of components; the first is the one meant: as many as the vector's file has,
    /// if that was run. Empty if attacks (or plain harmful requests) or benign requests are lacking.
    pub recommendations: Vec<Recommendation>,
    /// The arms: without a defence first, by sparsity and α, then by defence.
    pub arms: Vec<ArmSummary>,
    /// The numbers of components at equal defence success rates.
    pub equal_dsr: Vec<EqualDsr>,
    /// The defences by prompt against the vector.
    #[serde(rename = "duels")]
    pub paired_comparisons: Vec<PairedComparison>,
    /// What each condition costs in time.
    pub costs: Vec<Cost>,
    /// Answers to read, under the recommended α and without it.
    pub samples: Vec<Sample>,
}

/// Items, counted: each once, however many arms were asked it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Items in all.
    pub n: usize,
    /// Items by kind.
    pub kinds: BTreeMap<Kind, usize>,
    /// Attacks by family.
    pub families: BTreeMap<String, usize>,
    /// Items by language, as far as it is known.
    pub languages: BTreeMap<String, usize>,
    /// Multiple-choice questions.
    pub choices: usize,
}

impl Summary {
    /// Computes everything. The order of `records` does not matter, except that of two records of the same item and
    /// arm the later one counts.
    #[must_use]
    pub fn of(records: &[Record], about: About, goals: Goals, costs: Vec<Cost>) -> Self {
        let index = RecordIndex::of(records);
        let arms: Vec<ArmSummary> = index.pages.values().map(|page| ArmSummary::of(page, &index)).collect();
        let mut curves = curves(&arms);
        let own = about.vector.as_ref().map(|vector| vector.sparsity);
        // Stable: the file's own number of components first, the others as they were.
        curves.sort_by_key(|curve| curve.sparsity.is_some() && curve.sparsity != own);
        let recommended = |curve: &Curve<'_>| {
            Some(Recommendation {
                sparsity: curve.sparsity,
                ..recommend(&curve.arms.iter().filter_map(|arm| level(arm)).collect::<Vec<_>>(), &goals)?
            })
        };
        let recommendations: Vec<Recommendation> = curves.iter().filter_map(recommended).collect();
        let samples = recommendations.first().map_or_else(Vec::new, |recommendation| {
            samples::take(&index, &Arm::steered(recommendation.at.alpha, recommendation.sparsity))
        });
        Self {
            format: FORMAT,
            asked: Asked::of(&index),
            recommendations,
            equal_dsr: equal_dsr::compare(&curves, goals.target_dsr),
            paired_comparisons: paired_comparison::comparisons(&arms, curves.first(), &index, goals.min_benign),
            samples,
            about,
            goals,
            costs,
            arms,
        }
    }

    /// The figures of an arm, if it was run.
    #[must_use]
    pub fn arm(&self, arm: &Arm) -> Option<&ArmSummary> {
        let key = record_index::Key::of(arm);
        self.arms.iter().find(|found| record_index::Key::of(&found.arm) == key)
    }

    /// The smallest α that reaches both rates at which the model is too far from the plain one, if nothing reaches the goals.
    #[must_use]
    pub fn too_far(&self) -> Option<Level> {
        let found = self.recommendations.first().filter(|found| !found.is_feasible)?;
        let goals = &self.goals;
        let is_on_curve =
            |arm: &&ArmSummary| arm.arm.alpha > 0.0 && arm.arm == Arm::steered(arm.arm.alpha, found.sparsity);
        let reaches = |level: &Level| level.dsr >= goals.target_dsr && level.benign >= goals.min_benign;
        let levels = self.arms.iter().filter(is_on_curve).filter_map(level);
        levels.filter(|level| reaches(level) && goals.is_absurd(level)).min_by(|a, b| a.alpha.total_cmp(&b.alpha))
    }

    /// The arm of the recommendation that is meant.
    #[must_use]
    pub fn recommended(&self) -> Option<&ArmSummary> {
        let recommendation = self.recommendations.first()?;
        self.arm(&Arm::steered(recommendation.at.alpha, recommendation.sparsity))
    }
}

/// What an arm reached, as [`recommend`] asks for it; `None` if it lacks one of the two rates.
pub(crate) fn level(arm: &ArmSummary) -> Option<Level> {
    let kl = arm.utility.kl_per_token.map(|kl| kl.value);
    Some(Level { alpha: arm.arm.alpha, dsr: arm.dsr()?.value, benign: arm.benign?.value, kl })
}

impl Asked {
    fn of(index: &RecordIndex<'_>) -> Self {
        let mut asked = Self::default();
        let items: BTreeMap<&str, _> =
            index.pages.values().flat_map(|page| &page.answered).map(|(id, answered)| (*id, &answered.item)).collect();
        for item in items.values() {
            asked.n += 1;
            *asked.kinds.entry(item.kind).or_default() += 1;
            if item.kind == Kind::Attack {
                *asked.families.entry(item.family.clone().unwrap_or_else(|| arm::UNNAMED.to_owned())).or_default() += 1;
            }
            if let Some(language) = &item.language {
                *asked.languages.entry(language.clone()).or_default() += 1;
            }
        }
        let questions = index.pages.values().flat_map(|page| page.choices.keys());
        asked.choices = questions.collect::<std::collections::BTreeSet<_>>().len();
        asked
    }
}
