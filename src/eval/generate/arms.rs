//! Which arms are run, and in which order.

use crate::eval::arm::{Arm, NO_DEFENCE};
use crate::eval::generate::defences::{Defence, DefenceError};

/// The arms that were asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArmPlan {
    /// Strengths; 0 is always among the arms.
    pub alphas: Vec<f32>,
    /// Components kept a layer, in per cent; as many as the vector's file has, if empty.
    pub sparsities: Vec<f32>,
    /// Defences by prompt, on the plain model.
    pub defences: Vec<Defence>,
}

impl ArmPlan {
    /// The arms, the plain model first: by sparsity and α, so that the vector changes rarely; then the defences.
    #[must_use]
    pub fn arms(&self) -> Vec<Arm> {
        let sparsities: Vec<Option<f32>> = match self.sparsities.as_slice() {
            [] => vec![None],
            percents => percents.iter().copied().map(Some).collect(),
        };
        let mut arms = vec![Arm::baseline()];
        for sparsity in sparsities {
            let steered = self.alphas.iter().filter(|alpha| **alpha != 0.0);
            arms.extend(steered.map(|alpha| Arm::steered(*alpha, sparsity)));
        }
        arms.extend(self.defences.iter().map(|defence| Arm::defended(defence.name())));
        arms
    }
}

/// The defence of an arm, if it has one.
pub(super) fn defence_of(arm: &Arm) -> Result<Option<Defence>, DefenceError> {
    (arm.defence != NO_DEFENCE).then(|| arm.defence.parse()).transpose()
}

/// Where an arm stands among others: the plain model, then steered ones by sparsity and α, then defences by name.
pub(super) fn place(arm: &Arm) -> (bool, String, u32, i64) {
    // Bits of positive floats are in the order of the floats; negative ones are turned around.
    let bits = i64::from(arm.alpha.to_bits());
    let alpha = if arm.alpha.is_sign_negative() { i64::from(u32::MAX >> 1) - bits } else { bits };
    (arm.defence != NO_DEFENCE, arm.defence.clone(), arm.sparsity.map_or(0, f32::to_bits), alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strength_at_every_sparsity_and_each_defence_once() {
        let plan = ArmPlan {
            alphas: vec![-0.5, 0.0, 0.25],
            sparsities: vec![1.0, 5.0],
            defences: vec![Defence::SelfReminder],
        };
        let arms = plan.arms();
        assert_eq!(arms.len(), 6);
        assert_eq!((&arms[0], &arms[4]), (&Arm::baseline(), &Arm::steered(0.25, Some(5.0))));
        let mut sorted = arms.clone();
        sorted.sort_by_key(place);
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5].map(|number: usize| arms[number].clone()));
        assert_eq!(
            ArmPlan { alphas: vec![0.5], ..ArmPlan::default() }.arms(),
            [Arm::baseline(), Arm::steered(0.5, None)]
        );
    }
}
