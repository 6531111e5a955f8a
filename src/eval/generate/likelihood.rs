//! How likely known answers are under every arm, and how far each arm's distributions are from the plain model's along
//! them (teacher forcing).

use std::collections::HashMap;

use super::prompting::Prompting;
use super::{EvalError, Evaluation};
use crate::engine::{Steering, Token, divergence, log_probabilities, surprise};
use crate::eval::arm::{Arm, NO_DEFENCE};
use crate::eval::dataset::spread;
use crate::eval::journal::Key;
use crate::eval::record::{Likelihood, Record};

/// Tokens of an answer that are looked at: the plain model's distributions of one answer are kept in memory, at 4 bytes
/// an entry of the vocabulary.
const MAX_TOKENS: usize = 256;

/// A known answer.
struct Known {
    item_id: String,
    is_reference: bool,
    prompt: Vec<Token>,
    answer: Vec<Token>,
}

pub(super) fn score(evaluation: &mut Evaluation<'_>, arms: &[Arm]) -> Result<(), EvalError> {
    let arms: Vec<&Arm> = arms.iter().filter(|arm| arm.defence == NO_DEFENCE).collect();
    let known = known(evaluation)?;
    let total = known.len() * arms.len();
    let mut done = 0;
    for known in &known {
        let open: Vec<&&Arm> =
            arms.iter().filter(|arm| !evaluation.journal.has(&Key::likelihood(arm, &known.item_id))).collect();
        if !open.is_empty() {
            let baseline = distributions(evaluation, known)?;
            for arm in open {
                let record = measured(evaluation, known, arm, &baseline)?;
                evaluation.record(Record::Likelihood(record))?;
            }
        }
        done += arms.len();
        (evaluation.observer)("likelihoods", done, total);
    }
    Ok(())
}

/// Answers to harmless requests: a reference, or else what the plain model answered.
fn known(evaluation: &Evaluation<'_>) -> Result<Vec<Known>, EvalError> {
    let own: HashMap<&str, &str> = evaluation
        .journal
        .records()
        .iter()
        .filter_map(|record| match record {
            Record::Answered(answered) if answered.arm.is_baseline() => Some((&*answered.item.id, &*answered.answer)),
            _ => None,
        })
        .collect();
    let harmless = (0..evaluation.bed.items.len()).filter(|number| !evaluation.item(*number).kind.should_be_refused());
    let chosen = spread(harmless.collect(), evaluation.settings.n_likelihood, |_| ());
    let prompting = Prompting::new(evaluation.model, &evaluation.template, evaluation.settings.system.as_deref());
    let mut all = vec![];
    for number in chosen {
        let item = evaluation.item(number);
        let reference = item.references.first().map(String::as_str);
        let Some(text) = reference.or_else(|| own.get(&*item.id).copied()).filter(|text| !text.trim().is_empty())
        else {
            continue;
        };
        let (prompt, mut answer) = prompting.answered(&item.prompt, text, &item.id)?;
        answer.truncate(MAX_TOKENS.min((evaluation.scorer.n_ctx() + 1).saturating_sub(prompt.len())));
        let (item_id, is_reference) = (item.id.clone(), reference.is_some());
        if !prompt.is_empty() && !answer.is_empty() {
            all.push(Known { item_id, is_reference, prompt, answer });
        }
    }
    Ok(all)
}

/// The plain model's log-probabilities at every token of the answer: `[tokens][n_vocab]`.
fn distributions(evaluation: &mut Evaluation<'_>, known: &Known) -> Result<Vec<Vec<f32>>, EvalError> {
    let mut rows = vec![];
    let plain = Steering::default();
    evaluation
        .scorer
        .score(&plain, &known.prompt, &known.answer, &mut |_, logits| rows.push(log_probabilities(logits)))?;
    Ok(rows)
}

fn measured(
    evaluation: &mut Evaluation<'_>,
    known: &Known,
    arm: &Arm,
    baseline: &[Vec<f32>],
) -> Result<Likelihood, EvalError> {
    let (mut negative_log_likelihood, mut kl_divergence) = (0.0, 0.0);
    let token = |row: usize| known.answer[row].id() as usize;
    if arm.is_baseline() {
        let rows = baseline.iter().enumerate();
        negative_log_likelihood = rows.map(|(row, baseline)| surprise(baseline, token(row))).sum();
    } else {
        let steering = evaluation.steering(arm)?;
        evaluation.scorer.score(&steering, &known.prompt, &known.answer, &mut |row, logits| {
            negative_log_likelihood += surprise(logits, token(row));
            kl_divergence += divergence(&baseline[row], logits);
        })?;
    }
    Ok(Likelihood {
        arm: arm.clone(),
        item_id: known.item_id.clone(),
        is_reference: known.is_reference,
        tokens: known.answer.len(),
        negative_log_likelihood,
        kl_divergence,
    })
}
