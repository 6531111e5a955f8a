//! Six defences that change or filter the prompt instead of the model, to compare steering with.
//!
//! A *defence* never runs the model itself. [`Defence::start`] gives the first [`Step`]: what is needed from the model, and
//! how to go on with its reply. Whoever runs the model does what the step says until an answer is chosen or the request is
//! blocked, so a batch runner can have many items under many defences in flight at once.

mod in_context;
mod paraphrase;
mod perplexity;
mod retokenisation;
mod self_reminder;
mod smooth_llm;
mod step;
mod vocabulary;

pub use perplexity::Filter;
pub use retokenisation::Retokenisation;
pub use step::{AfterAnswers, AfterScore, Call, Purpose, Step};
pub use vocabulary::Vocabulary;

use crate::prompt::{Language, Message, Role};

/// A defence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Defence {
    /// The prompt between two reminders to be responsible.
    SelfReminder,
    /// An exchange with a refusal before the prompt.
    InContext,
    /// The prompt in the model's own other words.
    Paraphrase,
    /// Prompts that the model finds too unlikely are not answered.
    PerplexityFilter,
    /// The majority among the answers to randomly changed copies.
    SmoothLlm,
    /// The prompt in smaller tokens than usual.
    Retokenisation,
}

/// What a defence is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The prompt as it would be asked without the defence.
    pub prompt: &'a str,
    /// The language in which reminders and examples are written (see [`Language::of_text`]).
    pub language: Language,
    /// The seed of the evaluation.
    pub seed: u64,
}

/// A defence that cannot start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefenceError {
    /// The threshold of the perplexity filter is missing.
    #[error(
        "the perplexity filter has no threshold: it takes the highest log-perplexity of the plain requests, and there are \
         none"
    )]
    NotCalibrated,
    /// There is no such defence.
    #[error(
        "no such defence; choose from self-reminder, in-context, paraphrase, perplexity-filter, smooth-llm and \
         retokenisation"
    )]
    Unknown,
}

impl Defence {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SelfReminder,
        Self::InContext,
        Self::Paraphrase,
        Self::PerplexityFilter,
        Self::SmoothLlm,
        Self::Retokenisation,
    ];

    /// Its name, as in records and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfReminder => "self-reminder",
            Self::InContext => "in-context",
            Self::Paraphrase => "paraphrase",
            Self::PerplexityFilter => "perplexity-filter",
            Self::SmoothLlm => "smooth-llm",
            Self::Retokenisation => "retokenisation",
        }
    }

    /// The paper whose defaults it follows.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::SelfReminder => self_reminder::SOURCE,
            Self::InContext => in_context::SOURCE,
            Self::Paraphrase => paraphrase::SOURCE,
            Self::PerplexityFilter => perplexity::SOURCE,
            Self::SmoothLlm => smooth_llm::SOURCE,
            Self::Retokenisation => retokenisation::SOURCE,
        }
    }

    /// The first step for `case`. `filter` is only looked at by the perplexity filter.
    ///
    /// # Errors
    /// The perplexity filter was not given.
    pub fn start(self, case: Case<'_>, filter: Option<Filter>) -> Result<Step, DefenceError> {
        Ok(match self {
            Self::SelfReminder => self_reminder::start(case),
            Self::InContext => in_context::start(case),
            Self::Paraphrase => paraphrase::start(case),
            Self::PerplexityFilter => perplexity::start(case, filter.ok_or(DefenceError::NotCalibrated)?),
            Self::SmoothLlm => smooth_llm::start(case),
            Self::Retokenisation => retokenisation::start(case),
        })
    }
}

/// The first step for `case` under `defence`, or of just asking if there is none. `filter` is only looked at by the
/// perplexity filter.
///
/// # Errors
/// The perplexity filter was not given.
pub fn start(defence: Option<Defence>, case: Case<'_>, filter: Option<Filter>) -> Result<Step, DefenceError> {
    match defence {
        Some(defence) => defence.start(case, filter),
        None => Ok(Step::ask_once(Call::answer(vec![user(case.prompt)]), 0)),
    }
}

impl std::str::FromStr for Defence {
    type Err = DefenceError;

    fn from_str(name: &str) -> Result<Self, DefenceError> {
        Self::ALL.into_iter().find(|defence| defence.name() == name).ok_or(DefenceError::Unknown)
    }
}

fn user(content: impl Into<String>) -> Message {
    Message::new(Role::User, content)
}

#[cfg(test)]
mod tests;
