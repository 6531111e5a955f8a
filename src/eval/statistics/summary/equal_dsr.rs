//! What each number of components costs where they defend equally well.

use serde::{Deserialize, Serialize};

use super::arm::ArmSummary;
use super::curve::Curve;

/// Defence success rates at which sparsities are compared, beside the target.
const LEVELS: [f64; 4] = [0.5, 0.8, 0.9, 0.99];

/// The sparsities at one defence success rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EqualDsr {
    /// That rate.
    pub dsr: f64,
    /// A curve each, those that reach it.
    pub curves: Vec<OnCurve>,
}

/// A place on a curve, between two measured strengths: read off the straight line from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OnCurve {
    /// Components kept a layer in per cent; as many as the vector's file has, if `None`.
    pub sparsity: Option<f32>,
    /// The strength; `None` if none measured reaches the rate, and then everything else is `None` too.
    pub point: Option<CurvePoint>,
}

/// What holds at that place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The strength.
    pub alpha: f64,
    /// Benign pass rate.
    pub benign: Option<f64>,
    /// Over-refusal on near misses.
    pub near_miss: Option<f64>,
    /// Nats a token.
    pub kl_per_token: Option<f64>,
    /// 1 is no change.
    pub perplexity_ratio: Option<f64>,
}

/// Compares all curves at the target and at some rates around it, as far as the plain model lies below them and any
/// curve reaches them. Empty if there are not two curves to compare.
pub(super) fn compare(curves: &[Curve<'_>], target: f64) -> Vec<EqualDsr> {
    if curves.len() < 2 {
        return vec![];
    }
    let mut levels: Vec<f64> = LEVELS.into_iter().chain([target]).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let at = |dsr: f64| EqualDsr { dsr, curves: curves.iter().map(|curve| on(curve, dsr)).collect() };
    // At a rate that α = 0 reaches, all sparsities are the same plain model.
    let tells = |row: &EqualDsr| row.curves.iter().any(|on| on.point.is_some_and(|point| point.alpha > 0.0));
    levels.into_iter().map(at).filter(tells).collect()
}

fn on(curve: &Curve<'_>, dsr: f64) -> OnCurve {
    let place = curve.where_dsr_is(dsr);
    let point = place.map(|place| CurvePoint {
        alpha: place.alpha(),
        benign: place.read(|arm| Some(arm.benign?.value)),
        near_miss: place.read(|arm| Some(arm.near_miss?.value)),
        kl_per_token: place.read(kl),
        perplexity_ratio: place.read(|arm| Some(arm.utility.perplexity_ratio?.value)),
    });
    OnCurve { sparsity: curve.sparsity, point }
}

/// The plain model is at no distance from itself, measured or not.
fn kl(arm: &ArmSummary) -> Option<f64> {
    let measured = arm.utility.kl_per_token.map(|kl| kl.value);
    if arm.arm.is_baseline() { measured.or(Some(0.0)) } else { measured }
}
