//! How likely texts are by themselves: what defences ask about.

use super::EvalError;
use crate::engine::{Model, Scorer, Steering, surprise};

/// −ln p of each token of `text` but the first, in nats, under the plain model and without a template. What is longer than
/// the context is scored as far as it goes.
pub(super) fn surprises(model: &Model, scorer: &mut Scorer, text: &str) -> Result<Vec<f64>, EvalError> {
    let tokens = model.tokenize_contents(text, std::slice::from_ref(&(0..text.len())));
    let [first, rest @ ..] = tokens.as_slice() else { return Ok(vec![]) };
    let rest = &rest[..rest.len().min(scorer.n_ctx().saturating_sub(1))];
    let mut surprises = vec![];
    scorer.score(&Steering::default(), &[*first], rest, &mut |row, logits| {
        surprises.push(surprise(logits, rest[row].id() as usize));
    })?;
    Ok(surprises)
}
