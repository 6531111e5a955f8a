//! `oneOf`: whether its schemas are mutually exclusive.
//!
//! During generation it cannot be enforced that an answer matches no second schema, so no two may match the same value.
//! llguidance proves that from types, literal strings and required properties. What it is given here are *outlines*:
//! schemas that match at least all that the original ones do. The canonical schemas would not do, because they are
//! narrower: `{"a": 1}` may match the original of a second schema without matching its canonical form.

use serde_json::{Map, Value, json};

use super::facts::Facts;
use super::words::Words;
use super::{SchemaError, llg, reference};

/// How many levels of properties outlines keep.
const DEPTH: usize = 3;
/// Schemas in the outlines of one `oneOf`, at most; beyond that, anything matches.
const MAX_OUTLINES: usize = 2_000;

/// Checks that the `schemas` of the `oneOf` in `words`, at `place` of `root`, are mutually exclusive for the values that
/// `facts` describe.
///
/// # Errors
/// They may not be.
pub(super) fn check(
    root: &Value,
    schemas: &[Value],
    words: &Words<'_>,
    facts: &Facts,
    place: &str,
) -> Result<(), SchemaError> {
    let siblings = words.iter().filter(|(word, _)| *word != "oneOf");
    let siblings = siblings.map(|(word, value)| (word.to_owned(), value.clone()));
    let mut outliner = Outliner { root, within: vec![], n_schemas: 0 };
    let siblings = outliner.outline(&Value::Object(siblings.collect()), DEPTH);
    let types = facts.types().map_or(Value::Bool(true), |types| json!({"type": types}));
    let outlines: Vec<_> = schemas.iter().map(|schema| outliner.outline(schema, DEPTH)).collect();
    let exclude = |outlines: &[Value]| {
        are_other_literals(outlines)
            || match llg::trial(json!({"allOf": [types, siblings, {"oneOf": outlines}]})) {
                Ok(()) => true,
                // Then no value matches two of them either.
                Err(what) => what.starts_with(llg::NOTHING_FITS),
            }
    };
    if exclude(&outlines) {
        return Ok(());
    }
    let pairs = (1..outlines.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
    let of_pair = |(first, second): &(usize, usize)| [outlines[*first].clone(), outlines[*second].clone()];
    let which = match pairs.take(1000).find(|pair| !exclude(&of_pair(pair))) {
        Some((first, second)) => format!("schemas {first} and {second}"),
        None => "some of the schemas".to_owned(),
    };
    let what = format!(
        "oneOf: {which} may match the same value; make them mutually exclusive (different types, or a required property \
         with different const values), or use anyOf"
    );
    Err(SchemaError::at(place, what))
}

/// Whether all list their values, and no value is in two of them.
fn are_other_literals(outlines: &[Value]) -> bool {
    let mut seen: Vec<&Value> = vec![];
    outlines.iter().all(|outline| {
        let values: &[Value] = match (outline.get("const"), outline.get("enum")) {
            (Some(value), _) => std::slice::from_ref(value),
            (None, Some(Value::Array(values))) => values,
            _ => return false,
        };
        let is_new = values.iter().all(|value| !seen.iter().any(|other| are_equal(value, other)));
        seen.extend(values);
        is_new
    })
}

/// As JSON Schema compares: 1 and 1.0 are the same.
fn are_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        // Numbers in them may be written in several ways: perhaps equal.
        (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => true,
        _ => one == other,
    }
}

struct Outliner<'a> {
    root: &'a Value,
    /// References being followed.
    within: Vec<String>,
    n_schemas: usize,
}

impl Outliner<'_> {
    /// A schema that matches everything that `schema` matches, and perhaps more.
    fn outline(&mut self, schema: &Value, depth: usize) -> Value {
        let Value::Object(members) = schema else { return schema.clone() };
        self.n_schemas += 1;
        if self.n_schemas > MAX_OUTLINES {
            return Value::Bool(true);
        }
        let mut out = Map::new();
        let mut all = vec![];
        for (word, value) in members {
            match (word.as_str(), value) {
                ("type" | "const" | "enum" | "required", _) => {
                    out.insert(word.clone(), value.clone());
                }
                ("properties", Value::Object(properties)) if depth > 0 => {
                    let outlines =
                        properties.iter().map(|(name, schema)| (name.clone(), self.outline(schema, depth - 1)));
                    out.insert(word.clone(), Value::Object(outlines.collect()));
                }
                ("additionalProperties", _) if depth > 0 && !members.contains_key("patternProperties") => {
                    out.insert(word.clone(), self.outline(value, depth - 1));
                }
                ("allOf", Value::Array(schemas)) => {
                    all.extend(schemas.iter().map(|schema| self.outline(schema, depth)));
                }
                ("anyOf" | "oneOf", Value::Array(schemas)) => {
                    let outlines: Vec<_> = schemas.iter().map(|schema| self.outline(schema, depth)).collect();
                    all.push(json!({"anyOf": outlines}));
                }
                ("$ref", _) => {
                    if let Ok((target, pointer)) = reference::resolve(self.root, value, "#")
                        && !self.within.contains(&pointer)
                    {
                        self.within.push(pointer);
                        all.push(self.outline(target, depth));
                        self.within.pop();
                    }
                }
                _ => {}
            }
        }
        if all.is_empty() {
            return Value::Object(out);
        }
        if out.is_empty() && all.len() == 1 {
            return all.swap_remove(0);
        }
        out.insert("allOf".to_owned(), Value::Array(all));
        Value::Object(out)
    }
}
