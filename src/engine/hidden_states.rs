//! Hidden states of many prompts: the output of every block at the last tokens of each (Jailbreak Antidote, section
//! 3.1), several prompts in one batch.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use super::cancel::CancelToken;
use super::context_params::ContextParams;
use super::error::EngineError;
use super::model::{Model, Token};
use super::options::{ContextOptions, Speculation};
use super::reading::Reading;
use super::request::{Event, FinishReason, Request, Reuse, Wanted};
use super::scheduler::Scheduler;
use super::steering::Steering;

/// Prompts that share a batch. More would not be faster: a batch of 512 rows keeps every core busy already.
const PROMPTS_AT_ONCE: u32 = 32;

/// What the tokens that are read may take at once, as logits (which llama.cpp sets room aside for) and as states. With
/// one token a prompt this is no limit.
const OUTPUT_BYTES: usize = 64 << 20;

/// Reads hidden states out of a model; of the plain one, unless it is steered.
pub struct HiddenStates {
    scheduler: Scheduler,
    reading: Reading,
    prompts_at_once: usize,
    outputs_at_once: usize,
    n_batch: usize,
    steering: Steering,
    cancel: CancelToken,
}

impl HiddenStates {
    /// Makes a context for capture at the last token of prompts of any length. `options` gives threads, attention and
    /// micro-batch.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn new(model: &Arc<Model>, options: &ContextOptions) -> Result<Self, EngineError> {
        Self::with_reading(model, options, Reading::Last)
    }

    /// Makes a context that is just large enough for `prompts`: a longer cache would take memory, and time, because
    /// its values lie further apart.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn for_prompts(
        model: &Arc<Model>,
        options: &ContextOptions,
        reading: Reading,
        prompts: &[Vec<Token>],
    ) -> Result<Self, EngineError> {
        let longest = prompts.iter().map(Vec::len).max().unwrap_or(1);
        let longest = u32::try_from(longest).unwrap_or(u32::MAX);
        let n_ctx = options.n_ctx.min(longest.max(options.n_batch));
        Self::with_reading(model, &ContextOptions { n_ctx, ..options.clone() }, reading)
    }

    fn with_reading(model: &Arc<Model>, options: &ContextOptions, reading: Reading) -> Result<Self, EngineError> {
        // A running state mixes rows of different sequences in an order of its own, so there it is one at a time.
        let prompts_at_once = if model.is_recurrent() { 1 } else { PROMPTS_AT_ONCE };
        let n_batch = options.n_batch.min(options.n_ctx);
        let outputs_at_once = outputs_at_once(model, reading, prompts_at_once as usize, n_batch as usize);
        let params = ContextParams {
            watch: true,
            unified_cache: true,
            n_slots: prompts_at_once,
            // llama.cpp sets room aside for an output of every sequence, whether it is asked for or not.
            n_outputs: u32::try_from(outputs_at_once).unwrap_or(n_batch).max(prompts_at_once),
            n_batch,
            grows: false,
            ..ContextParams::for_one(model, &ContextOptions { speculation: Speculation::Off, ..options.clone() })
        };
        Ok(Self {
            scheduler: Scheduler::new(model, params)?,
            reading,
            prompts_at_once: prompts_at_once as usize,
            outputs_at_once,
            n_batch: n_batch as usize,
            steering: Steering::default(),
            cancel: CancelToken::default(),
        })
    }

    /// From now on the states are those of the model under `steering`.
    ///
    /// # Errors
    /// It was not verified on this model, or an α is not finite.
    pub fn steer(&mut self, steering: &Steering) -> Result<(), EngineError> {
        steering.check(self.scheduler.model())?;
        self.steering = steering.clone();
        Ok(())
    }

    /// Stops reading within one layer, for good: it then fails with [`EngineError::Interrupted`].
    #[must_use]
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    fn n_values(&self) -> usize {
        let model = self.scheduler.model();
        self.reading.n_rows() * model.n_layer() * model.n_embd()
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
        let values = self.n_values();
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
        let values = self.n_values();
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
            if group > 0 && (rows > self.n_batch || outputs > self.outputs_at_once) {
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
        let n_ctx = self.scheduler.n_ctx();
        if n_prompt > n_ctx {
            return Err(EngineError::PromptTooLong { n_prompt, n_ctx });
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
        let request = |prompt: &Vec<Token>| {
            let wanted = Wanted::HiddenStates(self.reading);
            Request { reuse: Reuse::NOTHING, ..Request::new(prompt.clone(), self.steering.clone(), wanted) }
                .cancelled_by(&self.cancel)
        };
        let requests: Vec<Request> = prompts.iter().map(request).collect();
        let ids: Vec<_> = requests.into_iter().map(|request| self.scheduler.submit(request)).collect();
        let n_values = self.n_values();
        let mut states = vec![0.0; prompts.len() * n_values];
        let mut result = Ok(());
        self.scheduler.run(&mut |id, event| {
            match event {
                Event::HiddenStates(read) => {
                    if let Some(place) = ids.iter().position(|other| *other == id) {
                        states[place * n_values..][..n_values].copy_from_slice(read);
                    }
                }
                Event::Done { completion, .. } if completion.finish == FinishReason::Interrupted => {
                    result = Err(EngineError::Interrupted);
                }
                Event::Failed { error, .. } => result = Err(error),
                Event::Done { .. } | Event::Prompt { .. } | Event::Text(_) | Event::Logits { .. } => {}
            }
            ControlFlow::Continue(())
        });
        result.map(|()| states)
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
