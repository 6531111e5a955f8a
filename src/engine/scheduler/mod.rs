//! The one owner of a llama.cpp context: it takes requests, gives each a slot of the cache, and with every step makes a
//! decode call and says what came of it (continuous batching).
//!
//! Every request has its own steering, sampler, limits and cancellation. Prompts are processed one sequence at a time,
//! in pieces of a micro-batch, between which running answers get a token each; so a long prompt never stalls them for
//! longer. Idle slots keep what they hold, and a new prompt starts from the longest beginning that was processed under
//! the same steering.
//!
//! Every slot has a part of the cache to itself. In a cache for all, each would attend to the others' tokens as well,
//! only to mask them; where its own tokens lie would depend on the others, and with that the order of sums; and a NaN
//! of one would poison all.

mod admission;
mod answer;
mod capacity;
mod decode;
mod placement;
mod prefill;
mod prompt_lookup;
mod running;
mod slot;
mod states;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::context_params::ContextParams;
use super::error::EngineError;
use super::ffi::{Batch, Context};
use super::model::Model;
use super::options::Speculation;
use super::request::{Completion, Event, FinishReason, Request, RequestId};
use super::sampler::Sampler;
use running::Job;
use slot::Slot;

/// Where events go. `Break` cancels the request that the event is about.
pub type Sink<'a> = dyn FnMut(RequestId, Event<'_>) -> ControlFlow<()> + 'a;

/// Tokens that are ever guessed at once.
pub(super) fn longest_draft(speculation: Speculation) -> u32 {
    u32::try_from(prompt_lookup::PromptLookup::longest(speculation)).unwrap_or(0)
}

/// Requests on one model, in one context.
pub struct Scheduler {
    context: Context,
    /// What the context was made with, but for `n_ctx`: what it may grow to.
    params: ContextParams,
    slots: Vec<Slot>,
    queue: VecDeque<Job>,
    batch: Batch,
    n_submitted: u64,
    /// Rows of prompts that were processed since running answers last got a token.
    n_prefilled: usize,
    /// Slots whose states may not be finite and are to be overwritten.
    unclean: Vec<usize>,
}

impl Scheduler {
    /// Makes a context on `model`.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn new(model: &Arc<Model>, params: ContextParams) -> Result<Self, EngineError> {
        let first = ContextParams { n_ctx: capacity::first(&params), ..params.clone() };
        let context = Context::new(model, &first)?;
        let slots = (0..params.n_slots).map(|_| Slot::new(params.speculation)).collect();
        Ok(Self {
            context,
            params,
            slots,
            queue: VecDeque::new(),
            batch: Batch::default(),
            n_submitted: 0,
            n_prefilled: 0,
            unclean: vec![],
        })
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        self.context.model()
    }

    /// Requests that can run at once.
    #[must_use]
    pub fn n_slots(&self) -> usize {
        self.slots.len()
    }

    /// Requests that run or wait.
    #[must_use]
    pub fn n_requests(&self) -> usize {
        self.queue.len() + self.slots.iter().filter(|slot| slot.running.is_some()).count()
    }

    /// Whether nothing runs or waits.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.n_requests() == 0
    }

    /// Takes a request. What is wrong with it is said by the next step.
    pub fn submit(&mut self, request: Request) -> RequestId {
        self.n_submitted += 1;
        let id = RequestId(self.n_submitted);
        self.queue.push_back(Job::new(id, request));
        id
    }

    /// One decode call, for as many requests as possible, and what came of it. Answers in slots that do not follow each
    /// other take a call each. Returns whether anything is left to do.
    pub fn step(&mut self, sink: &mut Sink<'_>) -> bool {
        self.end_cancelled(sink);
        self.admit(sink);
        match self.next_prefill() {
            Some(slots) => self.prefill(&slots, sink),
            None => self.decode(sink),
        }
        self.scrub();
        !self.is_idle()
    }

    /// Steps until nothing is left to do.
    pub fn run(&mut self, sink: &mut Sink<'_>) {
        while self.step(sink) {}
    }

    /// Cancels every request, without a word to anybody.
    pub fn cancel_all(&mut self) {
        self.queue.clear();
        for slot in 0..self.slots.len() {
            self.finish(slot, FinishReason::Interrupted, &mut |_, _| ControlFlow::Continue(()));
        }
        self.scrub();
    }

    /// Empties the cache; requests that run are not told, so nothing may run.
    pub(super) fn forget(&mut self) {
        debug_assert!(self.slots.iter().all(|slot| slot.running.is_none()), "nothing may run");
        self.context.clear_cache();
        self.slots.iter_mut().for_each(Slot::clear);
    }

    /// What slot `slot` holds, in tokens.
    pub(super) fn n_cached(&self, slot: usize) -> usize {
        self.slots.get(slot).map_or(0, |slot| slot.cached.len())
    }

    /// Keeps the first `n` tokens of slot `slot` at most.
    pub(super) fn keep(&mut self, slot: usize, n: usize) {
        if n < self.n_cached(slot) {
            self.cut(slot, n);
        }
    }

    /// Cuts a slot to its first `n` tokens; to nothing, if this kind of cache cannot be cut there.
    fn cut(&mut self, slot: usize, n: usize) {
        let mut n = n;
        if !self.context.truncate_sequence(slot, n) {
            n = 0;
            if !self.context.truncate_sequence(slot, 0) && self.slots.len() == 1 {
                self.context.clear_cache();
            }
        }
        self.slots[slot].cut(n);
    }

    /// Overwrites what slots hold that may have numbers in them which are not finite: a masked NaN is still one when it
    /// is multiplied by the mask's zero. llama.cpp overwrites the whole cache or nothing, so the states of another slot
    /// are copied over; where no other slot holds any, nothing is lost with the whole cache.
    fn scrub(&mut self) {
        if self.unclean.is_empty() {
            return;
        }
        let is_clean = |(slot, it): &(usize, &Slot)| !self.unclean.contains(slot) && !it.cached.is_empty();
        let donor = self.slots.iter().enumerate().find(is_clean).map(|(donor, _)| donor);
        match donor {
            // Its tokens lie among the others'; later, when those have ended.
            Some(_) if self.params.unified_cache => {}
            Some(donor) => {
                for slot in std::mem::take(&mut self.unclean) {
                    self.context.copy_sequence(donor, slot);
                    self.cut(slot, 0);
                }
            }
            None => {
                self.unclean.clear();
                self.context.wipe_cache();
            }
        }
    }

    /// Ends requests that were cancelled, waiting and running ones.
    fn end_cancelled(&mut self, sink: &mut Sink<'_>) {
        let (cancelled, waiting) = self.queue.drain(..).partition(|job: &Job| job.cancel.is_cancelled());
        self.queue = waiting;
        for job in cancelled {
            job.end_before_it_began(sink);
        }
        for slot in 0..self.slots.len() {
            if self.slots[slot].running.as_ref().is_some_and(|running| running.job.cancel.is_cancelled()) {
                self.finish(slot, FinishReason::Interrupted, sink);
            }
        }
    }

    /// Ends the request in `slot`, which keeps what it holds.
    fn finish(&mut self, slot: usize, finish: FinishReason, sink: &mut Sink<'_>) {
        let Some(mut running) = self.slots[slot].running.take() else { return };
        // What was guessed wrongly lies behind what the slot counts.
        if running.draft.roll_back(&mut self.slots[slot].lookup) {
            self.cut(slot, self.slots[slot].cached.len());
        }
        if !running.is_checked && !running.job.rows.is_plain() {
            // Nobody has seen what steering did to these states.
            self.throw_away(slot);
        } else if self.params.unified_cache && self.slots.len() > 1 {
            // Every slot's tokens take places of the one cache.
            self.cut(slot, 0);
        }
        running.end(finish, sink);
    }

    /// Ends the request in `slot` with an error. What the slot holds is of no use.
    fn fail(&mut self, slot: usize, error: EngineError, sink: &mut Sink<'_>) {
        let Some(running) = self.slots[slot].running.take() else { return };
        self.throw_away(slot);
        running.fail(error, sink);
    }

    /// Forgets what a slot holds; it is overwritten when the step ends.
    fn throw_away(&mut self, slot: usize) {
        self.cut(slot, 0);
        self.unclean.push(slot);
    }
}

impl Job {
    fn end_before_it_began(self, sink: &mut Sink<'_>) {
        let mut completion = Completion::of_nothing(self.prompt.len(), FinishReason::Interrupted);
        completion.timings.queued = Instant::now().saturating_duration_since(self.submitted);
        let _ = sink(self.id, Event::Done { completion, sampler: self.wanted.into_sampler() });
    }

    fn fail_before_it_began(self, error: EngineError, sink: &mut Sink<'_>) {
        let _ = sink(self.id, Event::Failed { error, sampler: self.wanted.into_sampler() });
    }
}

impl super::request::Wanted {
    fn into_sampler(self) -> Option<Sampler> {
        match self {
            Self::Text { sampler, .. } => Some(sampler),
            Self::Logits { .. } | Self::HiddenStates(_) => None,
        }
    }
}
