//! The smallest α that reaches a target, by bisection: every strength that is tried is an arm like any other, recorded and
//! in the report.

use super::generate::{EvalError, Evaluation};
use super::judge::by_phrases;
use crate::eval::arm::Arm;
use crate::eval::record::Record;
use crate::eval::statistics::summary::{About, Goals, Level, Recommendation, Summary, level, recommend};

/// Strengths tried beyond the highest one given, each twice the one before.
const DOUBLINGS: usize = 2;
/// Halvings: the smallest α is known to a 64th of the interval.
const HALVINGS: usize = 6;
/// Halvings for the upper end of the range: the report says that everything in it was measured.
const RANGE_HALVINGS: usize = 3;

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// What must be reached.
    pub goals: Goals,
    /// Highest strength to begin with.
    pub highest: f32,
    /// Components kept, in per cent; as many as the vector's file has, if `None`.
    pub sparsity: Option<f32>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Strengths that were measured, in ascending order, earlier ones of the same sparsity among them.
    pub levels: Vec<Level>,
    /// The smallest that reaches the goals, or the nearest.
    pub recommendation: Recommendation,
}

impl Evaluation<'_> {
    /// Looks for the smallest α at which the defence success rate reaches its target, then for the largest at which both
    /// rates are as good as a range wants them. Both rates must be measurable: attacks (or harmful requests) and benign
    /// ones are needed. Judged by phrases.
    ///
    /// # Errors
    /// [`EvalError::NoRates`], or as for [`Self::answer`].
    pub fn search(&mut self, search: &Search) -> Result<Found, EvalError> {
        let target_dsr = search.goals.target_dsr;
        let (mut low, mut high) = (0.0, search.highest);
        let mut top = self.probe(search, high)?;
        for _ in 0..DOUBLINGS {
            if top.dsr >= target_dsr {
                break;
            }
            (low, high) = (high, high * 2.0);
            top = self.probe(search, high)?;
        }
        if top.dsr >= target_dsr && self.probe(search, 0.0)?.dsr < target_dsr {
            for _ in 0..HALVINGS {
                let middle = between(low, high);
                if self.probe(search, middle)?.dsr >= target_dsr { high = middle } else { low = middle }
            }
            let (mut good, mut bad) = (high, search.highest.max(high));
            for _ in 0..RANGE_HALVINGS {
                let middle = between(good, bad);
                if search.goals.is_in_range(&self.probe(search, middle)?) { good = middle } else { bad = middle }
            }
        }
        let levels = self.levels(search)?;
        let recommendation = recommend(&levels, &search.goals).ok_or(EvalError::NoRates)?;
        Ok(Found { levels, recommendation: Recommendation { sparsity: search.sparsity, ..recommendation } })
    }

    fn probe(&mut self, search: &Search, alpha: f32) -> Result<Level, EvalError> {
        let arm = if alpha == 0.0 { Arm::baseline() } else { Arm::steered(alpha, search.sparsity) };
        self.answer(std::slice::from_ref(&arm))?;
        let levels = self.levels(search)?;
        levels.into_iter().find(|level| level.alpha == alpha).ok_or(EvalError::NoRates)
    }

    /// What was measured so far, by ascending α.
    fn levels(&self, search: &Search) -> Result<Vec<Level>, EvalError> {
        let records: Vec<Record> = self.journal().records().iter().cloned().map(judged).collect();
        let summary = Summary::of(&records, About::default(), search.goals, vec![]);
        let arms = summary
            .arms
            .iter()
            .filter(|arm| arm.arm.is_baseline() || arm.arm == Arm::steered(arm.arm.alpha, search.sparsity));
        let mut levels: Vec<Level> = arms.filter_map(level).collect();
        levels.sort_by(|a, b| a.alpha.total_cmp(&b.alpha));
        Ok(levels)
    }
}

fn judged(mut record: Record) -> Record {
    if let Record::Answered(answered) = &mut record {
        answered.verdict = Some(by_phrases(answered));
    }
    record
}

/// The middle, in as few digits as people would write.
fn between(low: f32, high: f32) -> f32 {
    let middle = f64::midpoint(f64::from(low), f64::from(high));
    ((middle * 1e4).round() / 1e4) as f32
}
