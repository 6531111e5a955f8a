//! Room in the cache: little at first, more as the conversation grows.
//!
//! llama.cpp sets aside, and overwrites with zeros, a cache for as many tokens as a context may ever hold, and buffers
//! that grow with it. Most conversations are short, so a session begins with a small context and moves into one of
//! twice the size when it must. The cache's numbers are copied, so nothing is computed twice and answers stay the same
//! to the bit, whatever α they were processed under.

use super::super::boundary::{Context, state_is_whole};
use super::super::error::EngineError;
use super::super::model::Model;
use super::super::options::ContextOptions;
use super::Session;

/// Tokens of the first context. Not fewer than a micro-batch: prompts are cut the same way in every context.
const FIRST_ROOM: u32 = 512;

/// llama.cpp makes every context a multiple of this.
const STEP: usize = 256;

/// Tokens that are kept free behind a prompt when it makes the context grow.
const ANSWER_ROOM: usize = 256;

/// Tokens of the first context of a session that may grow to `options.n_ctx`.
pub(super) fn first_room(model: &Model, options: &ContextOptions) -> u32 {
    if state_is_whole(model) { options.n_ctx.min(FIRST_ROOM) } else { options.n_ctx }
}

/// Tokens of the next context, from `now` to something of at least `needed` and at most `limit`.
fn next_room(now: usize, needed: usize, limit: usize) -> usize {
    needed.max(2 * now).next_multiple_of(STEP).min(limit)
}

impl Session<'_> {
    /// Tokens that the context holds, or would hold once it has grown.
    #[must_use]
    pub fn n_ctx(&self) -> usize {
        (self.options.n_ctx as usize).next_multiple_of(STEP).max(self.context.n_ctx())
    }

    /// Makes room for a prompt of `n_prompt` tokens and the beginning of its answer.
    ///
    /// # Errors
    /// A larger context cannot be made. The session goes on in the one it has, and [`Self::n_ctx`] is from now on what
    /// that holds.
    pub fn make_room(&mut self, n_prompt: usize) -> Result<(), EngineError> {
        // One place is for the first token of the answer.
        if n_prompt < self.context.n_ctx() { Ok(()) } else { self.grow(n_prompt + ANSWER_ROOM) }
    }

    /// Moves into a context of at least `n_tokens`, if that is within the limit.
    pub(super) fn grow(&mut self, n_tokens: usize) -> Result<(), EngineError> {
        let (now, limit) = (self.context.n_ctx(), self.n_ctx());
        if now >= limit {
            return Ok(());
        }
        let moved = self.move_to(next_room(now, n_tokens, limit));
        if let Err(error) = &moved {
            tracing::warn!("the context stays at {now} tokens: {error}");
            self.options.n_ctx = u32::try_from(now).unwrap_or(u32::MAX);
        }
        moved
    }

    fn move_to(&mut self, n_ctx: usize) -> Result<(), EngineError> {
        let n_ctx = u32::try_from(n_ctx).unwrap_or(u32::MAX);
        let options = ContextOptions { n_ctx, ..self.options.clone() };
        let mut context = Context::new(self.model(), &options, self.interrupter.clone().into_flag())?;
        self.steering.apply(&mut context, &mut self.dense)?;
        if !self.cached.is_empty() {
            let state = self.context.sequence_state(0);
            if !context.restore_sequence(0, &state) {
                return Err(EngineError::Context { n_ctx, complaints: super::super::logs::last_complaints() });
            }
        }
        self.context = context;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::{CacheType, LoadOptions, Sampler, Sampling, Steering, Token};

    #[test]
    fn room_doubles_or_fits_and_stays_within_the_limit() {
        assert_eq!(next_room(512, 513, 4096), 1024);
        assert_eq!(next_room(512, 1500, 4096), 1536);
        assert_eq!(next_room(2048, 2049, 4096), 4096);
        assert_eq!(next_room(2048, 2049, 3072), 3072);
    }

    fn demo() -> Model {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo.Q8_0.gguf");
        let options = ContextOptions::for_chat(Model::outline(&path).unwrap(), None);
        Model::load(&path, &options, LoadOptions::default()).unwrap()
    }

    fn options(model: &Model) -> ContextOptions {
        ContextOptions::for_chat(Model::outline(model.path()).unwrap(), None)
    }

    fn long_prompt(model: &Model, n: usize) -> Vec<Token> {
        model.tokenize(&"the press and the lathe ".repeat(n)).into_iter().take(n).collect()
    }

    /// The logits after a conversation that outgrew its first context are those of one that never had to.
    #[test]
    fn nothing_changes_when_the_context_grows() {
        let model = demo();
        let options = options(&model);
        let prompt = long_prompt(&model, 700);
        let mut grown = Session::new(&model, &options, Steering::default()).unwrap();
        let mut whole = Session::new(&model, &options, Steering::default()).unwrap();
        whole.move_to(whole.n_ctx()).unwrap();
        assert_eq!((grown.context.n_ctx(), whole.context.n_ctx()), (512, whole.n_ctx()));
        // In steps, so that what was processed before the move is really copied.
        for n in [300, 400, 500, 700] {
            assert!(grown.logits(&prompt[..n]).unwrap() == whole.logits(&prompt[..n]).unwrap(), "{n} tokens");
            assert_eq!(grown.n_cached(), n);
        }
        assert_eq!((grown.context.n_ctx(), grown.n_ctx()), (1024, whole.n_ctx()));
        // And cut back to what was processed before it.
        assert!(grown.logits(&prompt[..200]).unwrap() == whole.logits(&prompt[..200]).unwrap());
    }

    #[test]
    fn a_context_that_cannot_grow_stays_and_the_answer_ends_there() {
        use crate::engine::{FinishReason, Limits};
        let model = demo();
        let mut session = Session::new(&model, &options(&model), Steering::default()).unwrap();
        let prompt = long_prompt(&model, 500);
        let before = session.logits(&prompt).unwrap();
        // llama.cpp refuses this one: a cache of blocks needs fused attention.
        session.options.cache_type = CacheType::Q8_0;
        let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab());
        let limits = Limits { max_tokens: None, ignore_end: true };
        let mut ignore = |_: &str| std::ops::ControlFlow::Continue(());
        let answer = session.answer(&prompt, &mut sampler, limits, &mut ignore).unwrap();
        assert_eq!(answer.finish, FinishReason::ContextFull);
        assert_eq!((session.n_ctx(), session.n_cached()), (512, 512));
        assert!(matches!(session.logits(&long_prompt(&model, 600)), Err(EngineError::PromptTooLong { .. })));
        assert!(session.logits(&prompt).unwrap() == before);
    }
}
