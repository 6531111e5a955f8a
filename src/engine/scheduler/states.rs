//! Hidden states of prompts, read while they are processed.

use super::prefill::Piece;
use super::{Scheduler, Sink};
use crate::engine::reading::Reading;
use crate::engine::request::{Event, FinishReason, Wanted};

impl Scheduler {
    /// What is read of the prompt in `slot`, and its length.
    fn reading(&self, slot: usize) -> Option<(Reading, usize)> {
        let job = &self.slots[slot].running.as_ref()?.job;
        match job.wanted {
            Wanted::HiddenStates(reading) => Some((reading, job.prompt.len())),
            Wanted::Text { .. } | Wanted::Logits { .. } => None,
        }
    }

    /// Gets ready to read hidden states, where a reading begins. Returns whether this call is one of those that are read.
    pub(super) fn begin_reading(&mut self, pieces: &[Piece]) -> bool {
        let readings: Vec<(Reading, usize)> = pieces.iter().filter_map(|piece| self.reading(piece.slot)).collect();
        if readings.is_empty() {
            return false;
        }
        let begins = pieces.iter().any(|piece| {
            let first = self.slots[piece.slot].running.as_ref().map_or(0, |running| running.job.first_output());
            piece.positions.contains(&first)
        });
        if begins {
            let (mut goals, mut base) = (vec![], 0);
            for (reading, n_prompt) in readings {
                goals.extend((0..reading.positions(n_prompt).len()).map(|index| base + reading.row(index)));
                base += reading.n_rows();
            }
            self.context.begin_states(goals);
        }
        true
    }

    /// Gives out the states of `slots`, whose prompts were read together and are whole.
    pub(super) fn give_states(&mut self, slots: &[usize], sink: &mut Sink<'_>) {
        if slots.is_empty() {
            return;
        }
        let states = match self.context.take_states() {
            Ok(states) => states,
            Err(error) => {
                return slots.iter().for_each(|slot| self.fail(*slot, error.for_another(), sink));
            }
        };
        let of_a_row = self.model().n_layer() * self.model().n_embd();
        let mut rest = states.as_slice();
        for &slot in slots {
            let n_values = self.reading(slot).map_or(0, |(reading, _)| reading.n_rows() * of_a_row);
            let (read, others) = rest.split_at(n_values.min(rest.len()));
            rest = others;
            if let Some(running) = &mut self.slots[slot].running {
                running.is_checked = read.iter().all(|value| value.is_finite());
                let _ = sink(running.job.id, Event::HiddenStates(read));
            }
            self.finish(slot, FinishReason::EndOfTurn, sink);
        }
    }
}
