//! From logits to the next token, until one has to be processed or the answer ends.

use super::running::{Phase, Running};
use super::{Scheduler, Sink};
use crate::engine::error::EngineError;
use crate::engine::lead::{Lead, Step};
use crate::engine::logits;
use crate::engine::model::{Model, Token};
use crate::engine::request::{FinishReason, Limits};
use crate::engine::sampler::Sampler;

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
            let model = self.context.model().clone();
            let logits = logits::usable(&mut self.context, row, alpha)?;
            running.is_checked = true;
            let mut lead = std::mem::take(&mut running.lead);
            let Some((sampler, limits)) = running.answering() else { return Ok(Next::End(FinishReason::EndOfTurn)) };
            let token = if lead.is_over() {
                let token = sampler.choose(logits)?;
                sampler.accept(token)?;
                token
            } else {
                let token = choose_in_lead(&lead, sampler, limits, &model, logits);
                sampler.accept_freely(token);
                lead.push(&piece(&model, token, limits));
                token
            };
            if !limits.ignore_end && model.ends_answer(token) {
                return Ok(Next::End(FinishReason::EndOfTurn));
            }
            let piece = piece(&model, token, limits);
            running.lead = lead;
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

/// Tokens that are tried in a lead before one is taken as it is.
const MAX_TRIES: usize = 32;

/// The next token before the constraint applies: not one that ends the answer there, nor one that is half of the lead and
/// half of what must follow the constraint.
fn choose_in_lead(lead: &Lead, sampler: &mut Sampler, limits: &Limits, model: &Model, logits: &[f32]) -> Token {
    let mut banned = vec![];
    loop {
        let token = sampler.choose_freely(logits, &banned);
        let is_torn = || lead.step(&piece(model, token, limits)) == Step::Torn;
        let is_wrong = (!limits.ignore_end && model.ends_answer(token)) || is_torn();
        if !is_wrong || banned.len() == MAX_TRIES {
            return token;
        }
        banned.push(token);
    }
}

/// What `token` adds to the answer.
fn piece(model: &Model, token: Token, limits: &Limits) -> Vec<u8> {
    if limits.shown_tokens.contains(&token) { model.written_piece(token) } else { model.piece(token) }
}
