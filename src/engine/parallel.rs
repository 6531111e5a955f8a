//! Many prompts answered at once in one context: the place of a sequence that has ended is taken by the next prompt
//! (continuous batching), and what all prompts begin with is processed once.
//!
//! Every sequence has a part of the cache to itself. In a cache for all, each of them would attend to the others'
//! tokens as well, only to mask them; and where its own tokens lie would depend on the others, and with that the order
//! of sums. Prompts are processed one by one, in batches of the same shape as those of a
//! [`Session`](super::Session): what a model answers then hardly depends on who shares the batch.

use super::boundary::{Batch, Context};
use super::error::EngineError;
use super::model::{Model, Token};
use super::options::ContextOptions;
use super::sampler::likeliest;
use super::session::{FinishReason, Interrupter};
use super::steering::Steering;
use super::text_stream::TextStream;
use super::{live_check, logits, memory};

/// A prompt to answer. The likeliest token is taken every time.
#[derive(Debug, Clone)]
pub struct Job {
    /// Names it in [`Done`].
    pub key: usize,
    /// The rendered prompt.
    pub prompt: Vec<Token>,
    /// New tokens at most.
    pub max_tokens: usize,
}

/// A finished answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The job's.
    pub key: usize,
    /// The text, whole characters only.
    pub text: String,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Tokens made; 0 with [`FinishReason::ContextFull`] means that the prompt alone does not fit.
    pub generated_tokens: usize,
    /// Why it ended.
    pub finish: FinishReason,
}

/// Where prompts come from and answers go. An answer may give rise to further prompts.
pub trait Work {
    /// What can go wrong.
    type Error: From<EngineError>;

    /// The next prompt; `None` if there is none before another answer is done.
    ///
    /// # Errors
    /// Whatever ends the work.
    fn next(&mut self) -> Result<Option<Job>, Self::Error>;

    /// Takes an answer.
    ///
    /// # Errors
    /// Whatever ends the work.
    fn done(&mut self, done: Done) -> Result<(), Self::Error>;
}

/// Bytes of KV cache that many sequences share by default, at most.
const CACHE_BYTES: u64 = 1 << 30;

/// Nor do they take more than this part of the memory. Of all of it and not of what happens to be free: how many sequences
/// share a batch can change an answer, and the same evaluation on the same machine is to give the same.
const SHARE_OF_MEMORY: u64 = 8;

/// Sequences more than this gain next to nothing: the products with the weights keep every core busy, and the fastest of them take 16
/// rows at once (measured at 0.37 B, Q4_0: 4, 8, 16 and 32 sequences make 200, 214, 286 and 294 tokens a second).
const MAX_SEQUENCES: u64 = 16;

/// The same for a tiny model, whose work of more sequences does not stay in the processor's cache (measured on the demo: 4, 8,
/// 16 and 32 sequences answer 2.9, 2.9, 2.4 and 2.4 times as much as one after another).
const MAX_SEQUENCES_TINY: u64 = 8;

/// How many sequences of `n_ctx` tokens `model` should answer at once.
#[must_use]
pub fn sequences_that_fit(model: &Model, n_ctx: u32, options: &ContextOptions) -> u32 {
    let tokens = u64::from(n_ctx.next_multiple_of(256));
    let bytes = model.n_cached_values().saturating_mul(options.cache_type.bits()).saturating_mul(tokens) / 8;
    let budget = memory::total().map_or(CACHE_BYTES, |total| CACHE_BYTES.min(total / SHARE_OF_MEMORY));
    let most = if model.is_tiny() { MAX_SEQUENCES_TINY } else { MAX_SEQUENCES };
    (budget / bytes.max(1)).clamp(1, most) as u32
}

/// A model that answers many prompts at once.
pub struct ParallelSession<'model> {
    context: Context<'model>,
    /// `[n_layer − 1, n_embd]`, as for a session.
    dense: Vec<f32>,
    alpha: f32,
    prefix: Vec<Token>,
    slots: Vec<Slot>,
    batch: Batch,
}

/// A sequence's part of the cache.
#[derive(Default)]
struct Slot {
    /// Whether it holds the shared prefix.
    has_prefix: bool,
    asked: Option<Asked>,
}

/// An answer in the making.
struct Asked {
    job: Job,
    /// Tokens in the cache.
    n_cached: usize,
    /// Chosen and not processed yet.
    next: Token,
    generated: usize,
    stream: TextStream,
    text: String,
}

impl<'model> ParallelSession<'model> {
    /// Makes a context as [`ContextOptions::for_many`] describes it, and checks that `steering` fits the model and
    /// reaches its logits. The session is plain until [`Self::begin`]. `interrupter` stops it.
    ///
    /// # Errors
    /// The context cannot be made, or steering would not do what it says.
    pub fn new(
        model: &'model Model,
        options: &ContextOptions,
        steering: &Steering,
        interrupter: &Interrupter,
    ) -> Result<Self, EngineError> {
        steering.check(model)?;
        let mut context = Context::new(model, options, interrupter.clone().into_flag())?;
        let mut dense = vec![0.0; model.n_embd() * (model.n_layer() - 1)];
        live_check::check(&mut context, steering, &mut dense)?;
        let slots = (0..options.n_seq_max).map(|_| Slot::default()).collect();
        Ok(Self { context, dense, alpha: 0.0, prefix: vec![], slots, batch: Batch::default() })
    }

    /// Tokens that a prompt and its answer may have together.
    #[must_use]
    pub fn n_ctx(&self) -> usize {
        self.context.n_ctx_of_sequence()
    }

    /// Puts `steering` in place and empties the cache; then processes `prefix`, which prompts begin with, for all of
    /// them.
    ///
    /// # Errors
    /// It does not fit the model, `prefix` is longer than the context, or llama.cpp failed.
    pub fn begin(&mut self, steering: &Steering, prefix: &[Token]) -> Result<(), EngineError> {
        let model = self.context.model();
        steering.check(model)?;
        steering.apply(&mut self.context, &mut self.dense)?;
        self.alpha = steering.strongest_alpha();
        self.context.clear_cache();
        self.slots.iter_mut().for_each(|slot| *slot = Slot::default());
        // A running state has no positions: what it holds cannot be cut back to the prefix.
        self.prefix = if model.is_recurrent() { vec![] } else { prefix.to_vec() };
        if self.prefix.is_empty() {
            return Ok(());
        }
        let prefix = std::mem::take(&mut self.prefix);
        let processed = self.process(0, 0, &prefix);
        self.prefix = prefix;
        processed?;
        for slot in 1..self.slots.len() {
            self.context.copy_sequence(0, slot);
        }
        self.slots.iter_mut().for_each(|slot| slot.has_prefix = true);
        Ok(())
    }

    /// Answers all that `work` gives out.
    ///
    /// # Errors
    /// A prompt is empty, the output is not finite, llama.cpp failed, it was interrupted, or whatever `work` says.
    pub fn answer<W: Work>(&mut self, work: &mut W) -> Result<(), W::Error> {
        let result = self.try_answer(work);
        if result.is_err() {
            // Nobody knows what the cache holds.
            self.context.wipe_cache();
            self.slots.iter_mut().for_each(|slot| *slot = Slot::default());
        }
        result
    }

    fn try_answer<W: Work>(&mut self, work: &mut W) -> Result<(), W::Error> {
        loop {
            for slot in 0..self.slots.len() {
                // A prompt that is answered at once leaves its place to the next.
                while self.slots[slot].asked.is_none() {
                    let Some(job) = work.next()? else { break };
                    if let Some(done) = self.admit(slot, job)? {
                        work.done(done)?;
                    }
                }
            }
            if self.slots.iter().all(|slot| slot.asked.is_none()) {
                return Ok(());
            }
            for done in self.step()? {
                work.done(done)?;
            }
        }
    }

    /// Processes a prompt into a free slot. Returns the answer if that is all of it.
    fn admit(&mut self, slot: usize, job: Job) -> Result<Option<Done>, EngineError> {
        let n_prompt = job.prompt.len();
        if n_prompt == 0 {
            return Err(EngineError::EmptyPrompt);
        }
        if n_prompt >= self.n_ctx() {
            return Ok(Some(Done {
                key: job.key,
                text: String::new(),
                prompt_tokens: n_prompt,
                generated_tokens: 0,
                finish: FinishReason::ContextFull,
            }));
        }
        let is_prefixed =
            self.slots[slot].has_prefix && n_prompt > self.prefix.len() && job.prompt.starts_with(&self.prefix);
        let reused = if is_prefixed { self.prefix.len() } else { 0 };
        if !self.context.truncate_sequence(slot, reused) {
            return Err(EngineError::Decode { code: 0, complaints: vec!["this cache cannot be emptied".to_owned()] });
        }
        self.slots[slot].has_prefix = is_prefixed;
        let row = self.process(slot, reused, &job.prompt[reused..])?;
        let next = self.choose(row)?;
        let (stream, text) = (TextStream::default(), String::new());
        let asked = Asked { n_cached: n_prompt, job, next, generated: 0, stream, text };
        Ok(self.settle(slot, asked))
    }

    /// One token more for every sequence. Returns the answers that ended.
    fn step(&mut self) -> Result<Vec<Done>, EngineError> {
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        for (sequence, slot) in self.slots.iter().enumerate() {
            if let Some(asked) = &slot.asked {
                batch.push(asked.next, asked.n_cached, sequence, true);
            }
        }
        let decoded = self.context.decode_whole(&mut batch);
        self.batch = batch;
        decoded?;
        let (mut done, mut row) = (vec![], 0);
        for slot in 0..self.slots.len() {
            let Some(mut asked) = self.slots[slot].asked.take() else { continue };
            asked.n_cached += 1;
            asked.next = self.choose(row)?;
            row += 1;
            done.extend(self.settle(slot, asked));
        }
        Ok(done)
    }

    /// Takes up the token that was chosen for `asked`. Returns the answer if it has ended; otherwise `slot` goes on.
    fn settle(&mut self, slot: usize, mut asked: Asked) -> Option<Done> {
        let model = self.context.model();
        let finish = if model.ends_answer(asked.next) {
            Some(FinishReason::EndOfTurn)
        } else {
            asked.generated += 1;
            asked.text.push_str(&asked.stream.push(&model.piece(asked.next)));
            if asked.generated >= asked.job.max_tokens {
                Some(FinishReason::Length)
            } else if asked.n_cached >= self.n_ctx() {
                Some(FinishReason::ContextFull)
            } else {
                None
            }
        };
        let Some(finish) = finish else {
            self.slots[slot].asked = Some(asked);
            return None;
        };
        asked.text.push_str(&asked.stream.finish());
        Some(Done {
            key: asked.job.key,
            text: asked.text,
            prompt_tokens: asked.job.prompt.len(),
            generated_tokens: asked.generated,
            finish,
        })
    }

    /// Processes `tokens` at `start` of a sequence. Returns the row of the last batch that has logits.
    fn process(&mut self, sequence: usize, start: usize, tokens: &[Token]) -> Result<usize, EngineError> {
        let mut batch = std::mem::take(&mut self.batch);
        let mut position = start;
        let mut result = Ok(());
        for part in tokens.chunks(self.context.n_batch()) {
            batch.clear();
            for token in part {
                batch.push(*token, position, sequence, position + 1 == start + tokens.len());
                position += 1;
            }
            result = self.context.decode_whole(&mut batch);
            if result.is_err() {
                break;
            }
        }
        let row = batch.len().saturating_sub(1);
        self.batch = batch;
        result.map(|()| row)
    }

    /// The likeliest token after row `row` of the last batch.
    fn choose(&mut self, row: usize) -> Result<Token, EngineError> {
        logits::usable(&mut self.context, row, self.alpha).map(likeliest)
    }
}
