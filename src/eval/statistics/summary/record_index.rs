//! Records, sorted by arm.

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::{Answered, Arm, Choice, Comparison, Kind, Likelihood, NO_DEFENCE, Outcome, Record};

/// Orders arms: without a defence first, then by defence; each by sparsity (as in the file first), then by α.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    is_defended: bool,
    defence: String,
    sparsity: Option<i32>,
    alpha: i32,
}

impl Key {
    pub(super) fn of(arm: &Arm) -> Self {
        let arm = canonical(arm);
        Self {
            is_defended: arm.defence != NO_DEFENCE,
            sparsity: arm.sparsity.map(ordered),
            alpha: ordered(arm.alpha),
            defence: arm.defence,
        }
    }
}

/// The arm, with everything left out that changes nothing: at α = 0 there is no vector to be sparse.
pub(super) fn canonical(arm: &Arm) -> Arm {
    let is_unsteered = arm.alpha == 0.0;
    Arm {
        defence: arm.defence.clone(),
        alpha: if is_unsteered { 0.0 } else { arm.alpha },
        sparsity: arm.sparsity.filter(|_| !is_unsteered),
    }
}

/// Bits of a number in the order of [`f32::total_cmp`].
fn ordered(number: f32) -> i32 {
    let bits = number.to_bits().cast_signed();
    bits ^ ((bits >> 31).cast_unsigned() >> 1).cast_signed()
}

/// The records of one arm.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub arm: Arm,
    pub answered: BTreeMap<&'a str, &'a Answered>,
    pub likelihoods: BTreeMap<(&'a str, bool), Vec<&'a Likelihood>>,
    pub choices: BTreeMap<&'a str, &'a Choice>,
    pub comparisons: BTreeMap<&'a str, &'a Comparison>,
    /// Records that came twice; the later one counts.
    pub duplicates: usize,
}

/// The records of all arms.
#[derive(Debug)]
pub(super) struct RecordIndex<'a> {
    pub pages: BTreeMap<Key, Page<'a>>,
    /// The kind of every item that was asked.
    pub kinds: BTreeMap<&'a str, Kind>,
}

impl<'a> RecordIndex<'a> {
    pub(super) fn of(records: &'a [Record]) -> Self {
        let mut index = Self { pages: BTreeMap::new(), kinds: BTreeMap::new() };
        for record in records {
            match record {
                Record::Answered(answered) => {
                    index.kinds.insert(&answered.item.id, answered.item.kind);
                    let page = index.page(&answered.arm);
                    let earlier = page.answered.insert(&answered.item.id, answered);
                    page.duplicates += usize::from(earlier.is_some());
                }
                Record::Likelihood(likelihood) => {
                    let key = (likelihood.item_id.as_str(), likelihood.is_reference);
                    index.page(&likelihood.arm).likelihoods.entry(key).or_default().push(likelihood);
                }
                Record::Choice(choice) => {
                    let page = index.page(&choice.arm);
                    page.duplicates += usize::from(page.choices.insert(&choice.id, choice).is_some());
                }
                Record::Comparison(comparison) => {
                    let page = index.page(&comparison.arm);
                    page.duplicates += usize::from(page.comparisons.insert(&comparison.item_id, comparison).is_some());
                }
            }
        }
        index
    }

    fn page(&mut self, arm: &Arm) -> &mut Page<'a> {
        self.pages.entry(Key::of(arm)).or_insert_with(|| Page {
            arm: canonical(arm),
            answered: BTreeMap::new(),
            likelihoods: BTreeMap::new(),
            choices: BTreeMap::new(),
            comparisons: BTreeMap::new(),
            duplicates: 0,
        })
    }

    pub(super) fn get(&self, arm: &Arm) -> Option<&Page<'a>> {
        self.pages.get(&Key::of(arm))
    }

    pub(super) fn baseline(&self) -> Option<&Page<'a>> {
        self.get(&Arm::baseline())
    }

    /// Ids of all items that any arm was asked.
    pub(super) fn asked(&self) -> BTreeSet<&'a str> {
        self.kinds.keys().copied().collect()
    }
}

impl<'a> Page<'a> {
    /// The items of `kind` on which the judge had something to say, with what: refused, answered or broken.
    pub(super) fn judged(&self, kind: Kind) -> impl Iterator<Item = (&'a Answered, Outcome)> {
        let of_kind = self.answered.values().copied().filter(move |answered| answered.item.kind == kind);
        of_kind.filter_map(|answered| Some((answered, counted(answered)?)))
    }

    /// What the judge says of the answer to an item, if it had something to say.
    pub(super) fn outcome(&self, id: &str) -> Option<Outcome> {
        counted(self.answered.get(id)?)
    }
}

/// What the judge says of an answer, if that counts in rates.
pub(super) fn counted(answered: &Answered) -> Option<Outcome> {
    let outcome = answered.verdict.as_ref()?.outcome();
    (!matches!(outcome, Outcome::UnknownLanguage | Outcome::Unreadable)).then_some(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_model_is_one_arm_however_it_is_written() {
        let baseline = Key::of(&Arm::baseline());
        assert_eq!(Key::of(&Arm::steered(0.0, Some(5.0))), baseline);
        assert_eq!(Key::of(&Arm::steered(-0.0, None)), baseline);
    }

    #[test]
    fn arms_are_in_the_order_of_alpha() {
        let alphas = [-0.5, 0.0, 0.25, 0.5, 10.0];
        let keys: Vec<Key> = alphas.map(|alpha| Key::of(&Arm::steered(alpha, None))).into();
        assert!(keys.is_sorted());
        assert!(Key::of(&Arm::steered(9.0, None)) < Key::of(&Arm::steered(0.1, Some(5.0))));
        assert!(Key::of(&Arm::steered(0.1, Some(100.0))) < Key::of(&Arm::defended("self-reminder")));
    }
}
