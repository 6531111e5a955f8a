//! Whether a schema has finite values.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// Whether the canonical `document` matches any finite value. A schema that requires itself does not.
pub(super) fn ends(document: &Value) -> bool {
    let none = Map::new();
    let schemas = document["$defs"].as_object().unwrap_or(&none);
    let mut ending = HashSet::new();
    // The last ones first: schemas mostly refer to later ones.
    let mut open: Vec<(&str, &Value)> = schemas.iter().map(|(name, schema)| (name.as_str(), schema)).rev().collect();
    loop {
        let n_open = open.len();
        open.retain(|(name, schema)| {
            let ends = does_end(schema, &ending);
            if ends {
                ending.insert(*name);
            }
            !ends
        });
        if open.len() == n_open {
            return does_end(document, &ending);
        }
    }
}

/// Whether `schema` has finite values if those named in `ending` have.
fn does_end(schema: &Value, ending: &HashSet<&str>) -> bool {
    let Value::Object(words) = schema else { return true };
    let list = |word: &str| words.get(word).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let types = match words.get("type") {
        Some(Value::Array(types)) => types.as_slice(),
        Some(kind) => std::slice::from_ref(kind),
        None => &[],
    };
    let may_be_other = |kind: &str| types.iter().any(|other| other != kind) || types.is_empty();
    let reference = words.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/"));
    let least = words.get("minItems").and_then(Value::as_u64).unwrap_or_default() as usize;
    let items = list("prefixItems").iter().take(least);
    let others = words.get("items").filter(|_| least > list("prefixItems").len());
    let required = list("required").iter().filter_map(Value::as_str);
    let members = required.filter_map(|name| words.get("properties").and_then(|properties| properties.get(name)));
    reference.is_none_or(|name| ending.contains(name))
        && list("allOf").iter().all(|schema| does_end(schema, ending))
        && (list("anyOf").is_empty() || list("anyOf").iter().any(|schema| does_end(schema, ending)))
        && (may_be_other("array") || items.chain(others).all(|schema| does_end(schema, ending)))
        && (may_be_other("object") || members.into_iter().all(|schema| does_end(schema, ending)))
}
