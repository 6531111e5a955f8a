//! What a template is told beside the messages.

use std::collections::BTreeMap;

use minijinja::Value;

/// What a template is told beside the messages, for example `enable_thinking`.
pub type Variables = BTreeMap<String, Variable>;

/// A value that a template is told.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(transparent)]
pub struct Variable(pub(super) Value);

impl Variable {
    /// JSON, the keys of objects in their order; text that is no JSON stands for itself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
    }
}
