//! From logits to the next token, until one has to be processed or the answer ends.

use super::running::{Phase, Running};
use super::{Scheduler, Sink};
use crate::engine::error::EngineError;
use crate::engine::logits;
use crate::engine::model::Token;
use crate::engine::request::FinishReason;

/// What becomes of an answer.
enum Next {
    Process(Token),
    End(FinishReason),
}

impl Scheduler {
    /// Goes on with the answer in `slot`, whose next logits are in row `row` of the last call and, behind it, those of what
    /// was drafted.
    pub(super) fn advance(&mut self, slot: usize, row: usize, sink: &mut Sink<'_>) {
        let Some(mut running) = self.slots[slot].running.take() else { return };
        let next = self.choose(slot, row, &mut running, sink);
        let is_over = matches!(next, Ok(Next::End(_)) | Err(_));
        if !is_over && running.draft.roll_back(&mut self.slots[slot].lookup) {
            let n = self.slots[slot].cached.len();
            self.cut(slot, n);
            if self.slots[slot].cached.len() != n {
                // Only caches that can be cut are guessed in; this one has forgotten the conversation.
                self.slots[slot].running = Some(running);
                let error = EngineError::Decode { code: 0, complaints: vec!["this cache cannot be cut".to_owned()] };
                return self.fail(slot, error, sink);
            }
        }
        if let Ok(Next::Process(token)) = next {
            running.phase = Phase::Decode { next: token };
        }
        self.slots[slot].running = Some(running);
        match next {
            Ok(Next::Process(_)) => {}
            Ok(Next::End(finish)) => self.finish(slot, finish, sink),
            Err(error) => self.fail(slot, error, sink),
        }
    }

    fn choose(
        &mut self,
        slot: usize,
        first_row: usize,
        running: &mut Running,
        sink: &mut Sink<'_>,
    ) -> Result<Next, EngineError> {
        let alpha = running.job.rows.strongest_alpha();
        let mut row = first_row;
        loop {
            if running.left() == 0 {
                return Ok(Next::End(FinishReason::Length));
            }
            if running.job.cancel.is_cancelled() {
                return Ok(Next::End(FinishReason::Interrupted));
            }
            let logits = logits::usable(&mut self.context, row, alpha)?;
            running.is_checked = true;
            let Some((sampler, limits)) = running.answering() else { return Ok(Next::End(FinishReason::EndOfTurn)) };
            let token = sampler.choose(logits);
            sampler.accept(token);
            let (goes_on, is_shown) = (limits.ignore_end, limits.shown_tokens.contains(&token));
            let model = self.context.model();
            if !goes_on && model.ends_answer(token) {
                return Ok(Next::End(FinishReason::EndOfTurn));
            }
            let piece = if is_shown { model.written_piece(token) } else { model.piece(token) };
            if let Some(finish) = running.say(&piece, sink) {
                return Ok(Next::End(finish));
            }
            if running.draft.verify(token) {
                self.slots[slot].cached.push(token);
                running.accepted += 1;
                running.decoded += 1;
                row += 1;
                continue;
            }
            if running.left() == 0 {
                return Ok(Next::End(FinishReason::Length));
            }
            return Ok(Next::Process(token));
        }
    }
}
