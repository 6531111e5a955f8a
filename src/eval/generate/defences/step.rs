//! What a defence needs from the model next.

use super::retokenisation::Retokenisation;
use crate::prompt::Message;

/// How a defence goes on with the answers to its calls, in the order of the calls.
pub type AfterAnswers = Box<dyn FnOnce(Vec<String>) -> Step + Send>;

/// How a defence goes on with −ln p of the tokens of a text, in nats, in order.
pub type AfterScore = Box<dyn FnOnce(&[f64]) -> Step + Send>;

/// What to do next for an item, and how to go on with what comes of it.
#[must_use]
pub enum Step {
    /// Answer all of `calls`, in any order and each from nothing, and give the answers in the order of the calls to `then`.
    Ask {
        /// What to ask.
        calls: Vec<Call>,
        /// The next step; takes as many answers as there are calls.
        then: AfterAnswers,
    },
    /// Find out how likely `text` is by itself, without a template and without steering: −ln p of each of its tokens but
    /// the first, in nats, in order. None for a text of one token.
    Score {
        /// The text.
        text: String,
        /// The next step.
        then: AfterScore,
    },
    /// The item's answer is that of the call with this number, from 0, counted over all calls that were made for the item.
    /// The end.
    Take(usize),
    /// The defence let nothing through; these are its words. The end.
    Block(String),
}

/// One question to the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What is asked: the messages for the chat template. The last one is the user's.
    pub messages: Vec<Message>,
    /// What its answer is for.
    pub purpose: Purpose,
    /// How to cut the last message into tokens; the usual way, if `None`.
    pub retokenisation: Option<Retokenisation>,
}

/// What an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It may become the item's answer.
    Answer,
    /// It is a new wording of the prompt. It must not be cut off at the limit for answers: give it room for as many tokens
    /// as the prompt has, and some.
    Rewrite,
}

impl Call {
    /// A call whose answer may become the item's.
    #[must_use]
    pub fn answer(messages: Vec<Message>) -> Self {
        Self { messages, purpose: Purpose::Answer, retokenisation: None }
    }

    /// What the model is given as the last message: for the record of what was sent.
    #[must_use]
    pub fn sent(&self) -> &str {
        self.messages.last().map_or("", |message| &message.content)
    }
}

impl Step {
    /// Asks one thing and takes its answer; `n` calls were made before.
    pub(super) fn ask_once(call: Call, n: usize) -> Self {
        Self::Ask { calls: vec![call], then: Box::new(move |_| Self::Take(n)) }
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ask { calls, .. } => f.debug_tuple("Ask").field(calls).finish(),
            Self::Score { text, .. } => f.debug_tuple("Score").field(text).finish(),
            Self::Take(number) => f.debug_tuple("Take").field(number).finish(),
            Self::Block(words) => f.debug_tuple("Block").field(words).finish(),
        }
    }
}
