//! The arms of one sparsity, along α.

use super::arm::ArmSummary;
use crate::eval::NO_DEFENCE;

/// The plain model and the arms that steer with one number of components and nothing else, by ascending α.
#[derive(Debug, Clone)]
pub(crate) struct Curve<'a> {
    /// Components kept a layer in per cent; as many as the vector's file has, if `None`.
    pub(crate) sparsity: Option<f32>,
    /// The arms.
    pub(crate) arms: Vec<&'a ArmSummary>,
}

/// The curves among `arms`, which are in the order of a summary: as many components as the file has first.
pub(crate) fn curves(arms: &[ArmSummary]) -> Vec<Curve<'_>> {
    let steered = || arms.iter().filter(|arm| arm.arm.defence == NO_DEFENCE && !arm.arm.is_baseline());
    let mut sparsities: Vec<Option<f32>> = steered().map(|arm| arm.arm.sparsity).collect();
    sparsities.dedup();
    let baseline = || arms.iter().filter(|arm| arm.arm.is_baseline());
    let curve = |sparsity| {
        let mut arms: Vec<&ArmSummary> =
            baseline().chain(steered().filter(|arm| arm.arm.sparsity == sparsity)).collect();
        arms.sort_by(|a, b| a.arm.alpha.total_cmp(&b.arm.alpha));
        Curve { sparsity, arms }
    };
    sparsities.into_iter().map(curve).collect()
}

/// Where along a curve something holds: between which neighbours, and how far from the first to the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    from: &'a ArmSummary,
    to: &'a ArmSummary,
    share: f64,
}

impl<'a> Curve<'a> {
    /// The smallest α ≥ 0 at which the defence success rate is `dsr`, read off straight lines between neighbours.
    pub(super) fn where_dsr_is(&self, dsr: f64) -> Option<Place<'a>> {
        let arms = self.arms.iter().copied().filter(|arm| arm.arm.alpha >= 0.0);
        let points: Vec<(&ArmSummary, f64)> = arms.filter_map(|arm| Some((arm, arm.dsr()?.value))).collect();
        let (first, value) = *points.first()?;
        if value >= dsr {
            return Some(Place { from: first, to: first, share: 0.0 });
        }
        let crossing = points.windows(2).find(|pair| pair[0].1 < dsr && pair[1].1 >= dsr)?;
        let share = (dsr - crossing[0].1) / (crossing[1].1 - crossing[0].1);
        Some(Place { from: crossing[0].0, to: crossing[1].0, share })
    }
}

impl Place<'_> {
    /// α there.
    pub(super) fn alpha(&self) -> f64 {
        let (from, to) = (f64::from(self.from.arm.alpha), f64::from(self.to.arm.alpha));
        from + (to - from) * self.share
    }

    /// A figure there; `None` if a neighbour lacks it.
    pub(super) fn read(&self, figure: impl Fn(&ArmSummary) -> Option<f64>) -> Option<f64> {
        let (from, to) = (figure(self.from)?, figure(self.to)?);
        Some(from + (to - from) * self.share)
    }
}
