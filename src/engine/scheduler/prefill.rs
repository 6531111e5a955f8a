//! Processing prompts, a micro-batch at a time.

use std::ops::Range;

use super::running::Phase;
use super::{Scheduler, Sink};
use crate::engine::ffi::{Call, Decoded};
use crate::engine::logits;
use crate::engine::request::{Event, FinishReason, Wanted};
use crate::engine::steering::SteeringRows;

/// A piece of a slot's prompt.
pub(super) struct Piece {
    pub slot: usize,
    pub positions: Range<usize>,
    /// Rows of it that ask for output.
    n_outputs: usize,
}

impl Scheduler {
    /// The slots whose prompts are processed next, if it is a prompt's turn: between two tokens of running answers at most
    /// a micro-batch of prompts is processed, whether that is a piece of a long one or several short ones.
    pub(super) fn next_prefill(&self) -> Option<Vec<usize>> {
        let phase = |slot: usize| Some(self.slots[slot].running.as_ref()?.phase);
        let mut waiting: Vec<usize> =
            (0..self.slots.len()).filter(|slot| phase(*slot) == Some(Phase::Prefill)).collect();
        waiting.sort_by_key(|slot| self.slots[*slot].running.as_ref().map(|running| running.job.id));
        let first = *waiting.first()?;
        let is_answering = (0..self.slots.len()).any(|slot| matches!(phase(slot), Some(Phase::Decode { .. })));
        let n_rows = self.piece(first).positions.len();
        if is_answering && self.n_prefilled + n_rows > self.context.n_batch() {
            return None;
        }
        let mut together = vec![first];
        if self.is_packable(first) {
            let (mut rows, mut outputs) = (n_rows, self.piece(first).n_outputs);
            for slot in waiting.into_iter().skip(1).filter(|slot| self.is_packable(*slot)) {
                let piece = self.piece(slot);
                (rows, outputs) = (rows + piece.positions.len(), outputs + piece.n_outputs);
                if rows > self.context.n_batch() || outputs > self.context.n_outputs() {
                    break;
                }
                together.push(slot);
            }
        }
        Some(together)
    }

    /// Whether the whole prompt in `slot` can be processed in one call with others: in a unified cache the rows of
    /// several keep their order.
    fn is_packable(&self, slot: usize) -> bool {
        let Some(running) = &self.slots[slot].running else { return false };
        let is_reading = matches!(running.job.wanted, Wanted::HiddenStates(_));
        let n_prompt = running.job.prompt.len();
        self.params.unified_cache
            && is_reading
            && self.slots[slot].cached.is_empty()
            && self.piece(slot).positions.len() == n_prompt
    }

    /// The next piece of the prompt in `slot`.
    fn piece(&self, slot: usize) -> Piece {
        let start = self.slots[slot].cached.len();
        let Some(running) = &self.slots[slot].running else {
            return Piece { slot, positions: start..start, n_outputs: 0 };
        };
        let end = running.job.prompt.len().min(start + self.context.n_batch());
        // As many outputs as the context was made for.
        let first = running.job.first_output().max(start);
        let end = end.min(first + self.context.n_outputs());
        Piece { slot, positions: start..end, n_outputs: end.saturating_sub(first) }
    }

    /// Processes the next piece of the prompt in each of `slots`.
    pub(super) fn prefill(&mut self, slots: &[usize], sink: &mut Sink<'_>) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        let pieces: Vec<Piece> = slots.iter().map(|slot| self.piece(*slot)).collect();
        let mut rows: Vec<SteeringRows> = vec![];
        for piece in &pieces {
            let Some(running) = &self.slots[piece.slot].running else { continue };
            let first = running.job.first_output();
            for position in piece.positions.clone() {
                batch.push(running.job.prompt[position], position, piece.slot, position >= first);
                rows.push(running.job.rows.clone());
            }
        }
        let capture = self.begin_reading(&pieces);
        self.n_prefilled += batch.len();
        let cancel = match slots {
            [slot] => self.slots[*slot].running.as_ref().map(|running| running.job.cancel.clone()),
            _ => None,
        };
        let decoded = match self.steer(rows) {
            Ok(steer) => {
                self.context.decode(&mut batch, Call { steer: steer.borrow(), cancel: cancel.as_ref(), capture })
            }
            Err(error) => Err(error),
        };
        self.batch = batch;
        match decoded {
            Ok(Decoded::Done) => self.take_prefilled(&pieces, capture, sink),
            Ok(Decoded::Cancelled) => {
                for piece in &pieces {
                    self.cut(piece.slot, piece.positions.start);
                    self.finish(piece.slot, FinishReason::Interrupted, sink);
                }
            }
            Err(error) => {
                for piece in &pieces {
                    self.fail(piece.slot, error.for_another(), sink);
                }
            }
        }
    }

    /// Takes what a decode call made of prompts.
    fn take_prefilled(&mut self, pieces: &[Piece], is_read: bool, sink: &mut Sink<'_>) {
        let mut first_row = 0;
        let mut read = vec![];
        for piece in pieces {
            let slot = piece.slot;
            let Some(running) = &mut self.slots[slot].running else { continue };
            let tokens = running.job.prompt[piece.positions.clone()].to_vec();
            let is_whole = piece.positions.end == running.job.prompt.len();
            if is_whole {
                running.has_prefilled();
            }
            let output_rows = first_row + piece.positions.len() - piece.n_outputs..first_row + piece.positions.len();
            first_row += piece.positions.len();
            let wants_text = matches!(running.job.wanted, Wanted::Text { .. });
            let wants_logits = matches!(running.job.wanted, Wanted::Logits { .. });
            let (id, of) = (running.job.id, running.job.prompt.len());
            self.slots[slot].cached.extend(tokens);
            if wants_text && sink(id, Event::Prompt { done: piece.positions.end, of }).is_break() {
                self.finish(slot, FinishReason::Interrupted, sink);
                continue;
            }
            if wants_logits {
                self.give_logits(slot, output_rows, is_whole, sink);
            } else if wants_text && is_whole {
                self.advance(slot, output_rows.start, sink);
            } else if is_read && is_whole {
                read.push(slot);
            }
        }
        self.give_states(&read, sink);
    }

    /// Gives out the logits of `rows` of the last call.
    fn give_logits(&mut self, slot: usize, rows: Range<usize>, is_whole: bool, sink: &mut Sink<'_>) {
        let Some(mut running) = self.slots[slot].running.take() else { return };
        let (id, alpha) = (running.job.id, running.job.rows.strongest_alpha());
        let mut ended = is_whole.then_some(FinishReason::EndOfTurn);
        let mut failed = None;
        for row in rows {
            match logits::usable(&mut self.context, row, alpha) {
                Ok(logits) => {
                    running.is_checked = true;
                    let index = running.n_outputs;
                    running.n_outputs += 1;
                    if sink(id, Event::Logits { index, logits }).is_break() {
                        ended = Some(FinishReason::Interrupted);
                        break;
                    }
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        self.slots[slot].running = Some(running);
        match (failed, ended) {
            (Some(error), _) => self.fail(slot, error, sink),
            (None, Some(finish)) => self.finish(slot, finish, sink),
            (None, None) => {}
        }
    }
}
