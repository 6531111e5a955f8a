//! From messages to the tokens that a model is given.

use std::sync::OnceLock;

use super::EvalError;
use crate::engine::{Model, Token};
use crate::eval::generate::defences::{Call, Vocabulary};
use crate::prompt::{Message, Role, Template};

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
    pub fn text(&self, messages: &[Message], item: &str) -> Result<String, EvalError> {
        let has_system = messages.first().is_some_and(|message| message.role == Role::System);
        let system = self.system.filter(|_| !has_system).map(|system| Message::new(Role::System, system));
        let messages: Vec<Message> = system.into_iter().chain(messages.iter().cloned()).collect();
        let failed = |source| EvalError::Template { item: item.to_owned(), source };
        self.template.render(&messages).map_err(failed)
    }

    /// The tokens of a question that is asked as it is.
    pub fn plain(&self, prompt: &str, item: &str) -> Result<Vec<Token>, EvalError> {
        Ok(self.model.tokenize(&self.text(&[Message::new(Role::User, prompt)], item)?))
    }

    /// The tokens of a defence's call.
    pub fn call(&self, call: &Call, item: &str) -> Result<Vec<Token>, EvalError> {
        let tokens = self.model.tokenize(&self.text(&call.messages, item)?);
        let Some(retokenisation) = call.retokenisation else { return Ok(tokens) };
        let pieces: Vec<(Token, Vec<u8>)> = tokens.iter().map(|token| (*token, self.model.piece(*token))).collect();
        let vocabulary = self.vocabulary.get_or_init(|| Vocabulary::of(self.model));
        Ok(retokenisation.apply(&pieces, call.sent(), vocabulary))
    }

    /// The tokens of a question, and of an answer to it with the end of the turn behind it.
    pub fn answered(&self, prompt: &str, answer: &str, item: &str) -> Result<(Vec<Token>, Vec<Token>), EvalError> {
        let mut text = self.text(&[Message::new(Role::User, prompt)], item)?;
        let alone = self.model.tokenize(&text);
        text.push_str(answer);
        let mut both = self.model.tokenize(&text);
        // A tokenizer may join the end of the prompt with the beginning of the answer; that token is the answer's.
        let n = both.iter().zip(&alone).take_while(|(both, alone)| both == alone).count();
        let mut answer = both.split_off(n);
        answer.extend(self.model.end_token());
        Ok((both, answer))
    }
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
