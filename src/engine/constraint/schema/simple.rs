//! The keywords of a schema that constrain a value directly.

use serde_json::{Map, Value, json};

use super::facts::{Facts, Sub};
use super::front::{Front, Within};
use super::words::Words;
use super::{SchemaError, format, number, pattern};

/// The canonical form of `words` at `place`, without `allOf`, `anyOf`, `oneOf` and `$ref`.
pub(super) fn schema<'a>(
    front: &mut Front<'a>,
    words: &Words<'a>,
    place: &str,
    within: Within<'_>,
) -> Result<Value, SchemaError> {
    let is_whole = matches!(within, Within::Whole) && !words.are_literal();
    let mut types = words.types(place)?;
    if types.is_none() && is_whole {
        types = Some(words.implied_types());
    }
    let types = types.as_deref();
    let mut out = Map::new();
    if let Some(types) = types {
        out.insert("type".to_owned(), json!(types));
    }
    number::bounds(words, place, &mut out)?;
    if words.get("multipleOf").is_some() && matches!(within, Within::Part(_)) {
        // llguidance computes their common multiple in 32 bits, unchecked.
        return Err(SchemaError::at(
            place,
            "multipleOf is not supported in combined schemas (allOf, anyOf, oneOf, $ref with siblings)",
        ));
    }
    let more = texts(words, types, place, &mut out)?;
    items(front, words, place, within, &mut out)?;
    members(front, words, place, within, &mut out)?;
    if is_whole {
        let types = types.unwrap_or_default();
        number::fill(types, &mut out);
        fill_items(front, types, &mut out);
        fill_members(front, types, &mut out);
    }
    if matches!(within, Within::Part(_)) && !words.are_literal() {
        for (word, limit) in number::limits() {
            out.entry(word).or_insert(limit);
        }
    }
    if types != Some(&["integer"]) {
        number::close(&mut out);
    }
    literals(words, place, &mut out)?;
    if more.is_empty() {
        return Ok(Value::Object(out));
    }
    let all: Vec<Value> = [Value::Object(out)].into_iter().chain(more).collect();
    Ok(json!({"allOf": all}))
}

fn literals(words: &Words<'_>, place: &str, out: &mut Map<String, Value>) -> Result<(), SchemaError> {
    for word in ["const", "enum"] {
        let Some(value) = words.get(word) else { continue };
        if word == "enum" && value.as_array().is_none_or(Vec::is_empty) {
            return Err(SchemaError::at(place, "enum must be a non-empty array"));
        }
        if !number::are_exact(value) {
            let what = format!("{word} has a number beyond ±{}, where doubles are not exact", number::GREATEST);
            return Err(SchemaError::at(place, what));
        }
        out.insert(word.to_owned(), value.clone());
    }
    Ok(())
}

/// Returns what has to go into schemas of its own.
fn texts(
    words: &Words<'_>,
    types: Option<&[&str]>,
    place: &str,
    out: &mut Map<String, Value>,
) -> Result<Vec<Value>, SchemaError> {
    for word in ["minLength", "maxLength"] {
        count(words, word, place, out)?;
    }
    if let Some(value) = words.get("pattern") {
        let Some(text) = value.as_str() else { return Err(SchemaError::at(place, "pattern must be a string")) };
        out.insert("pattern".to_owned(), translated("pattern", text, place)?.into());
    }
    let Some(value) = words.get("format") else { return Ok(vec![]) };
    format::meaning(value, types).map_err(|what| SchemaError::at(place, what))
}

pub(super) fn translated(word: &str, text: &str, place: &str) -> Result<String, SchemaError> {
    let unsupported = |what| SchemaError::at(place, format!("{word} '{text}' uses unsupported syntax: {what}"));
    pattern::translated(text).map_err(unsupported)
}

fn items<'a>(
    front: &mut Front<'a>,
    words: &Words<'a>,
    place: &str,
    within: Within<'_>,
    out: &mut Map<String, Value>,
) -> Result<(), SchemaError> {
    for word in ["minItems", "maxItems"] {
        count(words, word, place, out)?;
    }
    let (mut first, mut rest) = (("prefixItems", words.get("prefixItems")), ("items", words.get("items")));
    // The way of the drafts before 2020-12.
    if rest.1.is_some_and(Value::is_array) {
        if first.1.is_some() {
            return Err(SchemaError::at(place, "items must be a single schema when prefixItems is given"));
        }
        (first, rest) = (rest, ("additionalItems", words.get("additionalItems")));
    }
    if let (word, Some(schemas)) = first {
        let Value::Array(schemas) = schemas else {
            return Err(SchemaError::at(place, format!("{word} must be an array of schemas")));
        };
        let mut made = vec![];
        for (number, schema) in schemas.iter().enumerate() {
            made.push(front.within(schema, &format!("{place}/{word}/{number}"), Sub::Items, within)?);
        }
        out.insert("prefixItems".to_owned(), made.into());
    }
    if let (word, Some(schema)) = rest {
        out.insert("items".to_owned(), front.within(schema, &format!("{place}/{word}"), Sub::Items, within)?);
    }
    Ok(())
}

fn fill_items(front: &mut Front<'_>, types: &[&str], out: &mut Map<String, Value>) {
    if !types.contains(&"array") {
        return;
    }
    let number = |word: &str| out.get(word).and_then(Value::as_u64);
    let n_first = out.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    let (least, most) = (number("minItems"), number("maxItems"));
    if n_first > 0 && least.is_none() {
        out.insert("minItems".to_owned(), most.unwrap_or(n_first).min(n_first).into());
    }
    if !out.contains_key("items") {
        // Closed, unless more items than are listed are wanted.
        let is_closed = n_first > 0 && least.unwrap_or_default() <= n_first;
        let others = if is_closed { Value::Bool(false) } else { front.anything() };
        out.insert("items".to_owned(), others);
    }
}

fn members<'a>(
    front: &mut Front<'a>,
    words: &Words<'a>,
    place: &str,
    within: Within<'_>,
    out: &mut Map<String, Value>,
) -> Result<(), SchemaError> {
    // A pattern may match properties that are named as well.
    let none = Facts::default();
    let has_both = words.get("properties").is_some() && words.get("patternProperties").is_some();
    let named = if has_both { Within::Part(&none) } else { within };
    if let Some(value) = words.get("properties") {
        let made = front.map("properties", value, place, named)?;
        out.insert("properties".to_owned(), made.into());
    }
    if let Some(value) = words.get("patternProperties") {
        let mut made = Map::new();
        for (name, schema) in front.map("patternProperties", value, place, named)? {
            made.insert(translated("patternProperties", &name, place)?, schema);
        }
        out.insert("patternProperties".to_owned(), made.into());
    }
    if let Some(schema) = words.get("additionalProperties") {
        let made = front.within(schema, &format!("{place}/additionalProperties"), Sub::Others, within)?;
        out.insert("additionalProperties".to_owned(), made);
    }
    let required = match words.get("required") {
        None => vec![],
        Some(value) => {
            let names = value.as_array().and_then(|names| names.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
            names.ok_or_else(|| SchemaError::at(place, "required must be an array of strings"))?
        }
    };
    if !required.is_empty() {
        out.insert("required".to_owned(), json!(required));
    }
    count(words, "maxProperties", place, out)?;
    if let Some(least) = count(words, "minProperties", place, out)?
        && least > required.len() as u64 + 1
    {
        // A property may be written twice and still counts once.
        let what = "minProperties may exceed the number of required properties by at most 1";
        return Err(SchemaError::at(place, what));
    }
    Ok(())
}

fn fill_members(front: &mut Front<'_>, types: &[&str], out: &mut Map<String, Value>) {
    if !types.contains(&"object") || out.contains_key("additionalProperties") {
        return;
    }
    let has_patterns = out.contains_key("patternProperties");
    let required: Vec<_> = out.get("required").and_then(Value::as_array).into_iter().flatten().cloned().collect();
    let missing: Vec<String> = {
        let properties = out.get("properties").and_then(Value::as_object);
        let is_known = |name: &&str| properties.is_some_and(|known| known.contains_key(*name));
        required.iter().filter_map(Value::as_str).filter(|name| !is_known(name)).map(str::to_owned).collect()
    };
    if !missing.is_empty() && !has_patterns {
        let anything = front.anything();
        let properties = out.entry("properties").or_insert_with(|| json!({}));
        for name in &missing {
            properties[name] = anything.clone();
        }
    }
    let n_named = out.get("properties").and_then(Value::as_object).map_or(0, Map::len) as u64;
    let wanted = out.get("minProperties").and_then(Value::as_u64).unwrap_or_default();
    let is_closed = if has_patterns { missing.is_empty() } else { n_named > 0 && wanted <= n_named };
    let others = if is_closed { Value::Bool(false) } else { front.anything() };
    out.insert("additionalProperties".to_owned(), others);
}

/// The number that `word` says, written into `out`.
fn count(words: &Words<'_>, word: &str, place: &str, out: &mut Map<String, Value>) -> Result<Option<u64>, SchemaError> {
    let Some(value) = words.get(word) else { return Ok(None) };
    // 3.0 is a whole number as well.
    let whole = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number));
    let Some(number) = whole.map(|number| number as u64) else {
        return Err(SchemaError::at(place, format!("{word} must be a whole number from 0 to {}", u32::MAX)));
    };
    out.insert(word.to_owned(), number.into());
    Ok(Some(number))
}
