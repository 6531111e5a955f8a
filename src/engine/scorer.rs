//! How likely known text is: the logits in front of every token of an answer that is given.

use super::boundary::{Batch, Context};
use super::error::EngineError;
use super::logits;
use super::model::{Model, Token};
use super::options::ContextOptions;
use super::session::Interrupter;
use super::steering::Steering;

/// What the logits of one decode call may take.
const OUTPUT_BYTES: usize = 64 << 20;

/// Runs a model over text that is given (teacher forcing). One text at a time: a text has dozens of tokens, which keep
/// every core busy already, and nothing then depends on which texts come together.
pub struct Scorer<'model> {
    context: Context<'model>,
    /// `[n_layer − 1, n_embd]`, as for a session.
    dense: Vec<f32>,
    alpha: f32,
    n_outputs: usize,
}

impl<'model> Scorer<'model> {
    /// Makes a context of `options`' length on `model`, plain at first.
    ///
    /// # Errors
    /// The context cannot be made.
    pub fn new(model: &'model Model, options: &ContextOptions, interrupter: &Interrupter) -> Result<Self, EngineError> {
        let n_batch = options.n_batch.min(options.n_ctx);
        let n_outputs = (OUTPUT_BYTES / (size_of::<f32>() * model.n_vocab().max(1))).clamp(1, n_batch as usize);
        let n_outputs_max = u32::try_from(n_outputs).unwrap_or(n_batch);
        let options = ContextOptions { n_seq_max: 1, n_outputs_max, n_batch, unified_cache: true, ..options.clone() };
        let context = Context::new(model, &options, interrupter.clone().into_flag())?;
        let dense = vec![0.0; model.n_embd() * (model.n_layer() - 1)];
        Ok(Self { context, dense, alpha: 0.0, n_outputs })
    }

    /// Tokens that a prompt and its answer may have together.
    #[must_use]
    pub fn n_ctx(&self) -> usize {
        self.context.n_ctx()
    }

    /// Puts `steering` in place.
    ///
    /// # Errors
    /// It does not fit the model, or llama.cpp refused it.
    pub fn steer(&mut self, steering: &Steering) -> Result<(), EngineError> {
        steering.check(self.context.model())?;
        steering.apply(&mut self.context, &mut self.dense)?;
        self.alpha = steering.strongest_alpha();
        Ok(())
    }

    /// Gives `on_row(index, logits)` the logits (`[n_vocab]`) that the model has for token `index` of `answer`, when it
    /// stands behind `prompt` and the answer's tokens before it.
    ///
    /// # Errors
    /// The prompt is empty, both together are longer than the context, the output is not finite, llama.cpp failed, or
    /// it was interrupted.
    pub fn score(
        &mut self,
        prompt: &[Token],
        answer: &[Token],
        on_row: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), EngineError> {
        let n_tokens = prompt.len() + answer.len();
        if prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        // The answer's last token need not be processed, so it takes no place.
        if n_tokens > self.context.n_ctx() + 1 {
            return Err(EngineError::PromptTooLong { n_prompt: n_tokens, n_ctx: self.context.n_ctx() });
        }
        self.context.clear_cache();
        let result = self.try_score(prompt, answer, on_row);
        if result.is_err() {
            self.context.wipe_cache();
        }
        result
    }

    fn try_score(
        &mut self,
        prompt: &[Token],
        answer: &[Token],
        on_row: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), EngineError> {
        let processed = prompt.iter().chain(answer).take((prompt.len() + answer.len()).saturating_sub(1));
        let mut batch = Batch::default();
        let (mut n_outputs, mut next_row) = (0, 0);
        for (position, token) in processed.enumerate() {
            let wants_output = position + 1 >= prompt.len();
            if batch.len() == self.context.n_batch() || (wants_output && n_outputs == self.n_outputs) {
                next_row = self.decode(&mut batch, next_row, on_row)?;
                n_outputs = 0;
            }
            batch.push(*token, position, 0, wants_output);
            n_outputs += usize::from(wants_output);
        }
        if !batch.is_empty() {
            self.decode(&mut batch, next_row, on_row)?;
        }
        Ok(())
    }

    /// Runs a batch and gives out its rows, from `next_row` of the answer on; empties the batch.
    fn decode(
        &mut self,
        batch: &mut Batch,
        mut next_row: usize,
        on_row: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<usize, EngineError> {
        self.context.decode_whole(batch)?;
        for row in batch.output_rows() {
            on_row(next_row, logits::usable(&mut self.context, row, self.alpha)?);
            next_row += 1;
        }
        batch.clear();
        Ok(next_row)
    }
}
