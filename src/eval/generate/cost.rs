//! What a defence costs in time: a few prompts one after another, as one person asks them.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::prompting::Prompting;
use super::scoring::surprises;
use super::{EvalError, Evaluation, arms};
use crate::engine::{ContextOptions, EngineError, FinishReason, Limits, Sampler, Session};
use crate::eval::arm::Arm;
use crate::eval::cost::Cost;
use crate::eval::dataset::spread;
use crate::eval::generate::defences::{self, Case, Filter, Step};

/// How long one answer took.
struct Times {
    first_token: Duration,
    answer: Duration,
    tokens_per_second: Option<f64>,
}

impl Evaluation<'_> {
    /// Times of `n` harmless prompts under every one of `arms`, the arms in turn for each prompt, one sequence at a time
    /// in a `context` as a chat has it. An arm's first prompt is asked once more beforehand and not counted.
    ///
    /// # Errors
    /// The model fails, or it was interrupted.
    pub fn measure_costs(&mut self, arms: &[Arm], n: usize, context: &ContextOptions) -> Result<Vec<Cost>, EvalError> {
        let harmless = (0..self.bed.items.len()).filter(|number| !self.item(*number).kind.should_be_refused());
        let chosen = spread(harmless.collect::<Vec<_>>(), n, |_| ());
        let steerings = arms.iter().map(|arm| self.steering(arm)).collect::<Result<Vec<_>, _>>()?;
        let mut session = Session::new(self.model, context, crate::engine::Steering::default())?;
        let mut times: Vec<Vec<Times>> = arms.iter().map(|_| vec![]).collect();
        let total = (chosen.len() + 1) * arms.len();
        let mut done = 0;
        let warm_up = chosen.first().copied();
        for (turn, number) in warm_up.into_iter().chain(chosen).enumerate() {
            for (place, (arm, steering)) in arms.iter().zip(&steerings).enumerate() {
                if self.cancel.is_cancelled() {
                    return Err(EngineError::Interrupted.into());
                }
                session.steer(steering.clone())?;
                if let Some(measured) = self.time(&mut session, arm, number)?
                    && turn > 0
                {
                    times[place].push(measured);
                }
                done += 1;
                (self.observer)("timings", done, total);
            }
        }
        Ok(arms.iter().zip(times).filter_map(|(arm, times)| cost(arm, &times)).collect())
    }

    /// One answer, from question to end. `None` if the prompt does not fit.
    fn time(&mut self, session: &mut Session, arm: &Arm, number: usize) -> Result<Option<Times>, EvalError> {
        let item = self.bed.items[number].clone();
        let prompting = Prompting::new(self.model, &self.template, self.settings.system.as_deref());
        let begin = Instant::now();
        let case = Case { prompt: &item.prompt, language: item.spoken(), seed: self.settings.seed };
        // Lets everything through: what is timed is the filter's own work.
        let filter = Filter { threshold: f64::INFINITY, window: None };
        let mut step = defences::start(arms::defence_of(arm)?, case, Some(filter))?;
        let (mut n_calls, mut first, mut rate) = (0, None, None);
        loop {
            step = match step {
                Step::Ask { calls, then } => {
                    let is_alone = calls.len() == 1;
                    let mut answers = vec![];
                    for call in calls {
                        session.forget();
                        let prompt = prompting.call(&call, &item.id)?;
                        if prompt.len() >= session.n_ctx() {
                            return Ok(None);
                        }
                        first = None;
                        let mut sampler = Sampler::default();
                        let limits = Limits::tokens(self.settings.max_tokens);
                        let answer = session.answer(&prompt, &mut sampler, &limits, &self.cancel, &mut |_| {
                            first.get_or_insert_with(|| begin.elapsed());
                            ControlFlow::Continue(())
                        })?;
                        if answer.finish == FinishReason::Interrupted {
                            return Err(EngineError::Interrupted.into());
                        }
                        rate = answer.decode_rate().or(rate);
                        answers.push(answer.text);
                        n_calls += 1;
                    }
                    // Of answers that are voted on none can be shown before the last is there.
                    first = first.filter(|_| is_alone);
                    then(answers)
                }
                Step::Score { text, then } => then(&surprises(self.model, &mut self.scorer, &text)?),
                Step::Take(call) => {
                    let answer = begin.elapsed();
                    let first = first.filter(|_| call + 1 == n_calls).unwrap_or(answer);
                    return Ok(Some(Times { first_token: first, answer, tokens_per_second: rate }));
                }
                Step::Block(_) => return Ok(None),
            };
        }
    }
}

fn cost(arm: &Arm, times: &[Times]) -> Option<Cost> {
    let median_of = |value: &dyn Fn(&Times) -> Option<f64>| median(times.iter().filter_map(value).collect());
    Some(Cost {
        arm: arm.clone(),
        n: times.len(),
        first_token_seconds: median_of(&|times| Some(times.first_token.as_secs_f64()))?,
        tokens_per_second: median_of(&|times| times.tokens_per_second).unwrap_or(0.0),
        answer_seconds: median_of(&|times| Some(times.answer.as_secs_f64()))?,
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { (values[middle - 1] + upper) / 2.0 })
}
