//! One conversation's worth of engine: a context, what its cache holds, and the steering that tokens are processed
//! under.

mod ahead;
mod drafter;
mod room;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::boundary::{Batch, Context, Decoded};
use super::error::EngineError;
use super::model::{Model, Token};
use super::options::{ContextOptions, Speculation};
use super::sampler::Sampler;
use super::steering::{PartialSteering, Steering};
use super::text_stream::TextStream;
use super::{live_check, logits};
use crate::vector::SvFile;
use ahead::Ahead;
use drafter::Drafter;

/// Stops a session from outside: another thread, a signal handler. It takes effect within one token, in the middle
/// of a long prompt as well.
#[derive(Debug, Clone, Default)]
pub struct Interrupter(Arc<AtomicBool>);

impl Interrupter {
    /// Asks the answer that is being made to end. Returns whether that had been asked already.
    pub fn interrupt(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    pub(super) fn into_flag(self) -> Arc<AtomicBool> {
        self.0
    }

    fn withdraw(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether that was asked.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinishReason {
    /// The model ended its turn.
    EndOfTurn,
    /// The limit on new tokens was reached.
    Length,
    /// The context is full.
    ContextFull,
    /// Stopped from outside.
    Interrupted,
}

/// When to stop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// New tokens at most; `None` until the context is full.
    pub max_tokens: Option<usize>,
    /// Go on after the model has ended its turn: for measurements that need an answer of a fixed length.
    pub ignore_end: bool,
}

/// A finished answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The text, whole characters only.
    pub text: String,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Of these, tokens that were still in the cache and cost nothing.
    pub reused_tokens: usize,
    /// Tokens made.
    pub generated_tokens: usize,
    /// Tokens that were guessed before they were made.
    pub drafted_tokens: usize,
    /// Of these, tokens that the sampler then chose.
    pub accepted_tokens: usize,
    /// Time to process the prompt.
    pub prefill: Duration,
    /// Time to make the answer.
    pub decode: Duration,
    /// Why it ended.
    pub finish: FinishReason,
}

impl Answer {
    /// Prompt tokens processed per second; `None` if there was nothing to process.
    #[must_use]
    pub fn prefill_rate(&self) -> Option<f64> {
        rate(self.prompt_tokens - self.reused_tokens, self.prefill)
    }

    /// Tokens made per second; `None` if none was made.
    #[must_use]
    pub fn decode_rate(&self) -> Option<f64> {
        rate(self.generated_tokens, self.decode)
    }
}

fn rate(tokens: usize, time: Duration) -> Option<f64> {
    (tokens > 0 && !time.is_zero()).then(|| tokens as f64 / time.as_secs_f64())
}

/// A model in use under a [`Steering`].
///
/// llama.cpp's context points into the model, so a session cannot outlive it:
///
/// ```compile_fail,E0505
/// # use antidote::engine::{ContextOptions, Model, Session, Steering};
/// fn answers(model: Model, options: &ContextOptions) {
///     let session = Session::new(&model, options, Steering::default()).unwrap();
///     drop(model);
///     drop(session);
/// }
/// ```
///
/// A context belongs to one thread at a time, so a session stays where it is; what may go to other threads is an
/// [`Interrupter`]:
///
/// ```compile_fail,E0277
/// # use antidote::engine::Session;
/// fn send<T: Send>() {}
/// send::<Session<'static>>();
/// ```
///
/// ```
/// # use antidote::engine::Interrupter;
/// fn send<T: Send>() {}
/// send::<Interrupter>();
/// ```
pub struct Session<'model> {
    context: Context<'model>,
    /// How the context was made, but for `n_ctx`: what it may grow to.
    options: ContextOptions,
    steering: Steering,
    /// The vectors of `steering` that are applied at some of their layers only.
    partial: Vec<PartialSteering>,
    /// The vectors that went through the live check, and what it found.
    checked: Vec<(Arc<SvFile>, Option<PartialSteering>)>,
    interrupter: Interrupter,
    /// What the cache holds, by position.
    cached: Vec<Token>,
    /// `[n_layer − 1, n_embd]`: the control vector as llama.cpp takes it, rewritten only when α changes.
    dense: Vec<f32>,
    /// Row of the last decode call whose logits choose the next token.
    next_row: usize,
    drafter: Drafter,
}

impl<'model> Session<'model> {
    /// Makes a context on `model` and checks that `steering` fits the model and reaches its logits.
    ///
    /// # Errors
    /// The context cannot be made, or steering would not do what it says.
    pub fn new(model: &'model Model, options: &ContextOptions, steering: Steering) -> Result<Self, EngineError> {
        steering.check(model)?;
        let interrupter = Interrupter::default();
        // A tiny model's weights lie in the processor's own cache, so that a batch of four costs as much as four tokens
        // (measured: 3.6) and guesses never pay. A running state cannot be cut back to before a wrong guess.
        let is_tiny = model.is_tiny();
        let mode = match options.speculation {
            Speculation::Auto if is_tiny => Speculation::Off,
            _ if model.is_recurrent() => Speculation::Off,
            mode => mode,
        };
        let n_outputs_max = u32::try_from(1 + Drafter::longest(mode)).unwrap_or(1);
        let options = ContextOptions { n_outputs_max, speculation: mode, ..options.clone() };
        let first = ContextOptions { n_ctx: room::first_room(model, &options), ..options.clone() };
        let context = Context::new(model, &first, interrupter.clone().into_flag())?;
        let mut session = Self {
            context,
            options,
            steering: Steering::default(),
            partial: vec![],
            checked: vec![],
            interrupter,
            cached: vec![],
            dense: vec![0.0; model.n_embd() * (model.n_layer() - 1)],
            next_row: 0,
            drafter: Drafter::new(mode),
        };
        session.steer(steering)?;
        Ok(session)
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &'model Model {
        self.context.model()
    }

    /// A handle that stops answers.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// Tokens in the cache now.
    #[must_use]
    pub fn n_cached(&self) -> usize {
        self.cached.len()
    }

    /// The steering that tokens are processed under.
    #[must_use]
    pub fn steering(&self) -> &Steering {
        &self.steering
    }

    /// The vectors that steer at some of their layers only: none, unless [`Steering::allowing_partial`] said that this
    /// is no error. Whoever shows answers must show this.
    #[must_use]
    pub fn partial(&self) -> &[PartialSteering] {
        &self.partial
    }

    /// Sets α of the vector called `name`, or of all, from the next token on; what is in the cache stays as it was.
    /// Returns how many vectors that was.
    ///
    /// # Errors
    /// α is not finite, or llama.cpp refused the vector.
    pub fn set_alpha(&mut self, name: Option<&str>, alpha: f32) -> Result<usize, EngineError> {
        let mut steering = self.steering.clone();
        let changed = steering.set_alpha(name, alpha);
        self.steer(steering)?;
        Ok(changed)
    }

    /// Puts `steering` in place of what steers now, from the next token on. A vector that this session has not seen is
    /// tried first, which empties the cache.
    ///
    /// # Errors
    /// It does not fit the model, does not do what it says on it, or llama.cpp refused it.
    pub fn steer(&mut self, steering: Steering) -> Result<(), EngineError> {
        steering.check(self.model())?;
        self.partial = self.check_live(&steering)?;
        steering.apply(&mut self.context, &mut self.dense)?;
        self.steering = steering;
        Ok(())
    }

    /// Tries the vectors of `steering` that were not tried yet and gives those that are applied in part.
    fn check_live(&mut self, steering: &Steering) -> Result<Vec<PartialSteering>, EngineError> {
        let find = |checked: &[(Arc<SvFile>, Option<PartialSteering>)], vector: &Arc<SvFile>| {
            checked.iter().find(|(other, _)| Arc::ptr_eq(other, vector)).map(|(_, partial)| partial.clone())
        };
        let is_fine = |found: Option<Option<PartialSteering>>| match found {
            Some(partial) => partial.is_none() || steering.allows_partial(),
            None => false,
        };
        if !steering.vectors().iter().all(|vector| is_fine(find(&self.checked, &vector.vector))) {
            self.forget();
            let found = match live_check::check(&mut self.context, steering, &mut self.dense) {
                Ok(found) => found,
                Err(error) => {
                    // What steered before still does.
                    self.steering.apply(&mut self.context, &mut self.dense)?;
                    return Err(error);
                }
            };
            let vectors = steering.vectors().iter().map(|vector| vector.vector.clone());
            self.checked.splice(0..0, vectors.zip(found));
        }
        Ok(steering.vectors().iter().filter_map(|vector| find(&self.checked, &vector.vector).flatten()).collect())
    }

    /// Empties the cache, so that everything is processed anew under today's steering.
    pub fn forget(&mut self) {
        self.context.clear_cache();
        self.cached.clear();
    }

    /// Keeps the first `n` tokens of the cache at most, so that whatever comes after them is processed anew.
    pub fn forget_after(&mut self, n: usize) {
        if n < self.cached.len() {
            self.keep(n);
        }
    }

    /// Logits after `prompt`, `[n_vocab]`. What the cache still holds of the prompt is not processed again.
    ///
    /// # Errors
    /// The prompt is empty or too long, the output is not finite, or llama.cpp failed.
    pub fn logits(&mut self, prompt: &[Token]) -> Result<Vec<f32>, EngineError> {
        self.interrupter.withdraw();
        let result = self.prefill(prompt).and_then(|_| self.output().map(<[f32]>::to_vec));
        self.recover_from(result)
    }

    /// Answers `prompt`, giving each piece of text to `on_text` as it comes.
    ///
    /// An interruption is an ordinary end: the answer so far is returned.
    ///
    /// # Errors
    /// The prompt is empty or too long, the output is not finite, or llama.cpp failed. The cache is then emptied, so the session can go on.
    pub fn answer(
        &mut self,
        prompt: &[Token],
        sampler: &mut Sampler,
        limits: Limits,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Answer, EngineError> {
        self.interrupter.withdraw();
        let result = self.try_answer(prompt, sampler, limits, on_text);
        self.recover_from(result)
    }

    /// After an error nobody knows what the cache holds.
    fn recover_from<T>(&mut self, result: Result<T, EngineError>) -> Result<T, EngineError> {
        if result.is_err() {
            self.context.wipe_cache();
            self.cached.clear();
        }
        result
    }

    fn try_answer(
        &mut self,
        prompt: &[Token],
        sampler: &mut Sampler,
        limits: Limits,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Answer, EngineError> {
        let begin = Instant::now();
        let prefilled = self.prefill(prompt)?;
        let mut answer = Answer {
            text: String::new(),
            prompt_tokens: prompt.len(),
            reused_tokens: prefilled.reused,
            generated_tokens: 0,
            drafted_tokens: 0,
            accepted_tokens: 0,
            prefill: begin.elapsed(),
            decode: Duration::ZERO,
            finish: FinishReason::Interrupted,
        };
        if prefilled.decoded == Decoded::Interrupted {
            return Ok(answer);
        }
        let begin = Instant::now();
        let mut stream = TextStream::default();
        let mut show = |piece: String, text: &mut String| -> ControlFlow<()> {
            text.push_str(&piece);
            if piece.is_empty() { ControlFlow::Continue(()) } else { on_text(&piece) }
        };
        let mut batch = Batch::default();
        let mut ahead = Ahead::default();
        answer.finish = loop {
            if limits.max_tokens.is_some_and(|limit| answer.generated_tokens >= limit) {
                break FinishReason::Length;
            }
            if self.interrupter.is_raised() {
                break FinishReason::Interrupted;
            }
            let token = sampler.choose(self.output()?)?;
            sampler.accept(token)?;
            if !limits.ignore_end && self.model().ends_answer(token) {
                break FinishReason::EndOfTurn;
            }
            answer.generated_tokens += 1;
            if show(stream.push(&self.model().piece(token)), &mut answer.text).is_break() {
                break FinishReason::Interrupted;
            }
            if ahead.confirms(token) {
                self.cached.push(token);
                self.next_row += 1;
                continue;
            }
            self.leave(&mut ahead, &mut answer)?;
            if self.cached.len() >= self.context.n_ctx() {
                // What went wrong is logged; for whoever reads the answer this is where the context ends.
                let _ = self.grow(self.cached.len() + 1);
            }
            if self.cached.len() >= self.context.n_ctx() {
                break FinishReason::ContextFull;
            }
            ahead = self.guess(token, limits.max_tokens.map(|limit| limit - answer.generated_tokens));
            batch.clear();
            for (offset, token) in std::iter::once(token).chain(ahead.tokens()).enumerate() {
                batch.push(token, self.cached.len() + offset, 0, true);
            }
            if self.context.decode(&mut batch)? == Decoded::Interrupted {
                self.keep(self.cached.len());
                ahead = Ahead::default();
                break FinishReason::Interrupted;
            }
            self.cached.push(token);
            self.next_row = 0;
        };
        self.leave(&mut ahead, &mut answer)?;
        let _ = show(stream.finish(), &mut answer.text);
        answer.decode = begin.elapsed();
        Ok(answer)
    }

    /// Processes `prompt`, reusing the longest prefix that the cache holds.
    fn prefill(&mut self, prompt: &[Token]) -> Result<Prefilled, EngineError> {
        if prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        // One place is left for the first token of the answer.
        if prompt.len() >= self.n_ctx() {
            return Err(EngineError::PromptTooLong { n_prompt: prompt.len(), n_ctx: self.n_ctx() });
        }
        let common = self.cached.iter().zip(prompt).take_while(|(cached, wanted)| cached == wanted).count();
        // The last token is always processed: its logits are what the answer starts from.
        let reused = self.keep(common.min(prompt.len() - 1));
        self.make_room(prompt.len())?;
        Ok(Prefilled { reused, decoded: self.process(prompt)? })
    }

    /// Processes what the cache does not hold yet of `prompt`, which begins with what it holds.
    fn process(&mut self, prompt: &[Token]) -> Result<Decoded, EngineError> {
        let mut batch = Batch::default();
        let last = prompt.len() - 1;
        for start in (self.cached.len()..prompt.len()).step_by(self.context.n_batch()) {
            let end = prompt.len().min(start + self.context.n_batch());
            batch.clear();
            for (offset, token) in prompt[start..end].iter().enumerate() {
                batch.push(*token, start + offset, 0, start + offset == last);
            }
            if self.interrupter.is_raised() || self.context.decode(&mut batch)? == Decoded::Interrupted {
                self.keep(start);
                return Ok(Decoded::Interrupted);
            }
            self.cached.extend_from_slice(&prompt[start..end]);
            self.next_row = end - start - 1;
        }
        Ok(Decoded::Done)
    }

    /// Cuts the cache to its first `n` tokens. Returns how many it really holds then: none, if this kind of cache
    /// cannot be cut.
    fn keep(&mut self, n: usize) -> usize {
        if self.context.truncate_sequence(0, n) {
            self.cached.truncate(n);
        } else {
            self.forget();
        }
        self.cached.len()
    }

    /// Logits that choose the next token: `[n_vocab]`, all finite.
    fn output(&mut self) -> Result<&[f32], EngineError> {
        logits::usable(&mut self.context, self.next_row, self.steering.strongest_alpha())
    }
}

struct Prefilled {
    reused: usize,
    decoded: Decoded,
}
