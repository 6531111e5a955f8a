//! Hidden states of many prompts: the output of every block at the last prompt token (Jailbreak Antidote,
//! section 3.1), several prompts in one batch.

use super::boundary::{Batch, Context, Decoded};
use super::error::EngineError;
use super::model::{Model, Token};
use super::options::ContextOptions;
use super::session::Interrupter;

/// Prompts that share a batch. More would not be faster: a batch of 512 rows keeps every core busy already.
const PROMPTS_AT_ONCE: u32 = 32;

/// Reads hidden states out of a model, without any steering.
pub struct HiddenStates<'model> {
    context: Context<'model>,
    prompts_at_once: usize,
    interrupter: Interrupter,
}

impl<'model> HiddenStates<'model> {
    /// Makes a context for capture. `options` gives threads, attention and micro-batch; the cache is sized to hold
    /// a full batch of prompts.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn new(model: &'model Model, options: &ContextOptions) -> Result<Self, EngineError> {
        // A running state mixes rows of different sequences in an order of its own, so there it is one at a time.
        let prompts_at_once = if model.is_recurrent() { 1 } else { PROMPTS_AT_ONCE };
        let options = ContextOptions { capture: true, n_seq_max: prompts_at_once, ..options.clone() };
        let interrupter = Interrupter::default();
        let context = Context::new(model, &options, interrupter.clone().into_flag())?;
        Ok(Self { context, prompts_at_once: prompts_at_once as usize, interrupter })
    }

    /// A handle that stops [`Self::read`] within one layer: it then fails with [`EngineError::Interrupted`].
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// Hidden states of every prompt in turn: `on_state(prompt, state)` with `state` of shape `[n_layer, n_embd]`,
    /// layer `il` being the output of block `il`.
    ///
    /// # Errors
    /// A prompt is empty or longer than the context, an architecture does not show its blocks' outputs, llama.cpp
    /// failed, it was interrupted, or whatever `on_state` returns.
    pub fn read<E: From<EngineError>>(
        &mut self,
        prompts: &[Vec<Token>],
        mut on_state: impl FnMut(usize, &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut next = 0;
        while next < prompts.len() {
            let group = self.group(&prompts[next..])?;
            let states = self.read_group(&prompts[next..next + group])?;
            let values = self.context.model().n_layer() * self.context.model().n_embd();
            for (offset, state) in states.chunks_exact(values).enumerate() {
                on_state(next + offset, state)?;
            }
            next += group;
        }
        Ok(())
    }

    /// How many of `prompts` go into the next batch: as many as fit into one micro-batch and the cache. A prompt
    /// that is longer than a micro-batch goes alone.
    fn group(&self, prompts: &[Vec<Token>]) -> Result<usize, EngineError> {
        let room = self.context.n_batch().min(self.context.n_ctx());
        let (mut group, mut rows) = (0, 0);
        for prompt in prompts.iter().take(self.prompts_at_once) {
            if prompt.is_empty() {
                return Err(EngineError::EmptyPrompt);
            }
            if prompt.len() > self.context.n_ctx() {
                return Err(EngineError::PromptTooLong { n_prompt: prompt.len(), n_ctx: self.context.n_ctx() });
            }
            rows += prompt.len();
            if group > 0 && rows > room {
                break;
            }
            group += 1;
        }
        Ok(group)
    }

    /// States of a group that [`Self::group`] put together: `[prompts, n_layer, n_embd]`.
    fn read_group(&mut self, prompts: &[Vec<Token>]) -> Result<Vec<f32>, EngineError> {
        self.context.clear_cache();
        let mut batch = Batch::default();
        for (sequence, prompt) in prompts.iter().enumerate() {
            let last = prompt.len() - 1;
            for (position, token) in prompt.iter().enumerate() {
                // Only a prompt that goes alone is longer than a micro-batch.
                if batch.len() == self.context.n_batch() {
                    self.decode(&mut batch)?;
                    batch.clear();
                }
                batch.push(*token, position, sequence, position == last);
            }
        }
        self.decode(&mut batch)?;
        self.context.take_states()
    }

    fn decode(&mut self, batch: &mut Batch) -> Result<(), EngineError> {
        match self.context.decode(batch)? {
            Decoded::Done => Ok(()),
            Decoded::Interrupted => Err(EngineError::Interrupted),
        }
    }
}
