//! Defences by prompt against the vector, where both let as many benign requests through.

use serde::{Deserialize, Serialize};

use super::arm::ArmSummary;
use super::curve::Curve;
use super::record_index::RecordIndex;
use super::versus_baseline::refusals;
use crate::eval::statistics::Paired;
use crate::eval::{Arm, Kind, NO_DEFENCE};

/// A defence by prompt and the strength that is its match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairedComparison {
    /// The defence.
    pub defence: String,
    /// Its defence success rate.
    pub dsr: f64,
    /// Its benign pass rate.
    pub benign: f64,
    /// Whether it is the best of its kind: of the defences whose benign pass rate reaches the goal the one with the
    /// highest defence success rate, or of all, if none reaches it.
    pub is_best: bool,
    /// The measured arm of the vector with the highest defence success rate among those with no lower benign pass
    /// rate; the smallest α of equals. `None` if every strength lets fewer benign requests through.
    pub arm: Option<Arm>,
    /// Its defence success rate.
    pub arm_dsr: Option<f64>,
    /// Its benign pass rate.
    pub arm_benign: Option<f64>,
    /// The same attacks (or plain harmful requests, if there were no attacks) under the defence first and the vector
    /// second.
    pub refused: Option<Paired>,
}

/// Finds the match of every defence on the curve of the recommendation.
pub(super) fn comparisons(
    arms: &[ArmSummary],
    curve: Option<&Curve<'_>>,
    index: &RecordIndex<'_>,
    goal: f64,
) -> Vec<PairedComparison> {
    let defences = arms.iter().filter(|arm| arm.arm.defence != NO_DEFENCE && arm.arm.alpha == 0.0);
    let mut comparisons: Vec<PairedComparison> = defences.filter_map(|arm| comparison(arm, curve, index)).collect();
    let best = |admitted: &dyn Fn(&PairedComparison) -> bool| {
        let order = |a: usize, b: usize| {
            let (a, b) = (&comparisons[a], &comparisons[b]);
            a.dsr.total_cmp(&b.dsr).then(a.benign.total_cmp(&b.benign))
        };
        // `max_by` takes the last of equals; wanted is the first by name.
        (0..comparisons.len()).rev().filter(|at| admitted(&comparisons[*at])).max_by(|a, b| order(*a, *b))
    };
    if let Some(at) = best(&|comparison| comparison.benign >= goal).or_else(|| best(&|_| true)) {
        comparisons[at].is_best = true;
    }
    comparisons
}

fn comparison(defence: &ArmSummary, curve: Option<&Curve<'_>>, index: &RecordIndex<'_>) -> Option<PairedComparison> {
    let (dsr, benign) = (defence.dsr()?.value, defence.benign?.value);
    let mut found: Option<(&ArmSummary, f64, f64)> = None;
    for arm in curve.iter().flat_map(|curve| &curve.arms).filter(|arm| arm.arm.alpha >= 0.0) {
        let (Some(its_dsr), Some(its_benign)) = (arm.dsr(), arm.benign) else { continue };
        if its_benign.value >= benign && found.is_none_or(|(_, best, _)| its_dsr.value > best) {
            found = Some((arm, its_dsr.value, its_benign.value));
        }
    }
    let kind = if defence.attacks.is_some() { Kind::Attack } else { Kind::Harmful };
    let pages = found.and_then(|(arm, ..)| Some((index.get(&defence.arm)?, index.get(&arm.arm)?)));
    Some(PairedComparison {
        defence: defence.arm.defence.clone(),
        dsr,
        benign,
        is_best: false,
        arm: found.map(|(arm, ..)| arm.arm.clone()),
        arm_dsr: found.map(|(_, dsr, _)| dsr),
        arm_benign: found.map(|(.., benign)| benign),
        refused: pages.and_then(|(defence, arm)| refusals(defence, arm, kind)),
    })
}
