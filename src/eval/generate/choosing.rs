//! Multiple-choice questions: the choice is taken whose letter is the likeliest first token of an answer.

use super::prompting::Prompting;
use super::{EvalError, Evaluation};
use crate::engine::{Steering, Token};
use crate::eval::arm::{Arm, NO_DEFENCE};
use crate::eval::dataset::{Question, labels};
use crate::eval::journal::Key;
use crate::eval::record::{Choice, Record};
use crate::prompt::{Message, Role};

pub(super) fn choose(evaluation: &mut Evaluation<'_>, arms: &[Arm]) -> Result<(), EvalError> {
    let arms: Vec<&Arm> = arms.iter().filter(|arm| arm.defence == NO_DEFENCE).collect();
    let total = arms.len() * evaluation.bed.questions.len();
    let mut done = 0;
    for arm in arms {
        let steering = evaluation.steering(arm)?;
        for number in 0..evaluation.bed.questions.len() {
            if !evaluation.journal.has(&Key::choice(arm, &evaluation.bed.questions[number].id)) {
                let record = take(evaluation, arm, &steering, number)?;
                evaluation.record(Record::Choice(record))?;
            }
            done += 1;
            (evaluation.observer)("choices", done, total);
        }
    }
    Ok(())
}

fn take(evaluation: &mut Evaluation<'_>, arm: &Arm, steering: &Steering, number: usize) -> Result<Choice, EvalError> {
    let Evaluation { model, template, settings, bed, scorer, .. } = evaluation;
    let question = &bed.questions[number];
    let prompting = Prompting::new(model, template, settings.system.as_deref());
    let (prompt, letters) = letters(&prompting, question)?;
    let mut best = (0, f32::NEG_INFINITY);
    // The row in front of an answer's first token; which token that is does not matter.
    scorer.score(steering, &prompt, &letters[..1], &mut |_, logits| {
        for (choice, letter) in letters.iter().enumerate() {
            let logit = logits.get(letter.id() as usize).copied().unwrap_or(f32::NEG_INFINITY);
            if logit > best.1 {
                best = (choice, logit);
            }
        }
    })?;
    Ok(Choice { arm: arm.clone(), id: question.id.clone(), right: question.right, taken: best.0 })
}

/// The prompt, and for every choice the token that an answer with its letter begins with.
fn letters(prompting: &Prompting<'_>, question: &Question) -> Result<(Vec<Token>, Vec<Token>), EvalError> {
    let rendered = prompting.rendered(&[Message::new(Role::User, question.prompt())], &question.id)?;
    let prompt = prompting.tokens(&rendered, &question.id)?;
    let mut letters: Vec<(char, Token)> = vec![];
    for label in labels().take(question.choices.len()) {
        let mut answered = rendered.clone();
        answered.push(&label.to_string());
        let tokens = prompting.tokens(&answered, &question.id)?;
        let same = tokens.iter().zip(&prompt).take_while(|(with, without)| with == without).count();
        let unheard = EvalError::Labels { first: label, second: label };
        let token = tokens.get(same).copied().ok_or(unheard)?;
        if let Some((first, _)) = letters.iter().find(|(_, other)| *other == token) {
            return Err(EvalError::Labels { first: *first, second: label });
        }
        letters.push((label, token));
    }
    Ok((prompt, letters.into_iter().map(|(_, token)| token).collect()))
}
