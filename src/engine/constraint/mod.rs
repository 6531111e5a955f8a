//! What answers must follow: a grammar, or a JSON schema.

mod gbnf;
mod json;
mod schema;
mod tokens;

use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use serde_json::Value;

pub use schema::SchemaError;
pub(super) use tokens::TokenTree;

use super::error::EngineError;
use super::model::{Model, Token};
use gbnf::Gbnf;
use json::Json;

/// What answers must follow, on any model.
#[derive(Debug, Clone, PartialEq)]
pub enum ConstraintSpec {
    /// A grammar in llama.cpp's GBNF that begins at `root`.
    Gbnf(String),
    /// JSON that matches a JSON schema, with properties in the order of the schema (docs/json-schema.md).
    JsonSchema(Value),
}

impl ConstraintSpec {
    /// The JSON schema in `text`. Whether it can be enforced is checked when it is used.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn json_schema(text: &str) -> Result<Self, SchemaError> {
        Ok(Self::JsonSchema(serde_json::from_str(text)?))
    }
}

/// What one answer must follow, and how far it has come.
pub(super) struct Constraint {
    kind: Kind,
    /// Ends an answer that cannot go on.
    end: Token,
}

enum Kind {
    Gbnf(Gbnf),
    Json(Box<Json>),
}

impl Constraint {
    /// # Errors
    /// [`EngineError::Grammar`]: it is not a grammar. [`EngineError::Schema`]: something in it is not supported.
    /// [`EngineError::Constraint`]: the model's vocabulary does not allow it.
    pub fn new(spec: &ConstraintSpec, model: &Model) -> Result<Self, EngineError> {
        let no_end = || EngineError::Constraint { why: "the model has no token that ends an answer".to_owned() };
        let end = model.end_token().ok_or_else(no_end)?;
        let kind = match spec {
            ConstraintSpec::Gbnf(text) => Kind::Gbnf(Gbnf::new(text, model)?),
            ConstraintSpec::JsonSchema(schema) => Kind::Json(Box::new(Json::new(schema, model)?)),
        };
        Ok(Self { kind, end })
    }

    /// A new answer begins.
    pub fn begin(&mut self) {
        match &mut self.kind {
            Kind::Gbnf(gbnf) => gbnf.begin(),
            Kind::Json(json) => json.begin(),
        }
    }

    /// Whether `token` may come next.
    ///
    /// # Errors
    /// The constraint has failed.
    pub fn allows(&mut self, token: Token) -> Result<bool, EngineError> {
        match &mut self.kind {
            Kind::Gbnf(gbnf) => Ok(gbnf.allows(token)),
            Kind::Json(json) => json.allows(token),
        }
    }

    /// Makes every candidate that may not come next impossible.
    ///
    /// # Errors
    /// None may, or the constraint has failed.
    pub fn restrict(&mut self, candidates: &mut LlamaTokenDataArray) -> Result<(), EngineError> {
        match &mut self.kind {
            Kind::Gbnf(gbnf) => gbnf.restrict(candidates),
            Kind::Json(json) => json.restrict(candidates)?,
        }
        Ok(())
    }

    /// `token` came.
    ///
    /// # Errors
    /// The constraint has failed.
    pub fn accept(&mut self, token: Token) -> Result<(), EngineError> {
        match &mut self.kind {
            Kind::Gbnf(gbnf) => gbnf.accept(token),
            Kind::Json(json) => json.accept(token)?,
        }
        Ok(())
    }

    /// What to say when nothing is allowed.
    ///
    /// # Errors
    /// The answer is not complete JSON yet.
    pub fn end(&mut self) -> Result<Token, EngineError> {
        let end = self.end;
        if matches!(self.kind, Kind::Json(_)) && !self.allows(end)? {
            let why = "the model gives no probability to any token that the schema allows";
            return Err(EngineError::Constraint { why: why.to_owned() });
        }
        Ok(end)
    }
}
