//! A JSON schema, enforced by llguidance.

use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use llguidance::{Matcher, ParserFactory};
use serde_json::Value;

use super::schema::{self, SchemaError, llg};
use crate::engine::error::EngineError;
use crate::engine::model::{Model, Token};

/// Schemas are compiled recursively, here and in llguidance; the largest that is read needs half of this.
const STACK_BYTES: usize = 64 << 20;

/// A schema, and how far an answer has come in it.
pub(super) struct Json {
    /// At the start of an answer.
    fresh: Matcher,
    now: Matcher,
}

impl Json {
    /// # Errors
    /// `schema` cannot be enforced, or not on this model.
    pub fn new(schema: &Value, model: &Model) -> Result<Self, EngineError> {
        let factory = model.token_tree().map_err(|why| EngineError::Constraint { why })?;
        Ok(Self::of_tokens(schema, factory)?)
    }

    pub fn of_tokens(schema: &Value, factory: &ParserFactory) -> Result<Self, SchemaError> {
        let matcher = std::thread::scope(|scope| {
            let work = || matcher(schema, factory);
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
            thread.map(|thread| thread.join())
        });
        let failed = |what: &str| SchemaError::at("#", format!("the schema could not be compiled: {what}"));
        let matcher = matcher.map_err(|error| failed(&error.to_string()))?;
        let fresh = matcher.map_err(|_| failed("internal error"))??;
        Ok(Self { now: fresh.clone(), fresh })
    }

    /// A new answer begins.
    pub fn begin(&mut self) {
        self.now = self.fresh.clone();
    }

    /// Whether `token` may come next.
    pub fn allows(&mut self, token: Token) -> Result<bool, EngineError> {
        let id = token.0.cast_unsigned();
        if let Some(why) = self.now.get_error() {
            return Err(broken(&why));
        }
        if self.now.is_stopped() {
            let tokens = self.now.tok_env().map_err(|error| broken(&error.to_string()))?;
            return Ok(tokens.tok_trie().eos_tokens().contains(&id));
        }
        self.now.validate_tokens(&[id]).map(|n| n == 1).map_err(|error| broken(&error.to_string()))
    }

    /// Makes every candidate that may not come next impossible.
    pub fn restrict(&mut self, candidates: &mut LlamaTokenDataArray) -> Result<(), EngineError> {
        let mask = self.now.compute_mask_or_eos().map_err(|error| broken(&error.to_string()))?;
        for candidate in &mut candidates.data {
            if !mask.is_allowed(candidate.id().0.cast_unsigned()) {
                candidate.set_logit(f32::NEG_INFINITY);
            }
        }
        Ok(())
    }

    /// `token`, which is allowed, came.
    pub fn accept(&mut self, token: Token) -> Result<(), EngineError> {
        if self.now.is_stopped() {
            return Ok(());
        }
        self.now.consume_token(token.0.cast_unsigned()).map_err(|error| broken(&error.to_string()))
    }

    #[cfg(test)]
    pub fn matcher(&self) -> Matcher {
        self.fresh.clone()
    }
}

fn matcher(schema: &Value, factory: &ParserFactory) -> Result<Matcher, SchemaError> {
    let schema = schema::canonical(schema)?;
    let mut matcher = Matcher::new(factory.create_parser(llg::grammar(&schema)));
    // Only this shows that the model's tokens can write a beginning.
    let begins = matcher.compute_mask();
    match begins {
        Ok(_) => Ok(matcher),
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().next().unwrap_or_default();
            Err(SchemaError::at("#", format!("this model cannot write any matching answer: {why}")))
        }
    }
}

fn broken(why: &str) -> EngineError {
    let why = format!("the answer can no longer follow the schema: {}", why.lines().next().unwrap_or_default());
    EngineError::Constraint { why }
}
