//! One conversation: a scheduler with one slot, whose cache keeps what it was processed under when α changes.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::cancel::CancelToken;
use super::context_params::ContextParams;
use super::error::EngineError;
use super::model::{Model, Token};
use super::options::ContextOptions;
use super::request::{Completion, Event, Limits, Request, Reuse, Wanted};
use super::sampler::Sampler;
use super::scheduler::Scheduler;
use super::steering::Steering;

/// A model in use under a [`Steering`].
///
/// It keeps the model alive, and may move to another thread; what stops an answer from outside is a [`CancelToken`]:
///
/// ```
/// # use antidote::engine::{CancelToken, Session};
/// fn send<T: Send>() {}
/// send::<Session>();
/// send::<CancelToken>();
/// ```
pub struct Session {
    scheduler: Scheduler,
    steering: Steering,
}

impl Session {
    /// Makes a context on `model`.
    ///
    /// # Errors
    /// The context cannot be made, or `steering` was not verified on this model.
    pub fn new(model: &Arc<Model>, options: &ContextOptions, steering: Steering) -> Result<Self, EngineError> {
        steering.check(model)?;
        let scheduler = Scheduler::new(model, ContextParams::for_one(model, options))?;
        Ok(Self { scheduler, steering })
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        self.scheduler.model()
    }

    /// Tokens in the cache now.
    #[must_use]
    pub fn n_cached(&self) -> usize {
        self.scheduler.n_cached(0)
    }

    /// Tokens that the context holds, or would hold once it has grown.
    #[must_use]
    pub fn n_ctx(&self) -> usize {
        self.scheduler.n_ctx()
    }

    /// Makes room for a prompt of `n_prompt` tokens and the beginning of its answer.
    ///
    /// # Errors
    /// As for [`Scheduler::grow_context`].
    pub fn grow_context(&mut self, n_prompt: usize) -> Result<(), EngineError> {
        self.scheduler.grow_context(n_prompt)
    }

    /// The steering that tokens are processed under.
    #[must_use]
    pub fn steering(&self) -> &Steering {
        &self.steering
    }

    /// Sets α of the vector called `name`, or of all, from the next token on; what is in the cache stays as it was.
    /// Returns how many vectors that was.
    ///
    /// # Errors
    /// α is not finite; the old one stays.
    pub fn set_alpha(&mut self, name: Option<&str>, alpha: f32) -> Result<usize, EngineError> {
        let mut steering = self.steering.clone();
        let changed = steering.set_alpha(name, alpha);
        self.steer(steering)?;
        Ok(changed)
    }

    /// Puts `steering` in place of what steers now, from the next token on.
    ///
    /// # Errors
    /// It was not verified on this model, or an α is not finite; the old one stays.
    pub fn steer(&mut self, steering: Steering) -> Result<(), EngineError> {
        steering.check(self.model())?;
        self.steering = steering;
        Ok(())
    }

    /// Empties the cache, so that everything is processed anew under today's steering.
    pub fn forget(&mut self) {
        self.scheduler.forget();
    }

    /// Keeps the first `n` tokens of the cache at most, so that whatever comes after them is processed anew.
    pub fn forget_after(&mut self, n: usize) {
        self.scheduler.keep(0, n);
    }

    /// Logits after `prompt`, `[n_vocab]`. What the cache still holds of the prompt is not processed again.
    ///
    /// # Errors
    /// The prompt is empty or too long, the output is not finite, or llama.cpp failed.
    pub fn logits(&mut self, prompt: &[Token]) -> Result<Vec<f32>, EngineError> {
        let mut found = vec![];
        let wanted = Wanted::Logits { first: prompt.len().saturating_sub(1) };
        let (result, _) = self.ask(prompt, wanted, &CancelToken::default(), &mut |event| {
            if let Event::Logits { logits, .. } = event {
                found = logits.to_vec();
            }
            ControlFlow::Continue(())
        });
        result.map(|_| found)
    }

    /// Answers `prompt`, giving each piece of text to `on_text` as it comes; `Break` ends the answer. `cancel` does so
    /// from outside, in the middle of a long prompt as well.
    ///
    /// # Errors
    /// As for [`Self::answer_aloud`].
    pub fn answer(
        &mut self,
        prompt: &[Token],
        sampler: &mut Sampler,
        limits: &Limits,
        cancel: &CancelToken,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Completion, EngineError> {
        self.answer_aloud(prompt, sampler, limits, cancel, &mut |event| match event {
            Event::Text(text) => on_text(text),
            _ => ControlFlow::Continue(()),
        })
    }

    /// The same, giving out how far the prompt is ([`Event::Prompt`]) as well.
    ///
    /// An interruption is an ordinary end: the answer so far is returned.
    ///
    /// # Errors
    /// The prompt is empty or too long, the output is not finite, or llama.cpp failed. The cache is then emptied, so the
    /// session can go on.
    pub fn answer_aloud(
        &mut self,
        prompt: &[Token],
        sampler: &mut Sampler,
        limits: &Limits,
        cancel: &CancelToken,
        on_event: &mut dyn FnMut(&Event<'_>) -> ControlFlow<()>,
    ) -> Result<Completion, EngineError> {
        let wanted = Wanted::Text { sampler: std::mem::take(sampler), limits: limits.clone() };
        let (result, given_back) = self.ask(prompt, wanted, cancel, on_event);
        if let Some(given_back) = given_back {
            *sampler = given_back;
        }
        result
    }

    /// Runs one request to its end.
    fn ask(
        &mut self,
        prompt: &[Token],
        wanted: Wanted,
        cancel: &CancelToken,
        on_event: &mut dyn FnMut(&Event<'_>) -> ControlFlow<()>,
    ) -> (Result<Completion, EngineError>, Option<Sampler>) {
        let request = Request {
            prompt: prompt.to_vec(),
            steering: self.steering.clone(),
            wanted,
            cancel: cancel.clone(),
            reuse: Reuse { across_steering: true, ..Reuse::default() },
        };
        self.scheduler.submit(request);
        let mut ended = (Err(EngineError::Interrupted), None);
        self.scheduler.run(&mut |_, event| match event {
            Event::Done { completion, sampler } => {
                ended = (Ok(completion), sampler);
                ControlFlow::Continue(())
            }
            Event::Failed { error, sampler } => {
                ended = (Err(error), sampler);
                ControlFlow::Continue(())
            }
            event => on_event(&event),
        });
        ended
    }
}
