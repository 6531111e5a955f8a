//! Running an evaluation: every item under every arm, then how likely known answers are, then multiple-choice questions.
//! What is recorded already is not run again.

mod answering;
mod arms;
mod choosing;
mod cost;
pub mod defences;
mod error;
mod likelihood;
mod prompting;
mod scoring;
mod setup;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::sync::Arc;

pub use arms::ArmPlan;
pub use error::EvalError;
pub use setup::{Ready, Settings};

use super::arm::Arm;
use super::dataset::{Skipped, TestBed};
use super::item::Item;
use super::journal::{Journal, JournalError};
use super::record::Record;
use crate::engine::{
    CancelToken, Completion, EngineError, Event, FinishReason, Model, RequestId, Scheduler, Scorer, Steering,
    SteeringVector, Trial, VerifiedVector,
};
use crate::prompt::Template;
use crate::vector::{ControlVector, SvFile};

/// Told how far it is: what is being done, how much of it is done, how much there is.
pub type Observer<'a> = Box<dyn FnMut(&str, usize, usize) + 'a>;

/// An evaluation of one model.
pub struct Evaluation<'a> {
    model: &'a Arc<Model>,
    template: Template,
    settings: Settings,
    bed: TestBed,
    vector: Option<Vector>,
    scheduler: Scheduler,
    scorer: Scorer,
    /// −ln p of the tokens of texts that defences asked about.
    scores: HashMap<String, Vec<f64>>,
    journal: Journal,
    cancel: CancelToken,
    observer: Observer<'a>,
}

/// The vector that is evaluated, and its sparser copies by per cent.
struct Vector {
    verified: VerifiedVector,
    whole: ControlVector,
    pruned: HashMap<u32, VerifiedVector>,
}

impl<'a> Evaluation<'a> {
    /// What is asked.
    #[must_use]
    pub fn bed(&self) -> &TestBed {
        &self.bed
    }

    /// What was recorded.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The journal, for judges; the model's contexts are given up.
    #[must_use]
    pub fn into_journal(self) -> Journal {
        self.journal
    }

    /// Answers every item under every one of `arms`, those that change the model least often apart: by sparsity and α.
    ///
    /// # Errors
    /// The model fails, it was interrupted, or the journal cannot be written. What was recorded stays.
    pub fn answer(&mut self, arms: &[Arm]) -> Result<(), EvalError> {
        answering::answer(self, arms)
    }

    /// How likely known answers are under every one of `arms` without a defence, and how far from the plain model each
    /// is along them. Answers without a reference are the plain model's own, so those must be recorded.
    ///
    /// # Errors
    /// As for [`Self::answer`].
    pub fn score(&mut self, arms: &[Arm]) -> Result<(), EvalError> {
        likelihood::score(self, arms)
    }

    /// Takes a choice for every question under every one of `arms` without a defence.
    ///
    /// # Errors
    /// As for [`Self::answer`].
    pub fn choose(&mut self, arms: &[Arm]) -> Result<(), EvalError> {
        choosing::choose(self, arms)
    }

    /// The steering of an arm.
    fn steering(&mut self, arm: &Arm) -> Result<Steering, EvalError> {
        if arm.alpha == 0.0 {
            return Ok(Steering::default());
        }
        let vector = self.vector.as_mut().ok_or(EvalError::NoVector)?;
        let verified = match arm.sparsity {
            None => vector.verified.clone(),
            Some(percent) => match vector.pruned.entry(percent.to_bits()) {
                Entry::Occupied(pruned) => pruned.get().clone(),
                Entry::Vacant(place) => {
                    let pruned = vector.whole.pruned(f64::from(percent) / 100.0);
                    let file = Arc::new(SvFile::from_bytes(&pruned.encode()?)?);
                    place.insert(self.model.verify(&file, Trial::default())?).clone()
                }
            },
        };
        let name = verified.file().header().concept.clone();
        Ok(Steering::new(vec![SteeringVector { name, vector: verified, alpha: arm.alpha }]))
    }

    fn item(&self, number: usize) -> &Item {
        &self.bed.items[number]
    }

    fn record(&mut self, record: Record) -> Result<(), JournalError> {
        self.journal.push(record)
    }

    /// Everything that was left out, and prompts that did not fit once a defence had changed them.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        let mut skipped = self.bed.skipped.clone();
        skipped.extend(answering::overlong(self.journal.records()));
        skipped
    }

    /// Writes the records anew in the order of the plan.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_in_order(&mut self) -> Result<(), EvalError> {
        put_in_order(&mut self.journal)
    }
}

/// Writes the records of `journal` anew: by what they are, then by arm, then by item. Items keep the order in which the
/// plain model was asked them, or else that of their ids.
///
/// # Errors
/// The file cannot be written.
pub fn put_in_order(journal: &mut Journal) -> Result<(), EvalError> {
    let place = |record: &Record| {
        let (what, arm, id) = match record {
            Record::Answered(it) => (0, &it.arm, &it.item.id),
            Record::Likelihood(it) => (1, &it.arm, &it.item_id),
            Record::Choice(it) => (2, &it.arm, &it.id),
            Record::Comparison(it) => (3, &it.arm, &it.item_id),
        };
        (what, arms::place(arm), natural(id))
    };
    Ok(journal.put_in_order(place)?)
}

/// Ids in the order that people expect: `benign-2` before `benign-10`.
fn natural(id: &str) -> Vec<(String, u64)> {
    let mut parts = vec![];
    let mut rest = id;
    while !rest.is_empty() {
        let text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(text);
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        parts.push((head.to_owned(), tail[..digits].parse().unwrap_or(u64::MAX)));
        rest = &tail[digits..];
    }
    // Ids that differ only in leading zeros must not be equal.
    parts.push((id.to_owned(), 0));
    parts
}

/// One step of `scheduler`, and the requests that ended with it.
///
/// # Errors
/// A request failed or was cancelled.
pub(super) fn finished(scheduler: &mut Scheduler) -> Result<Vec<(RequestId, Completion)>, EngineError> {
    let mut ended = vec![];
    let mut failed = None;
    scheduler.step(&mut |id, event| {
        match event {
            Event::Done { completion, .. } if completion.finish == FinishReason::Interrupted => {
                failed.get_or_insert(EngineError::Interrupted);
            }
            Event::Done { completion, .. } => ended.push((id, completion)),
            Event::Failed { error, .. } => {
                failed.get_or_insert(error);
            }
            Event::Prompt { .. } | Event::Text(_) | Event::Logits { .. } | Event::HiddenStates(_) => {}
        }
        ControlFlow::Continue(())
    });
    failed.map_or(Ok(ended), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_ids_count_as_numbers() {
        let mut ids = ["benign-10", "attack-1/x", "benign-2", "benign-02", "benign", "7"];
        ids.sort_by_key(|id| natural(id));
        assert_eq!(ids, ["7", "attack-1/x", "benign", "benign-02", "benign-2", "benign-10"]);
    }
}
