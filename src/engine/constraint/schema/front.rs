//! From a schema as people write it to its canonical form.
//!
//! What a schema for a whole value leaves open is closed, because a model rarely stops where it may go on: an object with
//! `properties` has no others, numbers have limited digits. Schemas that apply to one value *together* (`allOf`, keywords
//! beside `anyOf`) are each left open and then closed as one.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value, json};

use super::facts::{Facts, Said, Sub};
use super::reference::{resolve, step};
use super::words::{Words, is_applicator};
use super::{SchemaError, exclusive, number, simple};

/// Nesting limit.
pub(super) const MAX_DEPTH: usize = 128;
/// Subschemas in all, at most; inlined ones count every time.
const MAX_SCHEMAS: usize = 5_000;

/// How the subschemas for properties and items are seen.
#[derive(Clone, Copy)]
pub(super) enum Within<'f> {
    /// For whole values.
    Whole,
    /// Other schemas may apply to the same values, except to those that only one schema describes.
    Part(&'f Facts),
}

/// A schema being brought into canonical form.
pub(super) struct Front<'a> {
    pub root: &'a Value,
    /// Place → name in `$defs`.
    names: HashMap<String, String>,
    /// Definitions still to be made: name, schema, place.
    waiting: VecDeque<(String, &'a Value, String)>,
    made: Map<String, Value>,
    /// References being inlined.
    inlined: Vec<String>,
    /// Places of whole values in the order in which they were finished, with the number of definitions made before.
    finished: Vec<(usize, String, &'a Value)>,
    n_made: usize,
    depth: usize,
    n_schemas: usize,
}

impl<'a> Front<'a> {
    pub fn new(root: &'a Value) -> Self {
        Self {
            root,
            names: HashMap::new(),
            waiting: VecDeque::new(),
            made: Map::new(),
            inlined: vec![],
            finished: vec![],
            n_made: 0,
            depth: 0,
            n_schemas: 0,
        }
    }

    /// The canonical form of `schema` at `place`, with all that it refers to.
    pub fn document(&mut self, schema: &'a Value, place: &str) -> Result<Value, SchemaError> {
        let whole = self.whole(schema, place)?;
        while let Some((name, schema, place)) = self.waiting.pop_front() {
            self.n_made += 1;
            let made = self.canonical(schema, &place)?;
            self.made.insert(name, made);
        }
        Ok(json!({"allOf": [whole], "$defs": self.made}))
    }

    /// Places of whole values: definitions before what refers to them, inner ones before outer ones.
    pub fn into_places(mut self) -> Vec<(String, &'a Value)> {
        self.finished.sort_by_key(|(n_made, ..)| Reverse(*n_made));
        self.finished.into_iter().map(|(_, place, schema)| (place, schema)).collect()
    }

    /// A schema for a whole value.
    pub fn whole(&mut self, schema: &'a Value, place: &str) -> Result<Value, SchemaError> {
        if let Value::Object(members) = schema
            && are_together(&Words::of(members, place)?)
        {
            // As a definition, because it may contain itself.
            return Ok(self.named(schema, place));
        }
        self.canonical(schema, place)
    }

    fn canonical(&mut self, schema: &'a Value, place: &str) -> Result<Value, SchemaError> {
        let made = self.one_deeper(place, |front| match schema {
            Value::Bool(true) => Ok(front.anything()),
            Value::Bool(false) => Ok(Value::Bool(false)),
            Value::Object(members) => {
                let words = Words::of(members, place)?;
                front.whole_of_words(schema, &words, place)
            }
            _ => Err(not_a_schema(place)),
        })?;
        if schema.is_object() {
            self.finished.push((self.n_made, place.to_owned(), schema));
        }
        Ok(made)
    }

    fn whole_of_words(&mut self, schema: &'a Value, words: &Words<'a>, place: &str) -> Result<Value, SchemaError> {
        if words.is_empty() {
            return Ok(self.anything());
        }
        if are_together(words) {
            return self.together(schema, words, place);
        }
        let Some((word, value)) = words.only().filter(|(word, _)| is_applicator(word)) else {
            return simple::schema(self, words, place, Within::Whole);
        };
        if word == "$ref" {
            let (target, pointer) = resolve(self.root, value, place)?;
            return Ok(self.named(target, &pointer));
        }
        let schemas = list(word, value, place)?;
        let mut made = vec![];
        for (number, schema) in schemas.iter().enumerate() {
            made.push(self.whole(schema, &format!("{place}/{word}/{number}"))?);
        }
        if word == "oneOf" {
            exclusive::check(self.root, schemas, words, &Facts::of(self.root, schema, place)?, place)?;
        }
        Ok(if made.len() == 1 { made.swap_remove(0) } else { json!({"anyOf": made}) })
    }

    /// Several schemas that apply to one whole value.
    fn together(&mut self, schema: &'a Value, words: &Words<'a>, place: &str) -> Result<Value, SchemaError> {
        let facts = Facts::of(self.root, schema, place)?;
        let outer = std::mem::take(&mut self.inlined);
        let parts = self.parts(words, place, &facts);
        self.inlined = outer;
        let mut parts = parts?;
        if let Some(types) = facts.types() {
            parts.insert(0, json!({"type": types}));
        }
        let mut limits = Map::new();
        if facts.others != Said::Something {
            limits = self.limits_of_members(&facts, place)?;
        }
        if facts.items != Said::Something {
            limits.insert("items".to_owned(), self.anything());
        }
        parts.push(limits.into());
        Ok(json!({"allOf": parts}))
    }

    /// Closes an object: no properties but those that the schemas of `facts` name, unless they allow others.
    fn limits_of_members(&mut self, facts: &Facts, place: &str) -> Result<Map<String, Value>, SchemaError> {
        let mut names = Map::new();
        for (name, n_schemas) in &facts.names {
            // No schema describes a property that is only required, unless by a pattern.
            let is_free = *n_schemas == 0 && facts.patterns.is_empty();
            names.insert(name.clone(), if is_free { self.anything() } else { Value::Bool(true) });
        }
        let mut patterns = Map::new();
        for pattern in &facts.patterns {
            patterns.insert(simple::translated("patternProperties", pattern, place)?, Value::Bool(true));
        }
        let is_closed = facts.others == Said::Nothing && !(names.is_empty() && patterns.is_empty());
        let others = if is_closed { Value::Bool(false) } else { self.anything() };
        let words =
            [("properties", names.into()), ("patternProperties", patterns.into()), ("additionalProperties", others)];
        Ok(words.into_iter().map(|(word, value): (&str, Value)| (word.to_owned(), value)).collect())
    }

    /// One of several schemas that apply to the same value.
    pub fn part(&mut self, schema: &'a Value, place: &str, facts: &Facts) -> Result<Value, SchemaError> {
        self.one_deeper(place, |front| match schema {
            Value::Bool(false) => Ok(Value::Bool(false)),
            Value::Bool(true) => Ok(number::limits().into()),
            Value::Object(members) => {
                let words = Words::of(members, place)?;
                let mut parts = front.parts(&words, place, facts)?;
                Ok(match parts.len() {
                    0 => number::limits().into(),
                    1 => parts.swap_remove(0),
                    _ => json!({"allOf": parts}),
                })
            }
            _ => Err(not_a_schema(place)),
        })
    }

    /// The parts of a schema in the order of the file; keywords that constrain the value directly are one part.
    fn parts(&mut self, words: &Words<'a>, place: &str, facts: &Facts) -> Result<Vec<Value>, SchemaError> {
        let mut parts = vec![];
        let mut has_simple = false;
        for (word, value) in words.iter() {
            if !is_applicator(word) {
                if !std::mem::replace(&mut has_simple, true) {
                    parts.push(simple::schema(self, words, place, Within::Part(facts))?);
                }
            } else if word == "$ref" {
                parts.push(self.inlined(value, place, facts)?);
            } else {
                let schemas = list(word, value, place)?;
                let mut made = vec![];
                for (number, schema) in schemas.iter().enumerate() {
                    made.push(self.part(schema, &format!("{place}/{word}/{number}"), facts)?);
                }
                match word {
                    "allOf" => parts.append(&mut made),
                    _ => parts.push(json!({"anyOf": made})),
                }
                if word == "oneOf" {
                    exclusive::check(self.root, schemas, words, facts, place)?;
                }
            }
        }
        Ok(parts)
    }

    /// The target of `reference`, as a part.
    fn inlined(&mut self, reference: &Value, place: &str, facts: &Facts) -> Result<Value, SchemaError> {
        let (target, pointer) = resolve(self.root, reference, place)?;
        if self.inlined.contains(&pointer) {
            let what = format!("$ref '{pointer}' refers to itself while it is combined with other schemas");
            return Err(SchemaError::at(place, what));
        }
        self.inlined.push(pointer.clone());
        let part = self.part(target, &pointer, facts);
        self.inlined.pop();
        part
    }

    /// A reference to the definition of `schema`, for a whole value, at `place`.
    fn named(&mut self, schema: &'a Value, place: &str) -> Value {
        let name = match self.names.get(place) {
            Some(name) => name.clone(),
            None => {
                let name = format!("d{}", self.names.len());
                self.names.insert(place.to_owned(), name.clone());
                self.waiting.push_back((name.clone(), schema, place.to_owned()));
                name
            }
        };
        json!({"$ref": format!("#/$defs/{name}")})
    }

    /// Any JSON, spelled out because llguidance's own does not limit numbers.
    pub fn anything(&mut self) -> Value {
        let reference = json!({"$ref": "#/$defs/any"});
        if !self.made.contains_key("any") {
            let mut number = Map::from_iter([("type".to_owned(), "number".into())]);
            number::fill(&["number"], &mut number);
            let any = json!({"anyOf": [
                {"type": "object", "additionalProperties": reference},
                {"type": "array", "items": reference},
                {"type": "string"},
                number,
                {"type": "boolean"},
                {"type": "null"},
            ]});
            self.made.insert("any".to_owned(), any);
        }
        reference
    }

    /// A subschema, for `what`.
    pub fn within(
        &mut self,
        schema: &'a Value,
        place: &str,
        what: Sub<'_>,
        within: Within<'_>,
    ) -> Result<Value, SchemaError> {
        match within {
            Within::Part(facts) if !facts.is_alone(what) => {
                // What other schemas say of the same values is not known here.
                self.part(schema, place, &Facts::default())
            }
            _ => {
                let outer = std::mem::take(&mut self.inlined);
                let whole = self.whole(schema, place);
                self.inlined = outer;
                whole
            }
        }
    }

    /// The subschemas of `value`, by name.
    pub fn map(
        &mut self,
        word: &str,
        value: &'a Value,
        place: &str,
        within: Within<'_>,
    ) -> Result<Map<String, Value>, SchemaError> {
        let Value::Object(schemas) = value else {
            return Err(SchemaError::at(place, format!("{word} must be an object")));
        };
        let place = step(place, word);
        let mut made = Map::new();
        for (name, schema) in schemas {
            let what = if word == "properties" { Sub::Property(name) } else { Sub::Pattern };
            made.insert(name.clone(), self.within(schema, &step(&place, name), what, within)?);
        }
        Ok(made)
    }

    fn one_deeper<T>(
        &mut self,
        place: &str,
        make: impl FnOnce(&mut Self) -> Result<T, SchemaError>,
    ) -> Result<T, SchemaError> {
        self.n_schemas += 1;
        if self.depth >= MAX_DEPTH || self.n_schemas > MAX_SCHEMAS {
            return Err(too_large(place));
        }
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }
}

/// Whether several schemas apply to one value.
fn are_together(words: &Words<'_>) -> bool {
    let is_one_of_several = |word, value: &Value| word == "allOf" && value.as_array().is_some_and(|all| all.len() > 1);
    match words.only() {
        Some((word, value)) => is_one_of_several(word, value),
        None => words.iter().any(|(word, _)| is_applicator(word)),
    }
}

fn list<'a>(word: &str, value: &'a Value, place: &str) -> Result<&'a [Value], SchemaError> {
    match value {
        Value::Array(schemas) if !schemas.is_empty() => Ok(schemas),
        _ => Err(SchemaError::at(place, format!("{word} must be a non-empty array of schemas"))),
    }
}

pub(super) fn too_large(place: &str) -> SchemaError {
    let what = format!("schema too large: the limit is {MAX_SCHEMAS} subschemas, nested at most {MAX_DEPTH} deep");
    SchemaError::at(place, what)
}

fn not_a_schema(place: &str) -> SchemaError {
    SchemaError::at(place, "a schema must be an object, true or false")
}
