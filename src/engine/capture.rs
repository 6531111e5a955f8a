//! Hidden states of many prompts: the output of every block at the last tokens of each (Jailbreak Antidote, section
//! 3.1), several prompts in one batch.

use std::ops::Range;

use super::boundary::{Batch, Context};
use super::error::EngineError;
use super::model::{Model, Token};
use super::options::ContextOptions;
use super::session::Interrupter;
use super::steering::Steering;

/// Prompts that share a batch. More would not be faster: a batch of 512 rows keeps every core busy already.
const PROMPTS_AT_ONCE: u32 = 32;

/// What the tokens that are read may take at once, as logits (which llama.cpp sets room aside for) and as states. With
/// one token a prompt this is no limit.
const OUTPUT_BYTES: usize = 64 << 20;

/// Which of a prompt's tokens are read, and what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The last one: one row a prompt.
    Last,
    /// The mean of the last so many, or of all if there are fewer: one row a prompt.
    MeanOfLast(usize),
    /// The last so many, a row each, in their order.
    EachOfLast(usize),
}

impl Reading {
    /// Rows that a prompt gives.
    #[must_use]
    pub fn n_rows(self) -> usize {
        match self {
            Self::Last | Self::MeanOfLast(_) => 1,
            Self::EachOfLast(n) => n,
        }
    }

    /// Tokens that are read of a prompt that is long enough.
    fn n_tokens(self) -> usize {
        match self {
            Self::Last => 1,
            Self::MeanOfLast(n) | Self::EachOfLast(n) => n,
        }
    }

    /// Positions that are read of a prompt of `n_prompt` tokens.
    fn positions(self, n_prompt: usize) -> Range<usize> {
        n_prompt.saturating_sub(self.n_tokens())..n_prompt
    }

    /// Which of the prompt's rows the `index`-th token that is read goes into.
    fn row(self, index: usize) -> usize {
        match self {
            Self::Last | Self::MeanOfLast(_) => 0,
            Self::EachOfLast(_) => index,
        }
    }
}

/// Reads hidden states out of a model; of the plain one, unless it is steered.
pub struct HiddenStates<'model> {
    context: Context<'model>,
    reading: Reading,
    prompts_at_once: usize,
    outputs_at_once: usize,
    interrupter: Interrupter,
}

impl<'model> HiddenStates<'model> {
    /// Makes a context for capture at the last token of prompts of any length. `options` gives threads, attention and
    /// micro-batch.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn new(model: &'model Model, options: &ContextOptions) -> Result<Self, EngineError> {
        Self::with_reading(model, options, Reading::Last)
    }

    /// Makes a context that is just large enough for `prompts`: a longer cache would take memory, and time, because
    /// its values lie further apart.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn for_prompts(
        model: &'model Model,
        options: &ContextOptions,
        reading: Reading,
        prompts: &[Vec<Token>],
    ) -> Result<Self, EngineError> {
        let longest = prompts.iter().map(Vec::len).max().unwrap_or(1);
        let longest = u32::try_from(longest).unwrap_or(u32::MAX);
        let n_ctx = options.n_ctx.min(longest.max(options.n_batch));
        Self::with_reading(model, &ContextOptions { n_ctx, ..options.clone() }, reading)
    }

    fn with_reading(model: &'model Model, options: &ContextOptions, reading: Reading) -> Result<Self, EngineError> {
        // A running state mixes rows of different sequences in an order of its own, so there it is one at a time.
        let prompts_at_once = if model.is_recurrent() { 1 } else { PROMPTS_AT_ONCE };
        let n_batch = options.n_batch.min(options.n_ctx);
        let outputs_at_once = outputs_at_once(model, reading, prompts_at_once as usize, n_batch as usize);
        let options = ContextOptions {
            capture: true,
            unified_cache: true,
            n_seq_max: prompts_at_once,
            // llama.cpp sets room aside for an output of every sequence, whether it is asked for or not.
            n_outputs_max: u32::try_from(outputs_at_once).unwrap_or(n_batch).max(prompts_at_once),
            n_batch,
            ..options.clone()
        };
        let interrupter = Interrupter::default();
        let context = Context::new(model, &options, interrupter.clone().into_flag())?;
        Ok(Self { context, reading, prompts_at_once: prompts_at_once as usize, outputs_at_once, interrupter })
    }

    /// From now on the states are those of the model under `steering`. Whether it is live is not checked here: this is
    /// how one looks.
    ///
    /// # Errors
    /// It does not fit the model, or llama.cpp refused it.
    pub fn steer(&mut self, steering: &Steering) -> Result<(), EngineError> {
        let model = self.context.model();
        steering.check(model)?;
        let mut dense = vec![0.0; model.n_embd() * (model.n_layer() - 1)];
        steering.apply(&mut self.context, &mut dense)
    }

    /// A handle that stops reading within one layer: it then fails with [`EngineError::Interrupted`].
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// Hidden states of every prompt in turn: `on_state(prompt, states)` with `states` of shape
    /// `[rows of a prompt, n_layer, n_embd]`, layer `il` being the output of block `il`.
    ///
    /// # Errors
    /// As for [`Self::read_batches`].
    pub fn read<E: From<EngineError>>(
        &mut self,
        prompts: &[Vec<Token>],
        mut on_state: impl FnMut(usize, &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let values = self.reading.n_rows() * self.context.model().n_layer() * self.context.model().n_embd();
        self.read_batches(prompts, 0, |batch, states| {
            batch.zip(states.chunks_exact(values)).try_for_each(|(prompt, state)| on_state(prompt, state))
        })
    }

    /// Hidden states of the prompts from number `first` on, a batch at a time: `on_batch(prompts, states)` with
    /// `states` of shape `[prompts, rows of a prompt, n_layer, n_embd]`.
    ///
    /// Which prompts share a batch depends on all of `prompts` and not on `first`, because it decides the last bits of
    /// the states: sums are taken in another order in a batch of another shape.
    ///
    /// # Errors
    /// A prompt is empty, longer than the context or shorter than what is to be read of it, an architecture does not
    /// show its blocks' outputs, llama.cpp failed, it was interrupted, or whatever `on_batch` returns.
    pub fn read_batches<E: From<EngineError>>(
        &mut self,
        prompts: &[Vec<Token>],
        first: usize,
        mut on_batch: impl FnMut(Range<usize>, &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let values = self.reading.n_rows() * self.context.model().n_layer() * self.context.model().n_embd();
        let mut next = 0;
        while next < prompts.len() {
            let batch = next..next + self.group(&prompts[next..])?;
            next = batch.end;
            if batch.end <= first {
                continue;
            }
            let states = self.read_group(&prompts[batch.clone()])?;
            let done = first.saturating_sub(batch.start);
            on_batch(batch.start + done..batch.end, &states[done * values..])?;
        }
        Ok(())
    }

    /// How many of `prompts` go into the next batch: as many as fit into one micro-batch and the cache. A prompt
    /// that is longer than a micro-batch goes alone.
    fn group(&self, prompts: &[Vec<Token>]) -> Result<usize, EngineError> {
        let (mut group, mut rows, mut outputs) = (0, 0, 0);
        for prompt in prompts.iter().take(self.prompts_at_once) {
            self.check(prompt)?;
            rows += prompt.len();
            outputs += self.reading.positions(prompt.len()).len();
            if group > 0 && (rows > self.context.n_batch() || outputs > self.outputs_at_once) {
                break;
            }
            group += 1;
        }
        Ok(group)
    }

    /// Whether `prompt` can be read.
    ///
    /// # Errors
    /// It is empty, longer than the context, or shorter than what is to be read of it.
    pub fn check(&self, prompt: &[Token]) -> Result<(), EngineError> {
        let n_prompt = prompt.len();
        if prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        if n_prompt > self.context.n_ctx() {
            return Err(EngineError::PromptTooLong { n_prompt, n_ctx: self.context.n_ctx() });
        }
        match self.reading {
            Reading::EachOfLast(n) if n > n_prompt => {
                Err(EngineError::Capture(format!("the prompt has {n_prompt} tokens, and {n} are to be read")))
            }
            _ => Ok(()),
        }
    }

    /// States of a group that [`Self::group`] put together: `[prompts, rows of a prompt, n_layer, n_embd]`.
    fn read_group(&mut self, prompts: &[Vec<Token>]) -> Result<Vec<f32>, EngineError> {
        self.context.clear_cache();
        let reading = self.reading;
        let rows_of = |(number, prompt): (usize, &Vec<Token>)| {
            (0..reading.positions(prompt.len()).len()).map(move |index| number * reading.n_rows() + reading.row(index))
        };
        self.context.begin_states(prompts.iter().enumerate().flat_map(rows_of).collect());
        let mut batch = Batch::default();
        for (sequence, prompt) in prompts.iter().enumerate() {
            let read = reading.positions(prompt.len());
            for (position, token) in prompt.iter().enumerate() {
                // Only a prompt that goes alone is longer than a micro-batch.
                if batch.len() == self.context.n_batch() {
                    self.context.decode_whole(&mut batch)?;
                    batch.clear();
                }
                batch.push(*token, position, sequence, read.contains(&position));
            }
        }
        self.context.decode_whole(&mut batch)?;
        self.context.take_states()
    }
}

/// Tokens that are read in one micro-batch at most: all that as many prompts can ask for, or what memory allows, but
/// never less than one prompt needs.
fn outputs_at_once(model: &Model, reading: Reading, prompts_at_once: usize, n_batch: usize) -> usize {
    let of_one = reading.n_tokens().min(n_batch);
    let logits = size_of::<f32>() * model.n_vocab();
    let state = match reading {
        // These are summed up as they come.
        Reading::Last | Reading::MeanOfLast(_) => 0,
        Reading::EachOfLast(_) => size_of::<f32>() * model.n_layer() * model.n_embd(),
    };
    let affordable = OUTPUT_BYTES / logits.max(state).max(1);
    let wanted = of_one.saturating_mul(prompts_at_once).min(n_batch);
    if reading.n_tokens() == 1 { wanted } else { wanted.min(affordable).max(of_one) }
}
