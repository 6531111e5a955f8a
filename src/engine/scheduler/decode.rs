//! A token for every running answer.

use std::ops::Range;

use super::running::Phase;
use super::{Scheduler, Sink};
use crate::engine::error::EngineError;
use crate::engine::ffi::{Call, Decoded, Steer};
use crate::engine::request::FinishReason;
use crate::engine::steering::SteeringRows;

/// By what the rows of a call are steered, owned.
pub(super) enum Steered {
    Alike(SteeringRows),
    ByRow(Vec<SteeringRows>),
}

impl Steered {
    /// As the context wants it; rows of their own are handed over.
    pub fn borrow(&self) -> Steer<'_> {
        match self {
            Self::Alike(rows) => Steer::Alike(rows),
            Self::ByRow(rows) => Steer::ByRow(rows.clone()),
        }
    }
}

impl Scheduler {
    /// How a call with these `rows` is steered. While all requests that run agree, llama.cpp's control vector does it,
    /// whose graph is computed in one piece; while they do not, the eval callback adds to each row its own, in every call,
    /// because a control vector that changes makes llama.cpp reserve its graph anew.
    ///
    /// # Errors
    /// The rows differ and only the control vector can steer: see [`Self::groups`], which does not let that happen.
    pub(super) fn steer(&self, rows: Vec<SteeringRows>) -> Result<Steered, EngineError> {
        if self.steers_by_row() {
            return Ok(Steered::ByRow(rows));
        }
        match rows.split_first() {
            None => Ok(Steered::Alike(SteeringRows::default())),
            Some((first, rest)) if rest.iter().all(|row| row == first) => Ok(Steered::Alike(first.clone())),
            Some(_) => Err(EngineError::SteeringLost { fault: "rows of one call are steered differently".to_owned() }),
        }
    }

    /// Whether requests that run are steered differently and the eval callback can do it.
    fn steers_by_row(&self) -> bool {
        let mut running = self.slots.iter().filter_map(|slot| Some(&slot.running.as_ref()?.job.rows));
        let Some(first) = running.next() else { return false };
        if !self.context.is_watched() || running.all(|rows| rows == first) {
            return false;
        }
        self.slots.iter().filter_map(|slot| Some(&slot.running.as_ref()?.job.rows)).all(SteeringRows::can_go_by_row)
    }

    /// Processes the token that was chosen last in every slot that answers.
    pub(super) fn decode(&mut self, sink: &mut Sink<'_>) {
        self.n_prefilled = 0;
        // An answer whose context is full ends here.
        for slot in self.answering() {
            if let Err(finish) = self.make_place(slot) {
                self.finish(slot, finish, sink);
            }
        }
        self.compact();
        for group in self.groups() {
            self.decode_group(&group, sink);
        }
    }

    /// Slots with a token to process, ascending.
    fn answering(&self) -> Vec<usize> {
        let is_answering = |slot: &usize| {
            let running = self.slots[*slot].running.as_ref();
            running.is_some_and(|running| matches!(running.phase, Phase::Decode { .. }))
        };
        (0..self.slots.len()).filter(is_answering).collect()
    }

    /// Moves answers from the end into idle slots between others: llama.cpp cuts a batch where sequences do not follow
    /// each other, and every cut is another pass over the weights.
    fn compact(&mut self) {
        if self.params.unified_cache {
            return;
        }
        while let Some(&last) = self.answering().last() {
            let Some(hole) = (0..last).find(|slot| self.slots[*slot].running.is_none()) else { return };
            self.context.copy_sequence(last, hole);
            self.slots.swap(last, hole);
            // What the hole held is gone.
            self.slots[last].clear();
            self.cut(last, 0);
        }
    }

    /// Slots that one call can take: they follow each other, and if only the control vector can steer them, they are
    /// steered alike.
    fn groups(&self) -> Vec<Vec<usize>> {
        let by_row = self.steers_by_row();
        let rows = |slot: usize| self.slots[slot].running.as_ref().map(|running| &running.job.rows);
        let mut groups: Vec<Vec<usize>> = vec![];
        for slot in self.answering() {
            let joins = groups.last().and_then(|group| group.last()).is_some_and(|last| {
                let follows = self.params.unified_cache || last + 1 == slot;
                follows && (by_row || rows(*last) == rows(slot))
            });
            match groups.last_mut() {
                Some(group) if joins => group.push(slot),
                _ => groups.push(vec![slot]),
            }
        }
        groups
    }

    fn decode_group(&mut self, group: &[usize], sink: &mut Sink<'_>) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        let mut rows = vec![];
        let is_alone = group.len() == 1 && self.n_requests() == 1;
        for &slot in group {
            let Some(running) = &self.slots[slot].running else { continue };
            let Phase::Decode { next } = running.phase else { continue };
            let draft = if is_alone { self.draft(slot, next) } else { vec![] };
            let start = self.slots[slot].cached.len();
            for (offset, token) in std::iter::once(next).chain(draft.iter().copied()).enumerate() {
                batch.push(token, start + offset, slot, true);
            }
            if let Some(running) = &mut self.slots[slot].running {
                running.drafted += draft.len();
                running.draft.tokens = draft;
                rows.resize(batch.len(), running.job.rows.clone());
            }
        }
        let cancel = match group {
            [slot] => self.slots[*slot].running.as_ref().map(|running| running.job.cancel.clone()),
            _ => None,
        };
        let decoded = match self.steer(rows) {
            Ok(steer) => {
                self.context.decode(&mut batch, Call { steer: steer.borrow(), cancel: cancel.as_ref(), capture: false })
            }
            Err(error) => Err(error),
        };
        let n_rows = batch.len();
        self.batch = batch;
        match decoded {
            Ok(Decoded::Done) => self.take_decoded(group, n_rows, sink),
            Ok(Decoded::Cancelled) => {
                for &slot in group {
                    if let Some(running) = &mut self.slots[slot].running {
                        running.draft.tokens.clear();
                    }
                    self.cut(slot, self.slots[slot].cached.len());
                    self.finish(slot, FinishReason::Interrupted, sink);
                }
            }
            Err(error) => {
                for &slot in group {
                    self.fail(slot, error.for_another(), sink);
                }
            }
        }
    }

    fn take_decoded(&mut self, group: &[usize], n_rows: usize, sink: &mut Sink<'_>) {
        for &slot in group {
            let cached = &mut self.slots[slot];
            if let Some(running) = &mut cached.running
                && let Phase::Decode { next } = running.phase
            {
                running.decoded += 1;
                cached.cached.push(next);
            }
        }
        let rows_of = |place: usize| if group.len() == 1 { 0..n_rows } else { place..place + 1 };
        for (place, &slot) in group.iter().enumerate() {
            let rows: Range<usize> = rows_of(place);
            self.advance(slot, rows.start, sink);
        }
    }

    /// What may come after `token` in `slot`, if that is worth trying.
    fn draft(&mut self, slot: usize, token: crate::engine::model::Token) -> Vec<crate::engine::model::Token> {
        let Some(running) = &self.slots[slot].running else { return vec![] };
        let capacity = self.capacity();
        // The token itself takes a place, and the last one of the answer needs none.
        let room = capacity.saturating_sub(self.slots[slot].cached.len() + 1);
        let most = room.min(running.left()).min(self.context.n_batch() - 1);
        let Self { slots, .. } = self;
        let slot = &mut slots[slot];
        slot.lookup.draft(&slot.cached, token, most)
    }
}
