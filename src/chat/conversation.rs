//! A conversation: the history, and the next answer in its light.

use std::ops::ControlFlow;

use super::template::{Message, Role, Template, TemplateError};
use crate::engine::{Answer, EngineError, Limits, Sampler, Session, Token};

/// Room that is kept for an answer before old turns are dropped: this share of the context…
const ANSWER_SHARE: usize = 4;
/// …but not more tokens than this.
const ANSWER_ROOM: usize = 512;

/// What is said back, and what it took.
#[derive(Debug)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// Turns that had to be dropped from the history to make room.
    pub dropped_turns: usize,
}

/// An error while answering.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConversationError {
    /// The template refused.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

struct Turn {
    user: String,
    assistant: String,
}

/// The history of a conversation, oldest turn first.
pub struct Conversation {
    template: Template,
    system: Option<String>,
    turns: Vec<Turn>,
}

impl Conversation {
    /// A conversation in which nothing has been said yet.
    #[must_use]
    pub fn new(template: Template, system: Option<String>) -> Self {
        Self { template, system, turns: vec![] }
    }

    /// Forgets every turn; the system prompt stays.
    pub fn reset(&mut self) {
        self.turns.clear();
    }

    /// Turns in the history.
    #[must_use]
    pub fn n_turns(&self) -> usize {
        self.turns.len()
    }

    /// Whether the model brought its own template.
    #[must_use]
    pub fn has_models_own_template(&self) -> bool {
        self.template.is_models_own()
    }

    /// Answers `text`, showing each piece to `on_text`, and remembers both. If the context is too small for the
    /// history, the oldest turns are dropped; the system prompt never is.
    ///
    /// # Errors
    /// The message alone does not fit, the template refuses, or the engine fails; the history is then as before.
    pub fn say(
        &mut self,
        text: &str,
        session: &mut Session<'_>,
        sampler: &mut Sampler,
        limits: Limits,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Reply, ConversationError> {
        if text.trim().is_empty() {
            return Err(EngineError::EmptyPrompt.into());
        }
        let n_ctx = session.n_ctx();
        let answer_room = limits.max_tokens.unwrap_or(ANSWER_ROOM).min(ANSWER_ROOM).min(n_ctx / ANSWER_SHARE);
        let (prompt, dropped_turns) = self.prompt_that_fits(text, session, n_ctx - answer_room)?;
        let answer = session.answer(&prompt, sampler, limits, on_text)?;
        self.turns.drain(..dropped_turns);
        self.turns.push(Turn { user: text.to_owned(), assistant: answer.text.clone() });
        Ok(Reply { answer, dropped_turns })
    }

    /// The prompt's tokens and how many of the oldest turns it leaves out so as to have at most `room` tokens. The
    /// last message alone may be longer than that: then the engine decides.
    fn prompt_that_fits(
        &self,
        text: &str,
        session: &Session<'_>,
        room: usize,
    ) -> Result<(Vec<Token>, usize), TemplateError> {
        let mut dropped = 0;
        loop {
            let prompt = session.model().tokenize(&self.template.render(&self.messages(dropped, text))?);
            if prompt.len() <= room || dropped == self.turns.len() {
                return Ok((prompt, dropped));
            }
            dropped += 1;
        }
    }

    fn messages(&self, dropped: usize, text: &str) -> Vec<Message> {
        let system = self.system.iter().map(|system| Message::new(Role::System, system));
        let turns = self.turns[dropped..]
            .iter()
            .flat_map(|turn| [Message::new(Role::User, &turn.user), Message::new(Role::Assistant, &turn.assistant)]);
        system.chain(turns).chain([Message::new(Role::User, text)]).collect()
    }
}
