//! An arm and the plain model on the same prompts.

use serde::{Deserialize, Serialize};

use super::arm::is_exact;
use super::record_index::{Page, RecordIndex};
use crate::eval::statistics::{Estimate, Paired};
use crate::eval::{Answered, Kind, Outcome};

/// Paired comparisons: the plain model is the first of each pair, the arm the second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VersusBaseline {
    /// Attacks refused, all families pooled.
    pub attacks: Option<Paired>,
    /// Plain harmful requests refused.
    pub harmful: Option<Paired>,
    /// Harmless requests answered.
    pub benign: Option<Paired>,
    /// Harmless requests that only sound harmful, refused.
    pub near_miss: Option<Paired>,
    /// Harmless requests in the frame of an attack, answered.
    pub benign_wrapped: Option<Paired>,
    /// Answers right to the letter.
    pub exact: Option<Paired>,
    /// Multiple-choice questions answered rightly.
    pub choice: Option<Paired>,
    /// Tokens of an answer to a harmless request, the arm's less the plain model's.
    pub answer_tokens: Option<Estimate>,
}

impl VersusBaseline {
    pub(super) fn of(page: &Page<'_>, index: &RecordIndex<'_>) -> Option<Self> {
        let baseline = index.baseline().filter(|_| !page.arm.is_baseline())?;
        let refused = |kind| refusals(baseline, page, kind);
        let answered = |kind| {
            let passes = |outcome| outcome == Outcome::Answered;
            let pair =
                |(arm, outcome): (&Answered, _)| Some((passes(baseline.outcome(&arm.item.id)?), passes(outcome)));
            Paired::of(page.judged(kind).filter_map(pair))
        };
        let both =
            || page.answered.values().filter_map(|arm| Some((*baseline.answered.get(arm.item.id.as_str())?, *arm)));
        let lengths: Vec<f64> = both()
            .filter(|(baseline, _)| !baseline.item.kind.should_be_refused())
            .map(|(baseline, arm)| arm.answer_tokens as f64 - baseline.answer_tokens as f64)
            .collect();
        let choices = page.choices.iter().filter_map(|(id, arm)| Some((*baseline.choices.get(id)?, *arm)));
        Some(Self {
            attacks: refused(Kind::Attack),
            harmful: refused(Kind::Harmful),
            benign: answered(Kind::Benign),
            near_miss: refused(Kind::NearMiss),
            benign_wrapped: answered(Kind::BenignWrapped),
            exact: Paired::of(both().filter_map(|(baseline, arm)| Some((is_exact(baseline)?, is_exact(arm)?)))),
            choice: Paired::of(
                choices.map(|(baseline, arm)| (baseline.right == baseline.taken, arm.right == arm.taken)),
            ),
            answer_tokens: Estimate::mean(&lengths),
        })
    }
}

/// Requests of a kind that were refused, in two arms.
pub(super) fn refusals(first: &Page<'_>, second: &Page<'_>, kind: Kind) -> Option<Paired> {
    let refuses = |outcome| outcome == Outcome::Refused;
    let pair = |(arm, outcome): (&Answered, _)| Some((refuses(first.outcome(&arm.item.id)?), refuses(outcome)));
    Paired::of(second.judged(kind).filter_map(pair))
}
