//! What a scheduler is asked, and what it answers.

use std::time::Duration;

use super::cancel::CancelToken;
use super::error::EngineError;
use super::model::Token;
use super::reading::Reading;
use super::sampler::Sampler;
use super::steering::Steering;

/// Tells the requests of a scheduler apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub(super) u64);

/// One prompt, and what is wanted of it.
pub struct Request {
    /// The rendered prompt.
    pub prompt: Vec<Token>,
    /// What steers it, prompt and answer.
    pub steering: Steering,
    /// What is wanted.
    pub wanted: Wanted,
    /// Stops it, before it begins as well.
    pub cancel: CancelToken,
    /// Which cached states it may start from.
    pub reuse: Reuse,
}

/// What a request wants.
pub enum Wanted {
    /// An answer.
    Text {
        /// Chooses its tokens: a chain, a seed, a grammar. Given back when the request ends.
        sampler: Sampler,
        /// When to stop.
        limits: Limits,
    },
    /// Logits (`[n_vocab]`) after every token of the prompt from position `first` on.
    Logits {
        /// The first position.
        first: usize,
    },
    /// Outputs of all blocks at the prompt's last tokens. Needs [`ContextParams::watch`](super::ContextParams::watch).
    HiddenStates(Reading),
}

impl Request {
    /// An answer to `prompt`.
    #[must_use]
    pub fn text(prompt: Vec<Token>, steering: Steering, sampler: Sampler, limits: Limits) -> Self {
        Self::new(prompt, steering, Wanted::Text { sampler, limits })
    }

    /// Whatever is wanted of `prompt`, starting from cached states of the same steering.
    #[must_use]
    pub fn new(prompt: Vec<Token>, steering: Steering, wanted: Wanted) -> Self {
        Self { prompt, steering, wanted, cancel: CancelToken::default(), reuse: Reuse::default() }
    }

    /// The same, stopped by `cancel`.
    #[must_use]
    pub fn cancelled_by(self, cancel: &CancelToken) -> Self {
        Self { cancel: cancel.clone(), ..self }
    }
}

/// Which cached states a request may start from: those of the same tokens, made under the same steering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reuse {
    /// So many tokens at most. What is computed then does not depend on what a slot happens to hold.
    pub at_most: usize,
    /// Whatever they were made under: in a chat, earlier turns keep the α of their time.
    pub across_steering: bool,
}

impl Default for Reuse {
    fn default() -> Self {
        Self { at_most: usize::MAX, across_steering: false }
    }
}

impl Reuse {
    /// Nothing: the whole prompt is processed.
    pub const NOTHING: Self = Self { at_most: 0, across_steering: false };
}

/// When an answer ends, beside the model's own end of turn.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// New tokens at most; `None` until the context is full.
    pub max_tokens: Option<usize>,
    /// Texts that end the answer where they first appear; they are not part of it.
    pub stop: Vec<String>,
    /// Control tokens that are given out as they are written, instead of as nothing: those that mark thinking.
    pub shown_tokens: Vec<Token>,
    /// The sampler's constraint applies only behind the first of these texts, without which the answer cannot end; from
    /// the beginning if there are none. For models that think before they answer.
    pub free_until: Vec<String>,
    /// Go on after the model has ended its turn: for measurements that need an answer of a fixed length.
    pub ignore_end: bool,
}

impl Limits {
    /// So many new tokens at most.
    #[must_use]
    pub fn tokens(max_tokens: usize) -> Self {
        Self { max_tokens: Some(max_tokens), ..Self::default() }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinishReason {
    /// The model ended its turn; or everything that was wanted of the prompt is there.
    EndOfTurn,
    /// One of [`Limits::stop`] appeared.
    Stop,
    /// The limit on new tokens was reached.
    Length,
    /// The context is full.
    ContextFull,
    /// Stopped from outside.
    Interrupted,
}

/// A finished request.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The answer, whole characters only.
    pub text: String,
    /// Why it ended.
    pub finish: FinishReason,
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
    /// How long it took.
    pub timings: Timings,
}

/// How long a request took, part by part. Requests that share a context wait for each other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timings {
    /// Until a slot was free.
    pub queued: Duration,
    /// Until the prompt was processed.
    pub prefill: Duration,
    /// Until the answer was there.
    pub decode: Duration,
    /// Tokens that were processed in that last part: one less than were made, if a limit ended the answer.
    pub decoded_tokens: usize,
}

impl Completion {
    /// Of a prompt of which nothing was processed.
    #[must_use]
    pub fn of_nothing(prompt_tokens: usize, finish: FinishReason) -> Self {
        Self {
            text: String::new(),
            finish,
            prompt_tokens,
            reused_tokens: 0,
            generated_tokens: 0,
            drafted_tokens: 0,
            accepted_tokens: 0,
            timings: Timings::default(),
        }
    }

    /// Prompt tokens processed per second; `None` if there was nothing to process.
    #[must_use]
    pub fn prefill_rate(&self) -> Option<f64> {
        rate(self.prompt_tokens - self.reused_tokens, self.timings.prefill)
    }

    /// Tokens processed per second while answering; `None` if none was.
    #[must_use]
    pub fn decode_rate(&self) -> Option<f64> {
        rate(self.timings.decoded_tokens, self.timings.decode)
    }
}

fn rate(tokens: usize, time: Duration) -> Option<f64> {
    (tokens > 0 && !time.is_zero()).then(|| tokens as f64 / time.as_secs_f64())
}

/// What a step of the scheduler brings about for one request.
pub enum Event<'a> {
    /// So much of the prompt is in the cache: said when it begins, and after every piece of it.
    Prompt {
        /// Tokens that were processed, or were there already.
        done: usize,
        /// Tokens of the prompt.
        of: usize,
    },
    /// More of the answer: whole characters.
    Text(&'a str),
    /// Logits after position `first + index` of the prompt, all finite.
    Logits {
        /// Counted from the first position that was wanted.
        index: usize,
        /// `[n_vocab]`
        logits: &'a [f32],
    },
    /// Hidden states, `[rows of the reading, n_layer, n_embd]`.
    HiddenStates(&'a [f32]),
    /// It has ended. Nothing more comes for this request.
    Done {
        /// What was made, and why it ended.
        completion: Completion,
        /// The request's sampler, for those that wanted text.
        sampler: Option<Sampler>,
    },
    /// It has failed; no other request has. Nothing more comes for this request.
    Failed {
        /// Why.
        error: EngineError,
        /// The request's sampler, for those that wanted text.
        sampler: Option<Sampler>,
    },
}
