//! JSON schemas: checked, and brought into a canonical form for llguidance.
//!
//! llguidance silently ignores some keywords and reads some more widely than JSON Schema does. So every keyword is checked
//! here first; what cannot be enforced is refused by name and place, and llguidance gets a schema that is written anew with
//! keywords whose meaning is certain.

mod error;
mod exclusive;
mod facts;
mod finite;
mod format;
mod front;
pub(super) mod llg;
mod number;
mod pattern;
#[cfg(test)]
mod property_tests;
mod reference;
mod simple;
#[cfg(test)]
mod tests;
mod words;

use serde_json::Value;

pub use error::SchemaError;
use front::Front;

/// How much is compiled again to find the subschema that llguidance refuses.
const MAX_TRIED: usize = 20_000;

/// The canonical form of `schema`, which [`llg::grammar`] takes.
///
/// # Errors
/// Something in it is not supported or invalid, or no value matches it.
pub(super) fn canonical(schema: &Value) -> Result<Value, SchemaError> {
    let mut front = Front::new(schema);
    let document = front.document(schema, "#")?;
    if !finite::ends(&document) {
        return Err(SchemaError::at("#", "no finite value can match: every one would contain another of its kind"));
    }
    match llg::trial(document.clone()) {
        Ok(()) => Ok(document),
        Err(what) => Err(blamed(schema, front.into_places(), &what)),
    }
}

/// Blames the innermost of `places` that llguidance refuses by itself.
fn blamed(root: &Value, places: Vec<(String, &Value)>, what: &str) -> SchemaError {
    let n_schemas = places.len();
    let refusal = |(place, schema): (String, &Value)| {
        let document = Front::new(root).document(schema, &place).ok()?;
        llg::trial(document).err().map(|what| (place, what))
    };
    let (place, what) = places
        .into_iter()
        .take(MAX_TRIED / n_schemas.max(1))
        .find_map(refusal)
        .unwrap_or_else(|| ("#".to_owned(), what.to_owned()));
    let what = what.lines().next().unwrap_or_default();
    let what = match what.strip_prefix(llg::NOTHING_FITS) {
        Some(why) if why.starts_with("Regex is empty") => {
            "no string can match its pattern, format and length together".to_owned()
        }
        Some(why) => format!("no value can match: {why}"),
        None if what.starts_with("Unable to determine if regex is empty") => {
            "its pattern, format and length are too complex together".to_owned()
        }
        None => format!("not supported by llguidance: {what}"),
    };
    SchemaError::at(&place, what)
}
