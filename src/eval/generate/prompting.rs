//! From messages to the tokens that a model is given.

use std::sync::OnceLock;

use super::EvalError;
use crate::engine::{Model, Token};
use crate::eval::generate::defences::{Call, Vocabulary};
use crate::prompt::{Message, Rendered, Role, Template, TemplateError};

/// How questions are put to the model.
pub(super) struct Prompting<'a> {
    pub model: &'a Model,
    pub template: &'a Template,
    pub system: Option<&'a str>,
    vocabulary: OnceLock<Vocabulary>,
}

impl<'a> Prompting<'a> {
    pub fn new(model: &'a Model, template: &'a Template, system: Option<&'a str>) -> Self {
        Self { model, template, system, vocabulary: OnceLock::new() }
    }

    /// The rendered prompt of `messages`, for the item called `item`.
    pub fn rendered(&self, messages: &[Message], item: &str) -> Result<Rendered, EvalError> {
        let has_system = messages.first().is_some_and(|message| message.role == Role::System);
        let system = self.system.filter(|_| !has_system).map(|system| Message::new(Role::System, system));
        let messages: Vec<Message> = system.into_iter().chain(messages.iter().cloned()).collect();
        self.template.render(&messages).map_err(|source| failed(source, item))
    }

    /// Its tokens.
    pub fn tokens(&self, rendered: &Rendered, item: &str) -> Result<Vec<Token>, EvalError> {
        rendered.tokens(self.model).map_err(|source| failed(source, item))
    }

    /// The tokens of a question that is asked as it is.
    pub fn plain(&self, prompt: &str, item: &str) -> Result<Vec<Token>, EvalError> {
        self.tokens(&self.rendered(&[Message::new(Role::User, prompt)], item)?, item)
    }

    /// The tokens of a defence's call.
    pub fn call(&self, call: &Call, item: &str) -> Result<Vec<Token>, EvalError> {
        let tokens = self.tokens(&self.rendered(&call.messages, item)?, item)?;
        let Some(retokenisation) = call.retokenisation else { return Ok(tokens) };
        let pieces: Vec<(Token, Vec<u8>)> = tokens.iter().map(|token| (*token, self.model.piece(*token))).collect();
        let vocabulary = self.vocabulary.get_or_init(|| Vocabulary::of(self.model));
        Ok(retokenisation.apply(&pieces, call.sent(), vocabulary))
    }

    /// The tokens of a question, and of an answer to it with the end of the turn behind it.
    pub fn answered(&self, prompt: &str, answer: &str, item: &str) -> Result<(Vec<Token>, Vec<Token>), EvalError> {
        let mut rendered = self.rendered(&[Message::new(Role::User, prompt)], item)?;
        let alone = self.tokens(&rendered, item)?;
        rendered.push_content(answer);
        let mut both = self.tokens(&rendered, item)?;
        // A tokenizer may join the end of the prompt with the beginning of the answer; that token is the answer's.
        let n = both.iter().zip(&alone).take_while(|(both, alone)| both == alone).count();
        let mut answer = both.split_off(n);
        answer.extend(self.model.end_token());
        Ok((both, answer))
    }
}

fn failed(source: TemplateError, item: &str) -> EvalError {
    EvalError::Template { item: item.to_owned(), source }
}

/// What all of `prompts` begin with, at least one token short of the shortest.
pub(super) fn common_prefix(prompts: &[Vec<Token>]) -> Vec<Token> {
    // One prompt alone has nobody to share with.
    let [first, rest @ ..] = prompts else { return vec![] };
    if rest.is_empty() {
        return vec![];
    }
    let shortest = prompts.iter().map(Vec::len).min().unwrap_or(0);
    let common = |other: &Vec<Token>| first.iter().zip(other).take_while(|(a, b)| a == b).count();
    let n = rest.iter().map(common).min().unwrap_or(0).min(shortest.saturating_sub(1));
    first[..n].to_vec()
}
