//! A request, and how far it has come.

use std::ops::ControlFlow;
use std::time::Instant;

use super::Sink;
use super::prompt_lookup::PromptLookup;
use crate::engine::cancel::CancelToken;
use crate::engine::error::EngineError;
use crate::engine::lead::Lead;
use crate::engine::model::Token;
use crate::engine::request::{Completion, Event, FinishReason, Limits, Request, RequestId, Reuse, Timings, Wanted};
use crate::engine::sampler::Sampler;
use crate::engine::steering::{Steering, SteeringRows};
use crate::engine::stop_strings::StopStrings;
use crate::engine::text_stream::TextStream;

/// A request that waits for a slot, or runs in one.
pub(super) struct Job {
    pub id: RequestId,
    pub prompt: Vec<Token>,
    pub steering: Steering,
    pub rows: SteeringRows,
    pub wanted: Wanted,
    pub cancel: CancelToken,
    pub reuse: Reuse,
    pub submitted: Instant,
}

impl Job {
    pub fn new(id: RequestId, request: Request) -> Self {
        let Request { prompt, steering, wanted, cancel, reuse } = request;
        let rows = steering.added_up();
        Self { id, prompt, steering, rows, wanted, cancel, reuse, submitted: Instant::now() }
    }

    /// The first position whose output is wanted: from there on everything is processed, cached or not.
    pub fn first_output(&self) -> usize {
        let n_prompt = self.prompt.len();
        match &self.wanted {
            Wanted::Text { .. } => n_prompt.saturating_sub(1),
            Wanted::Logits { first } => (*first).min(n_prompt),
            Wanted::HiddenStates(reading) => reading.positions(n_prompt).start,
        }
    }
}

/// What a request does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its prompt is being processed.
    Prefill,
    /// This token was chosen and is to be processed.
    Decode { next: Token },
}

/// Tokens that were guessed and processed, and not all chosen yet.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub tokens: Vec<Token>,
    /// So many of them the sampler has chosen since.
    pub right: usize,
}

impl Draft {
    /// Whether `token`, which the sampler chose, is what was guessed.
    pub fn verify(&mut self, token: Token) -> bool {
        let is_right = self.tokens.get(self.right) == Some(&token);
        self.right += usize::from(is_right);
        is_right
    }

    /// Ends the draft, from which `lookup` learns. Returns whether tokens that were not chosen are in the cache.
    pub fn roll_back(&mut self, lookup: &mut PromptLookup) -> bool {
        let Self { tokens, right } = std::mem::take(self);
        lookup.learn(tokens.len(), right);
        right < tokens.len()
    }
}

/// A request at work in a slot.
pub(super) struct Running {
    pub job: Job,
    pub phase: Phase,
    pub reused: usize,
    pub draft: Draft,
    /// Whether its output was looked at and is finite.
    pub is_checked: bool,
    /// Outputs that were given out: of logits that are wanted for many positions.
    pub n_outputs: usize,
    pub generated: usize,
    pub drafted: usize,
    pub accepted: usize,
    pub decoded: usize,
    /// What comes before the sampler's constraint applies.
    pub lead: Lead,
    text: String,
    stream: TextStream,
    stops: StopStrings,
    began: Instant,
    prefilled: Option<Instant>,
}

impl Running {
    pub fn new(job: Job, reused: usize) -> Self {
        let (stops, lead) = match &job.wanted {
            Wanted::Text { sampler, limits } => {
                let ends: &[String] = if sampler.is_constrained() { &limits.free_until } else { &[] };
                (StopStrings::new(limits.stop.clone()), Lead::new(ends))
            }
            Wanted::Logits { .. } | Wanted::HiddenStates(_) => Default::default(),
        };
        Self {
            job,
            phase: Phase::Prefill,
            reused,
            draft: Draft::default(),
            is_checked: false,
            n_outputs: 0,
            generated: 0,
            drafted: 0,
            accepted: 0,
            decoded: 0,
            lead,
            text: String::new(),
            stream: TextStream::default(),
            stops,
            began: Instant::now(),
            prefilled: None,
        }
    }

    /// The prompt is processed.
    pub fn has_prefilled(&mut self) {
        self.prefilled.get_or_insert_with(Instant::now);
    }

    /// The sampler and the limits of a request for text.
    pub fn answering(&mut self) -> Option<(&mut Sampler, &Limits)> {
        match &mut self.job.wanted {
            Wanted::Text { sampler, limits } => Some((sampler, limits)),
            Wanted::Logits { .. } | Wanted::HiddenStates(_) => None,
        }
    }

    /// New tokens that may still come.
    pub fn left(&self) -> usize {
        match &self.job.wanted {
            Wanted::Text { limits, .. } => {
                limits.max_tokens.map_or(usize::MAX, |limit| limit.saturating_sub(self.generated))
            }
            Wanted::Logits { .. } | Wanted::HiddenStates(_) => 0,
        }
    }

    /// Adds the bytes of a token to the answer. Returns why the answer ends here, if it does.
    pub fn say(&mut self, piece: &[u8], sink: &mut Sink<'_>) -> Option<FinishReason> {
        self.generated += 1;
        let passed = self.stops.push(self.stream.push(piece));
        let is_wanted = self.show(&passed.text, sink);
        match (passed.is_stopped, is_wanted) {
            (_, ControlFlow::Break(())) => Some(FinishReason::Interrupted),
            (true, ControlFlow::Continue(())) => Some(FinishReason::Stop),
            (false, ControlFlow::Continue(())) => None,
        }
    }

    fn show(&mut self, text: &str, sink: &mut Sink<'_>) -> ControlFlow<()> {
        if text.is_empty() {
            return ControlFlow::Continue(());
        }
        self.text.push_str(text);
        sink(self.job.id, Event::Text(text))
    }

    /// The request has ended.
    pub fn end(mut self, finish: FinishReason, sink: &mut Sink<'_>) {
        let mut rest = String::new();
        if finish != FinishReason::Stop {
            let passed = self.stops.push(self.stream.finish());
            rest.push_str(&passed.text);
            if !passed.is_stopped {
                rest.push_str(&self.stops.finish());
            }
        }
        let _ = self.show(&rest, sink);
        let now = Instant::now();
        let prefilled = self.prefilled.unwrap_or(now);
        let completion = Completion {
            text: self.text,
            finish,
            prompt_tokens: self.job.prompt.len(),
            reused_tokens: self.reused,
            generated_tokens: self.generated,
            drafted_tokens: self.drafted,
            accepted_tokens: self.accepted,
            timings: Timings {
                queued: self.began.saturating_duration_since(self.job.submitted),
                prefill: prefilled.saturating_duration_since(self.began),
                decode: now.saturating_duration_since(prefilled),
                decoded_tokens: self.decoded,
            },
        };
        let _ = sink(self.job.id, Event::Done { completion, sampler: self.job.wanted.into_sampler() });
    }

    /// The request has failed.
    pub fn fail(self, error: EngineError, sink: &mut Sink<'_>) {
        self.job.fail_before_it_began(error, sink);
    }
}
