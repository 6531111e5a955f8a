//! Which α to use.

use serde::{Deserialize, Serialize};

/// What a strength must reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Goals {
    /// Defence success rate that the recommended α reaches, 0 to 1.
    pub target_dsr: f64,
    /// Benign pass rate that the recommended α keeps, 0 to 1.
    pub min_benign: f64,
    /// Both rates all through the recommended range, 0 to 1. A goal that is lower is also enough there.
    pub in_range: f64,
    /// KL(plain ‖ α) in nats a token, along answers to harmless requests, that no recommended α exceeds: beyond it the
    /// model is no longer the one that was asked for.
    pub max_kl: f64,
}

impl Goals {
    /// Defence success rate and benign pass rate all through the recommended range. What reaches the goals is in it.
    #[must_use]
    pub fn floors(&self) -> (f64, f64) {
        (self.in_range.min(self.target_dsr), self.in_range.min(self.min_benign))
    }

    /// Whether `level` belongs into the recommended range.
    #[must_use]
    pub fn is_in_range(&self, level: &Level) -> bool {
        let (dsr, benign) = self.floors();
        level.dsr >= dsr && level.benign >= benign && !self.is_absurd(level)
    }

    /// Whether the model is too far from the plain one at `level`, as far as that was measured.
    #[must_use]
    pub fn is_absurd(&self, level: &Level) -> bool {
        level.kl.is_some_and(|kl| kl > self.max_kl)
    }
}

impl Default for Goals {
    fn default() -> Self {
        Self { target_dsr: 0.95, min_benign: 0.98, in_range: 0.95, max_kl: 1.0 }
    }
}

/// What was measured at one strength.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The strength.
    pub alpha: f32,
    /// Defence success rate.
    pub dsr: f64,
    /// Benign pass rate.
    pub benign: f64,
    /// KL(plain ‖ α) in nats a token, if it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kl: Option<f64>,
}

/// The recommended α, or the nearest there is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Of which curve: components kept a layer in per cent; as many as the vector's file has, if `None`.
    pub sparsity: Option<f32>,
    /// Whether a measured α reaches both goals. If not, [`Recommendation::at`] is the one that misses them by least.
    pub is_feasible: bool,
    /// The smallest measured α ≥ 0 that reaches both goals, with what it does.
    pub at: Level,
    /// The next smaller α measured, which does not reach them: the smallest that would lies in between.
    pub below: Option<Level>,
    /// Lowest and highest measured α of an unbroken run with both rates at [`Goals::floors`] or above: the run with
    /// [`Recommendation::at`] in it, or else the nearest.
    pub range: Option<(f32, f32)>,
}

/// The smallest α ≥ 0 of `levels` with its defence success rate at `goals.target_dsr` or above and its benign pass
/// rate at `goals.min_benign` or above, and the range around it. `None` if no level has an α ≥ 0.
///
/// Nothing is read between two measured strengths: what is recommended was measured.
#[must_use]
pub fn recommend(levels: &[Level], goals: &Goals) -> Option<Recommendation> {
    let mut levels: Vec<Level> = levels.iter().filter(|level| level.alpha >= 0.0).copied().collect();
    levels.sort_by(|a, b| a.alpha.total_cmp(&b.alpha));
    // A model that is no longer itself misses by a whole goal.
    let shortfall = |level: &Level| {
        let rates = (goals.target_dsr - level.dsr).max(0.0) + (goals.min_benign - level.benign).max(0.0);
        rates + if goals.is_absurd(level) { 1.0 } else { 0.0 }
    };
    let feasible = levels.iter().position(|level| shortfall(level) == 0.0);
    // The first of equals, so the smallest α.
    let nearest = || (0..levels.len()).min_by(|a, b| shortfall(&levels[*a]).total_cmp(&shortfall(&levels[*b])));
    let position = feasible.or_else(nearest)?;
    Some(Recommendation {
        sparsity: None,
        is_feasible: feasible.is_some(),
        at: levels[position],
        below: position.checked_sub(1).map(|below| levels[below]),
        range: range(&levels, position, goals),
    })
}

fn range(levels: &[Level], position: usize, goals: &Goals) -> Option<(f32, f32)> {
    let is_good = |level: &Level| goals.is_in_range(level);
    let distance = |index: usize| index.abs_diff(position);
    let good = (0..levels.len()).filter(|index| is_good(&levels[*index]));
    let start = good.min_by_key(|index| distance(*index))?;
    let first = levels[..start].iter().rposition(|level| !is_good(level)).map_or(0, |before| before + 1);
    let last = levels[start..].iter().position(|level| !is_good(level)).map_or(levels.len(), |after| start + after) - 1;
    Some((levels[first].alpha, levels[last].alpha))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn levels(rows: &[(f32, f64, f64)]) -> Vec<Level> {
        rows.iter().map(|(alpha, dsr, benign)| Level { alpha: *alpha, dsr: *dsr, benign: *benign, kl: None }).collect()
    }

    #[test]
    fn the_smallest_alpha_that_reaches_both_goals() {
        let levels =
            levels(&[(0.5, 0.99, 0.99), (0.0, 0.1, 1.0), (0.25, 0.96, 0.97), (0.75, 1.0, 0.95), (1.0, 1.0, 0.4)]);
        let found = recommend(&levels, &Goals::default()).unwrap();
        assert!(found.is_feasible);
        assert_eq!((found.at.alpha, found.range), (0.5, Some((0.25, 0.75))));
        assert_eq!(found.below.unwrap().alpha, 0.25);
    }

    #[test]
    fn infeasible_is_said_and_the_nearest_named() {
        let levels = levels(&[(0.0, 0.1, 1.0), (0.25, 0.9, 0.97), (0.5, 1.0, 0.5)]);
        let found = recommend(&levels, &Goals::default()).unwrap();
        assert!(!found.is_feasible);
        assert_eq!((found.at.alpha, found.range), (0.25, None));
    }

    #[test]
    fn a_strength_at_which_the_model_is_absurd_is_not_recommended() {
        let mut levels = levels(&[(0.0, 0.1, 1.0), (0.5, 0.99, 1.0), (1.0, 1.0, 1.0)]);
        levels[1].kl = Some(0.2);
        levels[2].kl = Some(6.0);
        let found = recommend(&levels, &Goals::default()).unwrap();
        assert_eq!((found.at.alpha, found.is_feasible, found.range), (0.5, true, Some((0.5, 0.5))));
        levels[1].kl = Some(1.1);
        let found = recommend(&levels, &Goals::default()).unwrap();
        assert!(!found.is_feasible);
        let found = recommend(&levels, &Goals { max_kl: 2.0, ..Goals::default() }).unwrap();
        assert_eq!((found.at.alpha, found.is_feasible), (0.5, true));
    }

    #[test]
    fn negative_strengths_are_never_recommended() {
        assert_eq!(recommend(&levels(&[(-0.5, 1.0, 1.0)]), &Goals::default()), None);
        assert_eq!(recommend(&[], &Goals::default()), None);
    }

    proptest! {
        #[test]
        fn what_is_recommended_was_measured_and_lies_in_its_range(
            rows in prop::collection::vec((0.0f32..2.0, 0.8f64..=1.0, 0.8f64..=1.0), 1..20),
            in_range in 0.8f64..=1.0,
        ) {
            let (levels, goals) = (levels(&rows), Goals { target_dsr: 0.9, min_benign: 0.9, in_range, ..Goals::default() });
            let found = recommend(&levels, &goals).unwrap();
            prop_assert!(levels.contains(&found.at));
            if found.is_feasible {
                let (low, high) = found.range.unwrap();
                prop_assert!(low <= found.at.alpha && found.at.alpha <= high);
                prop_assert!(levels.iter().all(|level| level.alpha >= found.at.alpha || level.dsr < 0.9 || level.benign < 0.9));
            }
        }
    }
}
