//! A rendered prompt that knows which parts of it people wrote.

use std::ops::Range;

use super::TemplateError;
use crate::engine::{Model, Token};

/// What a template made of messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    pub(super) text: String,
    /// What people wrote, as byte ranges in order.
    pub(super) contents: Vec<Range<usize>>,
    /// Messages of the assistant that the template changed so much that nobody knows where they stand.
    pub(super) lost: Vec<String>,
    pub(super) system_merged: bool,
    pub(super) obeys_contents: bool,
}

impl Rendered {
    /// The prompt.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the template knows no system role, so that the system prompt stands at the head of the first message.
    #[must_use]
    pub fn system_merged(&self) -> bool {
        self.system_merged
    }

    /// Adds text whose control tokens are obeyed: the operator's.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds text that somebody wrote, or a model said.
    pub fn push_content(&mut self, text: &str) {
        let begin = self.text.len();
        self.text.push_str(text);
        self.contents.push(begin..self.text.len());
    }

    /// Whether people wrote control tokens of `model`, which are read as text.
    #[must_use]
    pub fn has_control_texts(&self, model: &Model) -> bool {
        !self.obeys_contents && self.contents.iter().any(|range| model.has_control_text(&self.text[range.clone()]))
    }

    /// The prompt as tokens: control tokens that the template wrote are obeyed, those that people wrote are text.
    ///
    /// # Errors
    /// [`TemplateError::ControlTokens`]: one is written in a message that cannot be found in the prompt.
    pub fn tokens(&self, model: &Model) -> Result<Vec<Token>, TemplateError> {
        if self.obeys_contents {
            return Ok(model.tokenize(&self.text));
        }
        if self.lost.iter().any(|text| model.has_control_text(text)) {
            return Err(TemplateError::ControlTokens);
        }
        Ok(model.tokenize_contents(&self.text, &self.contents))
    }

    /// The prompt and its tokens for a person: control tokens stand in ⟦ ⟧, others in ' '.
    ///
    /// # Errors
    /// As for [`Self::tokens`].
    pub fn described(&self, model: &Model) -> Result<String, TemplateError> {
        let written = |token: &Token| {
            let text = String::from_utf8_lossy(&model.written_piece(*token)).replace('\n', "\\n");
            if model.piece(*token).is_empty() { format!("⟦{text}⟧") } else { format!("'{text}'") }
        };
        let tokens = self.tokens(model)?;
        let list = tokens.iter().map(written).collect::<Vec<_>>().join(" ");
        Ok(format!("── prompt\n{}\n── {} tokens\n{list}\n──", self.text, tokens.len()))
    }
}
