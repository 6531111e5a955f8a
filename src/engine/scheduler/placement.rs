//! Which slot a new request takes.

/// A slot as placement sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    pub is_idle: bool,
    /// Cached tokens that the request could start from.
    pub common: usize,
    /// Cached tokens in all.
    pub held: usize,
}

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub slot: usize,
    /// The slot whose states are copied there first.
    pub copy_from: Option<usize>,
}

/// Copying the states of a slot takes as long as its part of the cache is large, so it must save at least this share of
/// its tokens (measured at 0.37 B: a part of 4096 tokens is copied in the time of about 40).
const COPY_PAYS: usize = 64;

/// The idle slot that holds the longest beginning of the prompt, if it loses little else by it; otherwise the lowest
/// free one, into which the beginning is copied where that pays. `None` if no slot is idle. `capacity` is the number of
/// tokens that a slot may hold; 0 forbids copies.
pub(super) fn choose(slots: &[View], capacity: usize) -> Option<Place> {
    let idle = || slots.iter().enumerate().filter(|(_, slot)| slot.is_idle);
    // Nothing else to lose, and low: active slots are to follow each other.
    let (lowest, _) = idle().min_by_key(|(number, slot)| (slot.held > 0, *number))?;
    let (best, best_slot) = idle().max_by_key(|(number, slot)| (slot.common, std::cmp::Reverse(*number)))?;
    if best_slot.common > 0 && (best_slot.common * 2 >= best_slot.held || slots[lowest].held > 0) {
        let is_worth_more = |donor: &View| pays(donor.common.saturating_sub(best_slot.common), capacity);
        let donor = donor(slots).filter(|(_, slot)| is_worth_more(slot)).map(|(number, _)| number);
        return Some(Place { slot: best, copy_from: donor.filter(|donor| *donor != best) });
    }
    let donor = donor(slots).filter(|(_, slot)| pays(slot.common, capacity)).map(|(number, _)| number);
    Some(Place { slot: lowest, copy_from: donor.filter(|donor| *donor != lowest) })
}

fn donor(slots: &[View]) -> Option<(usize, &View)> {
    slots.iter().enumerate().max_by_key(|(number, slot)| (slot.common, std::cmp::Reverse(*number)))
}

fn pays(saved: usize, capacity: usize) -> bool {
    capacity > 0 && saved > 0 && saved >= capacity / COPY_PAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(common: usize, held: usize) -> View {
        View { is_idle: true, common, held }
    }

    fn busy(common: usize, held: usize) -> View {
        View { is_idle: false, ..idle(common, held) }
    }

    fn place(slot: usize, copy_from: Option<usize>) -> Option<Place> {
        Some(Place { slot, copy_from })
    }

    #[test]
    fn the_lowest_free_slot_where_nothing_is_known() {
        assert_eq!(choose(&[busy(0, 9), idle(0, 0), idle(0, 0)], 512), place(1, None));
        assert_eq!(choose(&[idle(0, 9), idle(0, 0)], 512), place(1, None), "what is held may be wanted again");
        assert_eq!(choose(&[idle(0, 9), idle(0, 7)], 512), place(0, None));
        assert_eq!(choose(&[busy(0, 9)], 512), None);
    }

    #[test]
    fn the_longest_common_beginning_where_little_else_is_lost() {
        assert_eq!(choose(&[idle(3, 90), idle(80, 90), idle(0, 0)], 512), place(1, None));
    }

    #[test]
    fn a_shared_beginning_is_copied_where_the_rest_of_a_slot_may_be_wanted_again() {
        assert_eq!(choose(&[idle(40, 400), idle(0, 0)], 512), place(1, Some(0)));
        assert_eq!(choose(&[idle(4, 400), idle(0, 0)], 512), place(1, None), "a copy costs more than four tokens");
        assert_eq!(choose(&[idle(40, 400)], 512), place(0, None));
    }

    #[test]
    fn a_busy_slot_gives_what_it_has() {
        assert_eq!(choose(&[busy(100, 150), idle(0, 0)], 512), place(1, Some(0)));
        assert_eq!(choose(&[busy(100, 150), idle(98, 98)], 512), place(1, None));
        assert_eq!(choose(&[busy(100, 150), idle(0, 0)], 0), place(1, None), "this cache cannot copy");
    }
}
