//! The keywords of JSON Schema: assertions, annotations, and those that are refused.

use serde_json::{Map, Value};

use super::SchemaError;

/// What `type` may name.
pub(super) const KINDS: [&str; 7] = ["object", "array", "string", "number", "integer", "boolean", "null"];

/// Keywords that apply other schemas to the same value.
const APPLICATORS: [&str; 4] = ["allOf", "anyOf", "oneOf", "$ref"];

const OF_ANY: [&str; 3] = ["type", "const", "enum"];
const OF_OBJECTS: [&str; 6] =
    ["properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"];
const OF_ARRAYS: [&str; 5] = ["items", "prefixItems", "additionalItems", "minItems", "maxItems"];
const OF_STRINGS: [&str; 4] = ["minLength", "maxLength", "pattern", "format"];
const OF_NUMBERS: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// All of them.
const ASSERTIONS: [&[&str]; 6] = [&APPLICATORS, &OF_ANY, &OF_OBJECTS, &OF_ARRAYS, &OF_STRINGS, &OF_NUMBERS];

/// Keywords that assert nothing, or only hold what others refer to.
const ANNOTATIONS: [&str; 22] = [
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "discriminator",
    "externalDocs",
    "xml",
    "$schema",
    "$id",
    "id",
    "$anchor",
    "$comment",
    "$vocabulary",
    "$defs",
    "definitions",
];

/// Keywords that cannot be enforced during generation.
const UNSUPPORTED: [&str; 36] = [
    "not",
    "if",
    "then",
    "else",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
    "nullable",
    // Of the first drafts.
    "divisibleBy",
    "disallow",
    "extends",
    // Of validators' own vocabularies.
    "formatMinimum",
    "formatMaximum",
    "formatExclusiveMinimum",
    "formatExclusiveMaximum",
    "range",
    "exclusiveRange",
    "regexp",
    "instanceof",
    "uniqueItemProperties",
    "allRequired",
    "anyRequired",
    "oneRequired",
    "patternRequired",
    "prohibited",
];

/// A word that is so many letters from a keyword is a keyword misspelt.
const TYPING_MISTAKES: usize = 2;

/// The keywords of one schema that assert something, in the order of the file.
pub(super) struct Words<'a> {
    words: Vec<(&'a str, &'a Value)>,
}

impl<'a> Words<'a> {
    /// The asserting keywords of `schema` at `place`.
    ///
    /// # Errors
    /// A keyword is not supported or unknown.
    pub fn of(schema: &'a Map<String, Value>, place: &str) -> Result<Self, SchemaError> {
        let mut words = vec![];
        for (word, value) in schema {
            let word = word.as_str();
            match word {
                // A new base for the references in it, unless it is only a fragment.
                "$id" if place != "#" && value.as_str().is_none_or(|id| !id.starts_with('#')) => {
                    let what = "'$id' is only supported at the top of the schema; remove it";
                    return Err(SchemaError::at(place, what));
                }
                "uniqueItems" if value == &Value::Bool(false) => {}
                // Asserts nothing unless items is an array.
                "additionalItems" if !schema.get("items").is_some_and(Value::is_array) => {}
                _ if says_something(word) => words.push((word, value)),
                _ if ANNOTATIONS.contains(&word) || word.starts_with("x-") => {}
                _ if UNSUPPORTED.contains(&word) => {
                    let what = format!("'{word}' cannot be enforced during generation; rewrite the schema without it");
                    return Err(SchemaError::at(place, what));
                }
                // JSON Schema takes words that it does not know for annotations (core, 6.5).
                _ => {
                    if let Some(keyword) = meant(word) {
                        let what = format!("unknown keyword '{word}'; did you mean '{keyword}'? Correct or remove it");
                        return Err(SchemaError::at(place, what));
                    }
                }
            }
        }
        Ok(Self { words })
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub fn get(&self, word: &str) -> Option<&'a Value> {
        self.words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }

    /// All keywords and their values.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.words.iter().copied()
    }

    /// The keyword and its value, if there is just one.
    pub fn only(&self) -> Option<(&'a str, &'a Value)> {
        match self.words[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether `const` or `enum` lists the values.
    pub fn are_literal(&self) -> bool {
        self.get("const").is_some() || self.get("enum").is_some()
    }

    /// Whether one of the listed values is an object.
    pub fn writes_objects(&self) -> bool {
        let values = self.get("enum").and_then(Value::as_array).into_iter().flatten();
        values.chain(self.get("const")).any(Value::is_object)
    }

    /// What `type` allows.
    pub fn types(&self, place: &str) -> Result<Option<Vec<&'a str>>, SchemaError> {
        let Some(types) = self.get("type") else { return Ok(None) };
        let types: Option<Vec<&str>> = match types {
            Value::String(kind) => Some(vec![kind]),
            Value::Array(kinds) => kinds.iter().map(Value::as_str).collect(),
            _ => None,
        };
        match types {
            Some(types) if !types.is_empty() => match types.iter().find(|kind| !KINDS.contains(kind)) {
                Some(unknown) => Err(SchemaError::at(place, format!("unknown type '{unknown}'"))),
                None => Ok(Some(types)),
            },
            _ => Err(SchemaError::at(place, "type must be a name or a non-empty array of names")),
        }
    }

    /// The types that the keywords are about.
    pub fn implied_types(&self) -> Vec<&'static str> {
        let kinds: [(&str, &[&str]); 4] =
            [("object", &OF_OBJECTS), ("array", &OF_ARRAYS), ("string", &OF_STRINGS), ("number", &OF_NUMBERS)];
        let is_meant = |words: &[&str]| words.iter().any(|word| self.get(word).is_some());
        kinds.iter().filter(|(_, words)| is_meant(words)).map(|(kind, _)| *kind).collect()
    }
}

/// The keyword that somebody meant who wrote `word`, which is none: written in another way, or with a mistake.
fn meant(word: &str) -> Option<&'static str> {
    let plain = |word: &str| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let written = plain(word);
    let distance = |keyword: &'static str| {
        let plain = plain(keyword);
        // In a word of four letters, two others make another word.
        let most = TYPING_MISTAKES.min(plain.len() / 4);
        let distance = strsim::osa_distance(&written, &plain);
        (distance <= most).then_some((distance, keyword))
    };
    let keywords = ASSERTIONS.iter().flat_map(|words| words.iter()).chain(&UNSUPPORTED);
    keywords.filter_map(|keyword| distance(keyword)).min_by_key(|(distance, _)| *distance).map(|(_, keyword)| keyword)
}

pub(super) fn is_applicator(word: &str) -> bool {
    APPLICATORS.contains(&word)
}

fn says_something(word: &str) -> bool {
    ASSERTIONS.iter().any(|words| words.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_keywords_are_told_from_annotations() {
        for (word, keyword) in [
            ("maxlength", "maxLength"),
            ("max_length", "maxLength"),
            ("minimun", "minimum"),
            ("requierd", "required"),
            ("patern", "pattern"),
            ("additionalPropertys", "additionalProperties"),
            ("Enum", "enum"),
            ("uniqueItem", "uniqueItems"),
        ] {
            assert_eq!(meant(word), Some(keyword), "{word}");
        }
        for word in ["markdownDescription", "enumNames", "ui:order", "tags", "order", "propertyOrdering", "note", "_x"]
        {
            assert_eq!(meant(word), None, "{word}");
        }
    }

    #[test]
    fn unknown_annotations_are_ignored_and_unknown_assertions_refused_by_name() {
        let words = |json: serde_json::Value| {
            let schema = json.as_object().unwrap().clone();
            Words::of(&schema, "#").map(|words| words.iter().count()).map_err(|error| error.to_string())
        };
        assert_eq!(words(serde_json::json!({"type": "string", "markdownDescription": "x", "ui:order": 1})), Ok(1));
        assert!(words(serde_json::json!({"maxlength": 1})).unwrap_err().contains("did you mean 'maxLength'"));
        assert!(words(serde_json::json!({"formatMinimum": "1"})).unwrap_err().contains("'formatMinimum' cannot be"));
    }
}
