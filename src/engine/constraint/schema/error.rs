//! Why a JSON schema cannot be enforced.

/// Why a JSON schema cannot be enforced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Not JSON at all.
    #[error("the schema is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Something in it is not supported or invalid.
    #[error("at {place} of the schema: {what}")]
    Unsupported {
        /// A JSON pointer, `#` for the whole.
        place: String,
        /// What is wrong there, and what to do.
        what: String,
    },
}

impl SchemaError {
    pub(in crate::engine::constraint) fn at(place: &str, what: impl Into<String>) -> Self {
        Self::Unsupported { place: place.to_owned(), what: what.into() }
    }
}
