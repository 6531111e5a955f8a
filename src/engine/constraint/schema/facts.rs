//! What several schemas that apply to one value say of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::front::{MAX_DEPTH, too_large};
use super::words::Words;
use super::{SchemaError, reference};

/// What a subschema is for.
#[derive(Clone, Copy)]
pub(super) enum Sub<'n> {
    Property(&'n str),
    /// The properties that match a pattern, among them perhaps some that other schemas describe.
    Pattern,
    /// Additional properties.
    Others,
    Items,
}

/// How far the schemas describe something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    #[default]
    Nothing,
    /// Anything is allowed.
    Open,
    Something,
}

impl Said {
    fn by(schema: Option<&Value>) -> Self {
        match schema {
            None => Self::Nothing,
            Some(Value::Bool(true)) => Self::Open,
            Some(Value::Object(words)) if words.is_empty() => Self::Open,
            Some(_) => Self::Something,
        }
    }
}

/// Collected through `allOf`, `anyOf`, `oneOf` and `$ref`, without looking into properties and items.
#[derive(Default)]
pub(super) struct Facts {
    /// Properties, and how many of the schemas describe each.
    pub names: BTreeMap<String, usize>,
    /// The keys of `patternProperties`.
    pub patterns: BTreeSet<String>,
    /// `additionalProperties`.
    pub others: Said,
    /// `items` and `prefixItems`.
    pub items: Said,
    /// How many of the schemas have `additionalProperties`, and `items` or `prefixItems`.
    n_others: usize,
    n_items: usize,
    /// Whether one of the schemas is referred to more than once.
    repeats: bool,
    /// Whether a type or values are given.
    says_type: bool,
    /// The types that the keywords are about.
    implied_types: Vec<&'static str>,
}

impl Facts {
    /// Of the value that `schema`, at `place` of `root`, applies to.
    ///
    /// # Errors
    /// A keyword is not supported, or a reference does not exist.
    pub fn of(root: &Value, schema: &Value, place: &str) -> Result<Self, SchemaError> {
        let mut facts = Self::default();
        facts.collect(root, schema, place, 0, &mut HashSet::new())?;
        Ok(facts)
    }

    /// Whether exactly one of the schemas describes `what`.
    pub fn is_alone(&self, what: Sub<'_>) -> bool {
        !self.repeats
            && match what {
                Sub::Property(name) => self.names.get(name) == Some(&1),
                // Properties of another schema are additional ones for this one.
                Sub::Others => self.n_others == 1 && self.names.is_empty() && self.patterns.is_empty(),
                Sub::Items => self.n_items == 1,
                Sub::Pattern => false,
            }
    }

    /// The types of the value, if no schema gives any.
    pub fn types(&self) -> Option<&[&'static str]> {
        (!self.says_type && !self.implied_types.is_empty()).then_some(&self.implied_types)
    }

    fn collect(
        &mut self,
        root: &Value,
        schema: &Value,
        place: &str,
        depth: usize,
        seen: &mut HashSet<String>,
    ) -> Result<(), SchemaError> {
        let Value::Object(schema) = schema else { return Ok(()) };
        if depth > MAX_DEPTH {
            return Err(too_large(place));
        }
        let words = Words::of(schema, place)?;
        self.others = self.others.max(Said::by(words.get("additionalProperties")));
        if words.writes_objects() {
            // Their properties are given in full.
            self.others = Said::Something;
        }
        self.n_others += usize::from(words.get("additionalProperties").is_some());
        self.n_items += usize::from(words.get("items").is_some() || words.get("prefixItems").is_some());
        self.items = self.items.max(Said::by(words.get("items"))).max(Said::by(words.get("prefixItems")));
        let patterns = words.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
        self.patterns.extend(patterns.cloned());
        self.says_type |= words.get("type").is_some() || words.are_literal();
        for kind in words.implied_types() {
            if !self.implied_types.contains(&kind) {
                self.implied_types.push(kind);
            }
        }
        for name in words.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            *self.names.entry(name.clone()).or_default() += 1;
        }
        for name in words.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            self.names.entry(name.to_owned()).or_default();
        }
        for (word, value) in words.iter() {
            match (word, value) {
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                    for (number, schema) in schemas.iter().enumerate() {
                        self.collect(root, schema, &format!("{place}/{word}/{number}"), depth + 1, seen)?;
                    }
                }
                ("$ref", value) => {
                    let (target, pointer) = reference::resolve(root, value, place)?;
                    if seen.insert(pointer.clone()) {
                        self.collect(root, target, &pointer, depth + 1, seen)?;
                    } else {
                        self.repeats = true;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
