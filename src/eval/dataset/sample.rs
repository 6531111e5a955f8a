//! Fewer of each group, evenly spread, so that whatever a file is sorted by keeps its share.

use std::collections::BTreeMap;

/// `n` at most of every group of `things`, in their order.
pub(in crate::eval) fn spread<T, K: Ord>(things: Vec<T>, n: usize, group: impl Fn(&T) -> K) -> Vec<T> {
    spread_by(things, |_| n, group)
}

/// `share` at most of every group of `things`, in their order.
pub(super) fn spread_by<T, K: Ord>(things: Vec<T>, share: impl Fn(&K) -> usize, group: impl Fn(&T) -> K) -> Vec<T> {
    let mut sizes: BTreeMap<K, usize> = BTreeMap::new();
    for thing in &things {
        *sizes.entry(group(thing)).or_default() += 1;
    }
    let mut seen: BTreeMap<K, usize> = BTreeMap::new();
    let mut is_kept = |thing: &T| {
        let key = group(thing);
        let (size, n) = (sizes.get(&key).copied().unwrap_or(0), share(&key));
        let place = seen.entry(key).or_default();
        // The place where the share of those kept steps over a whole number.
        let kept = n >= size || (*place + 1) * n / size > *place * n / size;
        *place += 1;
        kept
    };
    things.into_iter().filter(|thing| is_kept(thing)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_kept_are_spread_over_each_group() {
        let things: Vec<(char, i32)> = (0..8).map(|n| ('a', n)).chain((0..2).map(|n| ('b', n))).collect();
        assert_eq!(spread(things, 2, |thing| thing.0), [('a', 3), ('a', 7), ('b', 0), ('b', 1)]);
    }

    proptest! {
        #[test]
        fn every_group_keeps_as_many_as_it_can(things in prop::collection::vec((0..3_u8, any::<u16>()), 0..60), n in 0..20_usize) {
            let kept = spread(things.clone(), n, |thing| thing.0);
            for group in 0..3 {
                let count = |things: &[(u8, u16)]| things.iter().filter(|thing| thing.0 == group).count();
                prop_assert_eq!(count(&kept), count(&things).min(n));
            }
        }
    }
}
