//! A grammar in llama.cpp's GBNF that every answer must follow.

use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use super::error::EngineError;
use super::model::{Model, Token};

/// The rule that an answer begins with.
const ROOT: &str = "root";

/// A grammar, and how far an answer has come in it.
pub(super) struct Grammar {
    sampler: LlamaSampler,
    /// Ends an answer that cannot go on.
    end: Token,
}

impl Grammar {
    /// Reads `text`. llama.cpp writes what is wrong with it to standard error.
    ///
    /// # Errors
    /// It is not a grammar, has no `root`, or a rule of it begins with itself.
    pub fn new(text: &str, model: &Model) -> Result<Self, EngineError> {
        let operation = model.operation();
        let wrong = |why: String| EngineError::Grammar { why, complaints: operation.complaints() };
        let sampler = LlamaSampler::grammar(model.llama(), text, ROOT).map_err(|error| wrong(error.to_string()))?;
        let end = model.end_token().ok_or_else(|| wrong("the model has no token that ends an answer".to_owned()))?;
        Ok(Self { sampler, end })
    }

    /// A new answer begins.
    pub fn begin(&mut self) {
        self.sampler.reset();
    }

    /// Whether `token` may come next.
    pub fn allows(&mut self, token: Token) -> bool {
        let alone = LlamaTokenData::new(LlamaToken(token.0), 0.0, 0.0);
        let mut alone = LlamaTokenDataArray::new(vec![alone], false);
        self.sampler.apply(&mut alone);
        alone.data.first().is_some_and(|token| token.logit().is_finite())
    }

    /// Makes every candidate that may not come next impossible.
    pub fn restrict(&mut self, candidates: &mut LlamaTokenDataArray) {
        self.sampler.apply(candidates);
    }

    /// `token` came. What the grammar does not allow it is not told: llama.cpp would end the process.
    pub fn accept(&mut self, token: Token) {
        if self.allows(token) {
            self.sampler.accept(LlamaToken(token.0));
        }
    }

    /// What to say when nothing is allowed.
    pub fn end(&self) -> Token {
        self.end
    }
}
