//! Calling llguidance, with the same options with and without a model.

use llguidance::api::{ParserLimits, TopLevelGrammar};
use llguidance::{GrammarBuilder, JsonCompileOptions, panic_utils};
use serde_json::{Value, json};

/// How llguidance begins its refusal of a schema that no value matches.
pub(super) const NOTHING_FITS: &str = "Unsatisfiable schema: ";

/// How JSON is written. At most one space, after `,` and `:`, because a model that may write white space for ever sometimes
/// does. No `\uXXXX`, because llguidance takes an escaped spelling of a known property for an additional one.
fn options() -> Value {
    json!({
        "whitespace_flexible": false,
        "item_separator": ", ?",
        "key_separator": ": ?",
        "json_allowed_escapes": "nrbtf\\\"",
    })
}

/// Limits for schemas from outside. A lexer state takes 1 to 2 KB.
pub(in super::super) fn limits() -> ParserLimits {
    ParserLimits { max_lexer_states: 50_000, verbose_errors: false, ..ParserLimits::default() }
}

/// The grammar of the canonical `schema`.
pub(in super::super) fn grammar(schema: &Value) -> TopLevelGrammar {
    let mut schema = schema.clone();
    schema["x-guidance"] = options();
    TopLevelGrammar::from_json_schema(schema)
}

/// Compiles `schema`, an object.
///
/// # Errors
/// Why llguidance refuses it.
pub(super) fn trial(schema: Value) -> Result<(), String> {
    let options: JsonCompileOptions = serde_json::from_value(options()).map_err(|error| error.to_string())?;
    let made = panic_utils::catch_unwind(std::panic::AssertUnwindSafe(|| {
        options.json_to_llg(GrammarBuilder::new(None, limits()), schema)
    }));
    made.map(drop).map_err(|error| error.to_string())
}
