//! How likely known text is: the logits in front of every token of an answer that is given.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::cancel::CancelToken;
use super::context_params::ContextParams;
use super::error::EngineError;
use super::model::{Model, Token};
use super::options::{ContextOptions, Speculation};
use super::request::{Event, FinishReason, Request, Reuse, Wanted};
use super::scheduler::Scheduler;
use super::steering::Steering;

/// What the logits of one decode call may take.
const OUTPUT_BYTES: usize = 64 << 20;

/// Runs a model over text that is given (teacher forcing). One text at a time: a text has dozens of tokens, which keep
/// every core busy already, and nothing then depends on which texts come together.
pub struct Scorer {
    scheduler: Scheduler,
    cancel: CancelToken,
}

impl Scorer {
    /// Makes a context of `options`' length on `model`. `cancel` stops it for good.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn new(model: &Arc<Model>, options: &ContextOptions, cancel: &CancelToken) -> Result<Self, EngineError> {
        let n_batch = options.n_batch.min(options.n_ctx);
        let n_outputs = (OUTPUT_BYTES / (size_of::<f32>() * model.n_vocab().max(1))).clamp(1, n_batch as usize);
        let params = ContextParams {
            n_outputs: u32::try_from(n_outputs).unwrap_or(n_batch),
            n_batch,
            grows: false,
            ..ContextParams::for_one(model, &ContextOptions { speculation: Speculation::Off, ..options.clone() })
        };
        Ok(Self { scheduler: Scheduler::new(model, params)?, cancel: cancel.clone() })
    }

    /// Tokens that a prompt and its answer may have together.
    #[must_use]
    pub fn n_ctx(&self) -> usize {
        self.scheduler.n_ctx()
    }

    /// Gives `on_row(index, logits)` the logits (`[n_vocab]`) that the model under `steering` has for token `index` of
    /// `answer`, when it stands behind `prompt` and the answer's tokens before it.
    ///
    /// # Errors
    /// The prompt is empty, both together are longer than the context, the output is not finite, llama.cpp failed, or
    /// it was cancelled.
    pub fn score(
        &mut self,
        steering: &Steering,
        prompt: &[Token],
        answer: &[Token],
        on_row: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), EngineError> {
        if prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        if answer.is_empty() {
            return Ok(());
        }
        // The answer's last token need not be processed, so it takes no place.
        let processed: Vec<Token> = prompt.iter().chain(&answer[..answer.len() - 1]).copied().collect();
        let wanted = Wanted::Logits { first: prompt.len() - 1 };
        let request = Request { reuse: Reuse::NOTHING, ..Request::new(processed, steering.clone(), wanted) };
        self.scheduler.submit(request.cancelled_by(&self.cancel));
        let mut result = Ok(());
        self.scheduler.run(&mut |_, event| {
            match event {
                Event::Logits { index, logits } => on_row(index, logits),
                Event::Done { completion, .. } if completion.finish == FinishReason::Interrupted => {
                    result = Err(EngineError::Interrupted);
                }
                Event::Failed { error, .. } => result = Err(error),
                Event::Done { .. } | Event::Prompt { .. } | Event::Text(_) | Event::HiddenStates(_) => {}
            }
            ControlFlow::Continue(())
        });
        result
    }
}
