//! A conversation: the history, and the next answer in its light.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::template::{Message, Rendered, Role, Template, TemplateError};
use super::thinking::Piece;
use crate::engine::{CancelToken, Completion, EngineError, Event, FinishReason, Limits, Sampler, Session, Token};

/// Room that is kept for an answer before old turns are dropped: this share of the context…
const ANSWER_SHARE: usize = 4;
/// …but not more tokens than this.
const ANSWER_ROOM: usize = 512;

/// No tokenizer has tokens that are this long on average. A message that is too long even then is refused before
/// it is cut into tokens, which takes minutes for megabytes.
const MAX_BYTES_PER_TOKEN: usize = 128;

/// What comes while a message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard<'a> {
    /// The prompt, before anything is done with it.
    Rendered(&'a Rendered),
    /// So many tokens of the prompt have been processed, or were in the cache.
    Prompt {
        /// Tokens.
        done: usize,
        /// Tokens of the whole prompt.
        of: usize,
    },
    /// More of the answer.
    Said(Piece<'a>),
}

/// What is said back, and what it took.
#[derive(Debug)]
pub struct Reply {
    /// The answer as the model gave it, thinking included.
    pub answer: Completion,
    /// The answer without what the model thought before it.
    pub text: String,
    /// What the model thought, if it did.
    pub thinking: Option<String>,
    /// Turns that had to be dropped from the history to make room.
    pub dropped_turns: usize,
    /// The template knows no system role: the system prompt stood at the head of the first message.
    pub system_merged: bool,
    /// A message holds texts of control tokens, which were sent as text.
    pub has_control_texts: bool,
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
    /// The message cannot fit, whatever its tokens are.
    #[error("the message has {n_bytes} bytes, too many for a context of {n_ctx} tokens; send a shorter one")]
    TooLong {
        /// Its length.
        n_bytes: usize,
        /// Tokens of the context.
        n_ctx: usize,
    },
}

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// What the person said.
    pub user: String,
    /// What the model answered, without its thinking.
    pub assistant: String,
    /// What the model thought before; never shown to it again, as templates want it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<String>,
    /// α of every vector while it answered, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alpha: BTreeMap<String, f32>,
    /// Tokens of the cache that come before this turn: from there on it was processed anew.
    #[serde(skip)]
    cached_before: usize,
}

/// The history of a conversation, oldest turn first.
pub struct Conversation {
    template: Template,
    system: Option<String>,
    turns: Vec<Turn>,
    /// The oldest turns, which the model no longer sees because the context was full.
    forgotten: usize,
}

impl Conversation {
    /// A conversation in which nothing has been said yet.
    #[must_use]
    pub fn new(template: Template, system: Option<String>) -> Self {
        Self { template, system, turns: vec![], forgotten: 0 }
    }

    /// Forgets every turn; the system prompt stays.
    pub fn reset(&mut self) {
        self.turns.clear();
        self.forgotten = 0;
    }

    /// Puts `turns` in the place of the history.
    pub fn restore(&mut self, system: Option<String>, turns: Vec<Turn>) {
        self.system = system;
        self.turns = turns;
        self.forgotten = 0;
    }

    /// Every turn, those that the model no longer sees as well.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Turns that the model sees.
    #[must_use]
    pub fn n_turns(&self) -> usize {
        self.turns.len() - self.forgotten
    }

    /// The system prompt.
    #[must_use]
    pub fn system(&self) -> Option<&str> {
        self.system.as_deref()
    }

    /// Sets the system prompt, from the next answer on; the history stays.
    ///
    /// # Errors
    /// The template knows no system prompt; the old one stays.
    pub fn set_system(&mut self, system: Option<String>) -> Result<(), TemplateError> {
        let old = std::mem::replace(&mut self.system, system);
        let rendered = self.template.render(&self.messages(self.turns.len(), "?"));
        if rendered.is_err() {
            self.system = old;
        }
        rendered.map(|_| ())
    }

    /// Takes the last turn back. Whatever is said next is processed under the α of that time, the template's words
    /// around it included.
    pub fn undo(&mut self, session: &mut Session) -> Option<Turn> {
        let turn = self.turns.pop()?;
        self.forgotten = self.forgotten.min(self.turns.len());
        session.forget_after(turn.cached_before);
        Some(turn)
    }

    /// Puts a turn that was taken back at the end again.
    pub fn redo(&mut self, turn: Turn) {
        self.turns.push(turn);
    }

    /// Answers `text`, showing what comes to `on_heard`, and remembers both. If the context is too small for the
    /// history, the oldest turns are dropped; the system prompt never is. An answer that was stopped before its
    /// first letter is not remembered.
    ///
    /// # Errors
    /// The message alone does not fit, the template refuses, or the engine fails; the history is then as before.
    pub fn say(
        &mut self,
        text: &str,
        session: &mut Session,
        sampler: &mut Sampler,
        limits: &Limits,
        cancel: &CancelToken,
        on_heard: &mut dyn FnMut(Heard<'_>) -> ControlFlow<()>,
    ) -> Result<Reply, ConversationError> {
        let reply = self.answer(text, session, sampler, limits, cancel, on_heard)?;
        self.forgotten += reply.dropped_turns;
        let is_nothing = reply.answer.finish == FinishReason::Interrupted && reply.answer.text.is_empty();
        if !is_nothing {
            let alphas = session.steering().vectors().iter().map(|vector| (vector.name.clone(), vector.alpha));
            self.turns.push(Turn {
                user: text.to_owned(),
                assistant: reply.text.clone(),
                thinking: reply.thinking.clone(),
                alpha: alphas.collect(),
                cached_before: reply.answer.reused_tokens,
            });
        }
        Ok(reply)
    }

    /// Answers `text` after the history, and remembers nothing of it.
    ///
    /// # Errors
    /// As for [`Conversation::say`].
    pub fn answer(
        &self,
        text: &str,
        session: &mut Session,
        sampler: &mut Sampler,
        limits: &Limits,
        cancel: &CancelToken,
        on_heard: &mut dyn FnMut(Heard<'_>) -> ControlFlow<()>,
    ) -> Result<Reply, ConversationError> {
        if text.trim().is_empty() {
            return Err(EngineError::EmptyPrompt.into());
        }
        if text.len() / MAX_BYTES_PER_TOKEN > session.n_ctx() {
            return Err(ConversationError::TooLong { n_bytes: text.len(), n_ctx: session.n_ctx() });
        }
        let mut prompt = self.prompt_that_fits(text, session, room_for_prompt(session, limits))?;
        if prompt.tokens.len() < session.n_ctx() && session.grow_context(prompt.tokens.len()).is_err() {
            // The context stays as small as it is now.
            prompt = self.prompt_that_fits(text, session, room_for_prompt(session, limits))?;
        }
        let marks = self.template.thinking_marks();
        let mut splitter = marks.splitter(prompt.rendered.text());
        let limits = Limits {
            shown_tokens: marks.tokens_of(session.model()),
            free_until: marks.lead_ends(prompt.rendered.text()),
            ..limits.clone()
        };
        let (mut thinking, mut said) = (String::new(), String::new());
        let mut flow = ControlFlow::Continue(());
        let mut hear = |heard: Heard<'_>| {
            match heard {
                Heard::Said(Piece::Thinking(thought)) => thinking.push_str(thought),
                Heard::Said(Piece::Text(text)) => said.push_str(text),
                Heard::Rendered(_) | Heard::Prompt { .. } => {}
            }
            if flow.is_continue() {
                flow = on_heard(heard);
            }
            flow
        };
        let _ = hear(Heard::Rendered(&prompt.rendered));
        let answer = session.answer_aloud(&prompt.tokens, sampler, &limits, cancel, &mut |event| match event {
            Event::Prompt { done, of } => hear(Heard::Prompt { done: *done, of: *of }),
            Event::Text(text) => {
                let mut flow = ControlFlow::Continue(());
                splitter.push(text, &mut |piece| flow = hear(Heard::Said(piece)));
                flow
            }
            _ => ControlFlow::Continue(()),
        })?;
        splitter.finish(&mut |piece| {
            let _ = hear(Heard::Said(piece));
        });
        let thinking = Some(thinking).filter(|thinking| !thinking.is_empty());
        Ok(Reply {
            answer,
            text: said,
            thinking,
            dropped_turns: prompt.dropped,
            system_merged: prompt.rendered.system_merged(),
            has_control_texts: prompt.rendered.has_control_texts(session.model()),
        })
    }

    /// The prompt that leaves out as few of the oldest turns as it must to have at most `room` tokens. The last
    /// message alone may be longer than that: then the engine decides.
    fn prompt_that_fits(&self, text: &str, session: &Session, room: usize) -> Result<Prompt, TemplateError> {
        let prompt = |dropped: usize| -> Result<Prompt, TemplateError> {
            let rendered = self.template.render(&self.messages(self.forgotten + dropped, text))?;
            Ok(Prompt { tokens: rendered.tokens(session.model())?, rendered, dropped })
        };
        let whole = prompt(0)?;
        if whole.tokens.len() <= room {
            return Ok(whole);
        }
        // Fewer turns make fewer tokens, so the first number of turns to drop that fits can be found by halving.
        let (mut too_few, mut enough) = (0, self.n_turns());
        while enough - too_few > 1 {
            let middle = too_few + (enough - too_few) / 2;
            if prompt(middle)?.tokens.len() <= room {
                enough = middle;
            } else {
                too_few = middle;
            }
        }
        prompt(enough)
    }

    fn messages(&self, forgotten: usize, text: &str) -> Vec<Message> {
        let system = self.system.iter().map(|system| Message::new(Role::System, system));
        let turns = self.turns[forgotten..]
            .iter()
            .flat_map(|turn| [Message::new(Role::User, &turn.user), Message::new(Role::Assistant, &turn.assistant)]);
        system.chain(turns).chain([Message::new(Role::User, text)]).collect()
    }
}

/// Tokens that a prompt may have, so that an answer still fits behind it.
fn room_for_prompt(session: &Session, limits: &Limits) -> usize {
    let n_ctx = session.n_ctx();
    let answer_room = limits.max_tokens.unwrap_or(ANSWER_ROOM).min(ANSWER_ROOM).min(n_ctx / ANSWER_SHARE);
    n_ctx - answer_room
}

struct Prompt {
    rendered: Rendered,
    tokens: Vec<Token>,
    /// Turns that it leaves out.
    dropped: usize,
}
