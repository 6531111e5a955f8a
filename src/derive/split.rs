//! Which prompts are kept out of fitting, so that how well a direction does can be said honestly.
//!
//! The choice hangs on the prompts' hashes alone: the same prompts are held out whatever their order, the model or the
//! method. What belongs together stays together: rows of one prompt (several token positions) and the two prompts of a
//! pair.

use std::collections::HashMap;

use super::contrast_classes::FitRows;
use crate::dump::{Dump, Label};

/// A fifth of each side is held out.
const SHARE: usize = 5;
/// Fewer held-out rows of a side than this say nothing; then none are held out.
const LEAST: usize = 2;
/// Hashed in front of a group's prompt hash: makes the order ours, whoever made the hashes.
const KEY: &str = "antidote held out 1 ";

/// The rows of a dump, divided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Split {
    /// Fitted on.
    pub fit: FitRows,
    /// Kept out: harmful rows.
    pub harmful_held_out: Vec<usize>,
    /// Kept out: benign rows.
    pub benign_held_out: Vec<usize>,
}

impl Split {
    /// Everything is fitted on.
    pub fn whole(dump: &Dump) -> Self {
        let side = |label| (0..dump.n_prompts()).filter(|row| dump.labels()[*row] == label).collect();
        let (harmful, benign) = (side(Label::Harmful), side(Label::Benign));
        let fit = FitRows { harmful, benign, is_paired: dump.meta().is_paired };
        Self { fit, ..Self::default() }
    }

    /// Holds out a fifth of each side, or nothing if a side has too few for that (fewer than 10).
    pub fn held_out(dump: &Dump) -> Self {
        let whole = Self::whole(dump);
        let taken = taken(&whole.fit, &dump.meta().prompt_hashes);
        let part = |rows: &[usize], is_taken| rows.iter().copied().filter(|row| taken[*row] == is_taken).collect();
        let (harmful_held_out, benign_held_out): (Vec<_>, Vec<_>) =
            (part(&whole.fit.harmful, true), part(&whole.fit.benign, true));
        if harmful_held_out.len() < LEAST || benign_held_out.len() < LEAST {
            return whole;
        }
        let (harmful, benign) = (part(&whole.fit.harmful, false), part(&whole.fit.benign, false));
        Self { fit: FitRows { harmful, benign, is_paired: whole.fit.is_paired }, harmful_held_out, benign_held_out }
    }

    pub fn is_held_out(&self) -> bool {
        !self.harmful_held_out.is_empty()
    }
}

/// For every row, whether it is held out. `hashes` are the rows' prompts.
fn taken(rows: &FitRows, hashes: &[String]) -> Vec<bool> {
    let groups = groups(rows, hashes);
    let mut is_harmful = vec![false; hashes.len()];
    rows.harmful.iter().for_each(|row| is_harmful[*row] = true);
    let mut members: HashMap<usize, (Vec<usize>, &str)> = HashMap::new();
    for (row, &group) in groups.iter().enumerate() {
        let (members, first) = members.entry(group).or_insert_with(|| (vec![], &hashes[row]));
        members.push(row);
        *first = (*first).min(&hashes[row]);
    }
    let mut order: Vec<_> = members
        .into_values()
        .map(|(members, first)| (blake3::hash(format!("{KEY}{first}").as_bytes()).to_hex(), members))
        .collect();
    order.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()).then_with(|| a.1.cmp(&b.1)));

    let (mut harmful_left, mut benign_left) = (rows.harmful.len() / SHARE, rows.benign.len() / SHARE);
    let mut taken = vec![false; hashes.len()];
    for (_, members) in order {
        let harmful = members.iter().filter(|row| is_harmful[**row]).count();
        let benign = members.len() - harmful;
        if harmful <= harmful_left && benign <= benign_left {
            harmful_left -= harmful;
            benign_left -= benign;
            members.into_iter().for_each(|row| taken[row] = true);
        }
    }
    taken
}

/// A number for every row, the same for rows that must stay together: its group's first row.
fn groups(rows: &FitRows, hashes: &[String]) -> Vec<usize> {
    fn root(parents: &mut [usize], row: usize) -> usize {
        let mut row = row;
        while parents[row] != row {
            parents[row] = parents[parents[row]];
            row = parents[row];
        }
        row
    }
    let mut parents: Vec<usize> = (0..hashes.len()).collect();
    let mut join = |a: usize, b: usize| {
        let (a, b) = (root(&mut parents, a), root(&mut parents, b));
        let (first, second) = (a.min(b), a.max(b));
        parents[second] = first;
    };
    let mut first_rows: HashMap<&str, usize> = HashMap::new();
    for (row, hash) in hashes.iter().enumerate() {
        join(*first_rows.entry(hash).or_insert(row), row);
    }
    if rows.is_paired {
        rows.harmful.iter().zip(&rows.benign).for_each(|(harmful, benign)| join(*harmful, *benign));
    }
    (0..hashes.len()).map(|row| root(&mut parents, row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hashes(numbers: &[usize]) -> Vec<String> {
        numbers.iter().map(|number| format!("{number:016x}")).collect()
    }

    fn rows(n_harmful: usize, n_benign: usize, is_paired: bool) -> FitRows {
        let (harmful, benign) = ((0..n_harmful).collect(), (n_harmful..n_harmful + n_benign).collect());
        FitRows { harmful, benign, is_paired }
    }

    #[test]
    fn a_fifth_of_each_side_is_held_out_whatever_the_order() {
        let numbers: Vec<usize> = (0..50).collect();
        let first = taken(&rows(30, 20, false), &hashes(&numbers));
        let count = |rows: std::ops::Range<usize>| first[rows].iter().filter(|is_taken| **is_taken).count();
        assert_eq!((count(0..30), count(30..50)), (6, 4));
        let turned: Vec<usize> = (0..30).rev().chain((30..50).rev()).collect();
        let second = taken(&rows(30, 20, false), &hashes(&turned));
        for (row, number) in turned.iter().enumerate() {
            assert_eq!(second[row], first[*number]);
        }
    }

    proptest! {
        #[test]
        fn what_belongs_together_stays_together(
            numbers in prop::collection::vec(0_usize..40, 40),
            is_paired in any::<bool>(),
        ) {
            let rows = rows(20, 20, is_paired);
            let taken = taken(&rows, &hashes(&numbers));
            for (a, b) in (0..40).flat_map(|a| (0..40).map(move |b| (a, b))) {
                if numbers[a] == numbers[b] || is_paired && a % 20 == b % 20 {
                    prop_assert_eq!(taken[a], taken[b], "{} and {}", a, b);
                }
            }
            for side in [&rows.harmful, &rows.benign] {
                prop_assert!(side.iter().filter(|row| taken[**row]).count() <= 4);
            }
        }
    }
}
