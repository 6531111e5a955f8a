//! From the queue into a slot.

use super::placement::{self, View};
use super::running::{Job, Running};
use super::{Scheduler, Sink};
use crate::engine::error::EngineError;
use crate::engine::request::{Event, FinishReason, Wanted};

impl Scheduler {
    /// Gives waiting requests the slots that are free. What cannot run fails at once.
    pub(super) fn admit(&mut self, sink: &mut Sink<'_>) {
        while let Some(job) = self.queue.pop_front() {
            if let Err(error) = self.check(&job) {
                job.fail_before_it_began(error, sink);
                continue;
            }
            let views: Vec<View> = self.slots.iter().map(|slot| slot.view(&job)).collect();
            // Only whole parts of a cache can be copied, and a running state has no beginning to copy.
            let is_copyable = !self.params.unified_cache && !self.model().is_recurrent();
            let capacity = if is_copyable { self.context.n_ctx_of_sequence() } else { 0 };
            let Some(place) = placement::choose(&views, capacity) else {
                self.queue.push_front(job);
                return;
            };
            if let Some(donor) = place.copy_from {
                self.context.copy_sequence(donor, place.slot);
                self.slots[place.slot].cached = self.slots[donor].cached.clone();
                self.slots[place.slot].rows = self.slots[donor].rows.clone();
            }
            self.begin(place.slot, job, sink);
        }
    }

    /// Begins `job` in an idle slot, with as much of what that holds as it may start from.
    fn begin(&mut self, slot: usize, mut job: Job, sink: &mut Sink<'_>) {
        let common = self.slots[slot].common(&job);
        self.cut(slot, common);
        self.slots[slot].steer(&job.rows);
        let (reused, n_prompt) = (self.slots[slot].cached.len(), job.prompt.len());
        let n_ctx = self.n_ctx();
        if let Wanted::Text { sampler, .. } = &mut job.wanted {
            sampler.begin(&job.prompt, n_ctx);
        }
        // One place is for the first token of the answer.
        let wanted = if matches!(job.wanted, Wanted::Text { .. }) { n_prompt + 1 } else { n_prompt };
        let (id, is_answer) = (job.id, matches!(job.wanted, Wanted::Text { .. }));
        self.slots[slot].running = Some(Running::new(job, reused));
        if is_answer && sink(id, Event::Prompt { done: reused, of: n_prompt }).is_break() {
            return self.finish(slot, FinishReason::Interrupted, sink);
        }
        if let Err(error) = self.grow_for_prompt(wanted) {
            self.fail(slot, error, sink);
        }
    }

    /// Whether a request can run here.
    fn check(&self, job: &Job) -> Result<(), EngineError> {
        let n_prompt = job.prompt.len();
        if n_prompt == 0 {
            return Err(EngineError::EmptyPrompt);
        }
        job.steering.check(self.model())?;
        let n_ctx = self.n_ctx();
        let fits = match job.wanted {
            // One place is left for the first token of the answer.
            Wanted::Text { .. } => n_prompt < n_ctx,
            Wanted::Logits { .. } | Wanted::HiddenStates(_) => n_prompt <= n_ctx,
        };
        if !fits {
            return Err(EngineError::PromptTooLong { n_prompt, n_ctx });
        }
        match job.wanted {
            Wanted::Logits { first } if first >= n_prompt => Err(EngineError::EmptyPrompt),
            Wanted::HiddenStates(reading) if reading.n_rows() > n_prompt => Err(EngineError::Capture(format!(
                "the prompt has {n_prompt} tokens, and {} are to be read",
                reading.n_rows()
            ))),
            Wanted::HiddenStates(_) if !self.context.is_watched() => {
                Err(EngineError::Capture("this scheduler was made without a callback".to_owned()))
            }
            _ => Ok(()),
        }
    }
}
