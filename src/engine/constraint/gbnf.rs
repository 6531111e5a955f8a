//! A grammar in llama.cpp's GBNF.

use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use crate::engine::error::EngineError;
use crate::engine::model::{Model, Token};

/// The rule that an answer begins with.
const ROOT: &str = "root";

/// A grammar, and how far an answer has come in it.
pub(super) struct Gbnf {
    sampler: LlamaSampler,
}

impl Gbnf {
    /// Reads `text`. llama.cpp writes what is wrong with it to standard error.
    ///
    /// # Errors
    /// It is not a grammar, has no `root`, or a rule of it begins with itself.
    pub fn new(text: &str, model: &Model) -> Result<Self, EngineError> {
        let operation = model.operation();
        let wrong = |why: String| EngineError::Grammar { why, complaints: operation.complaints() };
        Ok(Self {
            sampler: LlamaSampler::grammar(model.llama(), text, ROOT).map_err(|error| wrong(error.to_string()))?,
        })
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
}
