//! What came of asking: the lines of the JSONL file of an evaluation.

use serde::{Deserialize, Serialize};

use super::arm::Arm;
use super::item::Item;
use crate::engine::FinishReason;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "most records are answers: a box would only cost")]
pub enum Record {
    /// An answer.
    Answered(Answered),
    /// How likely known text is under an arm.
    Likelihood(Likelihood),
    /// A multiple-choice question.
    Choice(Choice),
    /// Two answers, compared by a judge model.
    Comparison(Comparison),
}

/// An answer to an item, and what a judge says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// Under which conditions.
    pub arm: Arm,
    /// What was asked.
    pub item: Item,
    /// What the model was given in the end: `item.prompt` as the defence changed it. Empty if a filter let nothing
    /// through.
    pub sent: String,
    /// The answer; of a filter that let nothing through, its words.
    pub answer: String,
    /// Why the answer ended; `None` if a filter let nothing through.
    pub finish: Option<FinishReason>,
    /// Tokens of the prompt, template included.
    pub prompt_tokens: usize,
    /// Of these, tokens that the defence added (negative: took away), over all the calls that it made.
    pub added_tokens: i64,
    /// Tokens of the answer.
    pub answer_tokens: usize,
    /// Calls of the model for this one answer: more than 1 for defences that paraphrase or vote.
    pub calls: usize,
    /// What the judge says; `None` before judging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Answered {
    /// Whether the prompt did not fit: a record says it by its ending and an answer of no tokens.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.finish == Some(FinishReason::ContextFull) && self.answer_tokens == 0
    }
}

/// What a judge says of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which judge.
    pub judge: String,
    /// Whether the answer refuses; `None` if the judge gave no answer that could be read, or does not know the language.
    pub is_refused: Option<bool>,
    /// Why the answer is neither a refusal nor an answer, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<Flaw>,
    /// What the judge saw: the phrase that was found, or the judge model's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// What keeps an answer that does not refuse from being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// It only repeats itself, or says no word: the model is broken there.
    Broken,
    /// It is in a language that the judge does not know.
    UnknownLanguage,
}

/// What came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It refuses.
    Refused,
    /// It answers.
    Answered,
    /// It does neither: it only repeats itself.
    Broken,
    /// It is in a language that the judge does not know.
    UnknownLanguage,
    /// The judge gave nothing that could be read.
    Unreadable,
}

impl Verdict {
    /// The verdict in one word.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match (self.flaw, self.is_refused) {
            (Some(Flaw::Broken), _) => Outcome::Broken,
            (Some(Flaw::UnknownLanguage), _) => Outcome::UnknownLanguage,
            (None, Some(true)) => Outcome::Refused,
            (None, Some(false)) => Outcome::Answered,
            (None, None) => Outcome::Unreadable,
        }
    }
}

/// How likely an answer that is known beforehand is under an arm, token by token, and how far the distributions are
/// from the plain model's along it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Likelihood {
    /// Under which conditions.
    pub arm: Arm,
    /// The item whose answer it is.
    pub item_id: String,
    /// Whether the answer is a reference of the item, or else the plain model's own answer.
    pub is_reference: bool,
    /// Tokens of the answer, the end of turn included.
    pub tokens: usize,
    /// Sum over the tokens of −ln p, in nats: exp(sum / tokens) is the perplexity.
    pub negative_log_likelihood: f64,
    /// Sum over the tokens of KL(plain ‖ arm) of the next-token distributions, in nats.
    pub kl_divergence: f64,
}

/// A multiple-choice question: the choice with the most likely label is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Under which conditions.
    pub arm: Arm,
    /// Names the question.
    pub id: String,
    /// The right choice, from 0.
    pub right: usize,
    /// The choice taken.
    pub taken: usize,
}

/// An answer of an arm and the plain model's to the same item, shown to a judge model in both orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The arm compared with the plain model.
    pub arm: Arm,
    /// The item.
    pub item_id: String,
    /// The judge model.
    pub judge: String,
    /// Points of the arm with its answer shown first, and shown second: 1 won, 0.5 drawn, 0 lost; `None` if the judge
    /// gave no answer that could be read.
    pub points: [Option<f64>; 2],
}
