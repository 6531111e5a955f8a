//! KV capacity: little at first, more as the conversation grows.
//!
//! llama.cpp sets aside, and overwrites with zeros, a cache for as many tokens as a context may ever hold, and buffers
//! that grow with it. Most conversations are short, so a scheduler with one slot begins with a small context and moves
//! into one of twice the size when it must. The cache's numbers are copied, so nothing is computed twice and answers
//! stay the same to the bit, whatever α they were processed under.

use super::Scheduler;
use crate::engine::context_params::{CACHE_STEP, ContextParams};
use crate::engine::error::EngineError;
use crate::engine::ffi::Context;
use crate::engine::request::FinishReason;

/// Tokens of the first context. Not fewer than a micro-batch: prompts are cut the same way in every context.
const FIRST: u32 = 512;

/// Tokens that are kept free behind a prompt when it makes the context grow.
const ANSWER: usize = 256;

/// Tokens of the first context of a scheduler that may grow to `params.n_ctx`.
pub(super) fn first(params: &ContextParams) -> u32 {
    if params.grows { params.n_ctx.min(FIRST) } else { params.n_ctx }
}

/// Tokens of the next context, from `now` to something of at least `needed` and at most `limit`.
fn next(now: usize, needed: usize, limit: usize) -> usize {
    needed.max(2 * now).next_multiple_of(CACHE_STEP as usize).min(limit)
}

impl Scheduler {
    /// Tokens that a prompt and its answer may have together: what a slot holds, or would hold once it has grown.
    #[must_use]
    pub fn n_ctx(&self) -> usize {
        let (now, wanted) = (self.context.n_ctx_of_sequence(), self.params.n_ctx as usize);
        match self.slots.len() {
            // llama.cpp rounds up what it is asked for; whoever asked means what was said.
            1 if self.params.grows => wanted,
            1 => wanted.min(now),
            _ => now,
        }
    }

    /// Makes room for a prompt of `n_prompt` tokens and the beginning of its answer, while nothing runs.
    ///
    /// # Errors
    /// A larger context cannot be made. The scheduler goes on in the one it has, and [`Self::n_ctx`] is from now on what
    /// that holds.
    pub fn grow_context(&mut self, n_prompt: usize) -> Result<(), EngineError> {
        // One place is for the first token of the answer.
        self.grow_for_prompt(n_prompt + 1)
    }

    /// The same for `n_tokens` places.
    pub(super) fn grow_for_prompt(&mut self, n_tokens: usize) -> Result<(), EngineError> {
        if n_tokens <= self.context.n_ctx_of_sequence() { Ok(()) } else { self.grow(n_tokens + ANSWER) }
    }

    /// Makes sure that the answer in `slot` has a place for its next token.
    pub(super) fn make_place(&mut self, slot: usize) -> Result<(), FinishReason> {
        let n = self.slots[slot].cached.len();
        if n >= self.capacity() {
            // What went wrong is logged; for whoever reads the answer this is where the context ends.
            let _ = self.grow(n + 1);
        }
        if n >= self.capacity() { Err(FinishReason::ContextFull) } else { Ok(()) }
    }

    /// Tokens that a slot takes now, before it grows.
    pub(super) fn capacity(&self) -> usize {
        self.context.n_ctx_of_sequence().min(self.n_ctx())
    }

    /// Moves into a context of at least `n_tokens`, if that is within the limit.
    fn grow(&mut self, n_tokens: usize) -> Result<(), EngineError> {
        let (now, limit) = (self.context.n_ctx_of_sequence(), self.n_ctx());
        if !self.params.grows || now >= limit {
            return Ok(());
        }
        let moved = self.move_to(next(now, n_tokens, limit));
        if let Err(error) = &moved {
            tracing::warn!("the context stays at {now} tokens: {error}");
            self.params.n_ctx = u32::try_from(now).unwrap_or(u32::MAX);
        }
        moved
    }

    pub(super) fn move_to(&mut self, n_ctx: usize) -> Result<(), EngineError> {
        let n_ctx = u32::try_from(n_ctx).unwrap_or(u32::MAX);
        let mut context = Context::new(self.model(), &ContextParams { n_ctx, ..self.params.clone() })?;
        if !self.slots[0].cached.is_empty() {
            let state = self.context.sequence_state(0);
            context.restore_sequence(0, &state)?;
        }
        self.context = context;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn capacity_doubles_or_fits_and_stays_within_the_limit() {
        assert_eq!(next(512, 513, 4096), 1024);
        assert_eq!(next(512, 1500, 4096), 1536);
        assert_eq!(next(2048, 2049, 4096), 4096);
        assert_eq!(next(2048, 2049, 3072), 3072);
    }
}
