//! From a JSON schema to a grammar (llama.cpp's GBNF) whose every sentence is JSON that fits the schema.
//!
//! llama.cpp has a converter, but only in its C++ `common` library, which the bindings leave out here. This one covers
//! what people write by hand: objects, arrays, strings with lengths, numbers, `enum`, `const`, `anyOf`, `oneOf`,
//! `$ref` within the file. What it does not cover it refuses by name: nothing is silently left unchecked.

mod node;

use std::collections::BTreeMap;
use std::fmt::Write;

use node::Node;

/// Why a schema cannot be made into a grammar.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Not JSON at all.
    #[error("the schema is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Something in it cannot be said in a grammar, or makes no sense.
    #[error("at {place} of the schema: {what}")]
    Unsupported {
        /// A JSON pointer, `#` for the whole.
        place: String,
        /// What is wrong there.
        what: String,
    },
}

/// Words that only explain.
const ANNOTATIONS: [&str; 12] = [
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "format",
    "$schema",
    "$id",
    "$comment",
    "$defs",
];

/// Any JSON. Numbers have no more digits than a double, and white space is one blank at most: a model that may write
/// blanks for ever sometimes does.
const ANY_JSON: &str = r#"
value ::= object | array | string | number | boolean | null
object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? ws "}"
array ::= "[" ws (value ("," ws value)*)? ws "]"
string ::= "\"" char* "\""
char ::= [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt/] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])
integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?
boolean ::= "true" | "false"
null ::= "null"
ws ::= " "?
"#;

/// The grammar, beginning at `root`, of JSON that fits `schema` (JSON Schema, the subset named above).
///
/// # Errors
/// `schema` is not JSON, or asks for something that the grammar cannot say.
pub fn grammar_of_schema(schema: &str) -> Result<String, SchemaError> {
    let schema: Node = serde_json::from_str(schema)?;
    let mut builder = Builder { schema: &schema, rules: vec![], references: BTreeMap::new() };
    let root = builder.rule_for(&schema, "#")?;
    let mut grammar = format!("root ::= {root}\n");
    for (number, rule) in builder.rules.iter().enumerate() {
        let _ = writeln!(grammar, "r{number} ::= {rule}");
    }
    Ok(grammar + ANY_JSON.trim_start())
}

struct Builder<'a> {
    schema: &'a Node,
    /// `r0`, `r1`, …
    rules: Vec<String>,
    /// The rule of each `$ref` that was met.
    references: BTreeMap<String, String>,
}

impl Builder<'_> {
    /// The name of a rule for `schema`, which stands at `place`.
    fn rule_for(&mut self, schema: &Node, place: &str) -> Result<String, SchemaError> {
        let expression = self.expression(schema, place)?;
        Ok(self.add(expression))
    }

    fn add(&mut self, expression: String) -> String {
        self.rules.push(expression);
        format!("r{}", self.rules.len() - 1)
    }

    fn expression(&mut self, schema: &Node, place: &str) -> Result<String, SchemaError> {
        let members = match schema {
            Node::Bool(true) => return Ok("value".to_owned()),
            Node::Object(members) => members,
            _ => return Err(unsupported(place, "a schema is an object, or true".to_owned())),
        };
        let mut rest = Rest::new(members, place);
        if let Some(reference) = rest.text("$ref")? {
            rest.nothing_left()?;
            return self.reference(&reference, place);
        }
        if let Some(value) = rest.take("const") {
            rest.nothing_but(&["type"])?;
            return Ok(literal(value));
        }
        if let Some(values) = rest.take("enum") {
            rest.nothing_but(&["type"])?;
            let Node::List(values) = values else { return Err(unsupported(place, "enum is a list".to_owned())) };
            return alternatives(values.iter().map(literal).collect(), place);
        }
        for either in ["anyOf", "oneOf"] {
            if let Some(schemas) = rest.take(either) {
                rest.nothing_left()?;
                let Node::List(schemas) = schemas else {
                    return Err(unsupported(place, format!("{either} is a list")));
                };
                let rules = schemas.iter().enumerate();
                let rules = rules.map(|(number, schema)| self.rule_for(schema, &format!("{place}/{either}/{number}")));
                return alternatives(rules.collect::<Result<_, _>>()?, place);
            }
        }
        match rest.take("type") {
            Some(Node::Text(kind)) => self.of_type(kind, rest),
            Some(Node::List(kinds)) => {
                let mut rules = vec![];
                for kind in kinds {
                    let Node::Text(kind) = kind else { return Err(unsupported(place, "a type is a name".to_owned())) };
                    // What says nothing about this type is for one of the others.
                    let of_kind = rest.about(kind);
                    let expression = self.of_type(kind, of_kind)?;
                    rules.push(self.add(expression));
                }
                alternatives(rules, place)
            }
            Some(_) => Err(unsupported(place, "a type is a name or a list of names".to_owned())),
            None if rest.has("properties") => self.of_type("object", rest),
            None if rest.has("items") || rest.has("prefixItems") => self.of_type("array", rest),
            None => {
                rest.nothing_left()?;
                Ok("value".to_owned())
            }
        }
    }

    fn of_type(&mut self, kind: &str, rest: Rest<'_>) -> Result<String, SchemaError> {
        match kind {
            "object" => self.object(rest),
            "array" => self.array(rest),
            "string" => string(rest),
            "number" | "integer" | "boolean" | "null" => {
                rest.nothing_left()?;
                Ok(kind.to_owned())
            }
            _ => Err(unsupported(rest.place, format!("'{kind}' is no type"))),
        }
    }

    fn reference(&mut self, reference: &str, place: &str) -> Result<String, SchemaError> {
        if let Some(rule) = self.references.get(reference) {
            return Ok(rule.clone());
        }
        let target = reference.strip_prefix('#').and_then(|path| self.schema.at(path));
        let Some(target) = target else {
            return Err(unsupported(place, format!("$ref '{reference}' points to nothing in this file")));
        };
        // The rule has its name before it is made, so that a schema may contain itself.
        let rule = self.add(String::new());
        let number = self.rules.len() - 1;
        self.references.insert(reference.to_owned(), rule.clone());
        self.rules[number] = self.expression(target, reference)?;
        Ok(rule)
    }

    /// Members that must be there first, then those that may, each group in the order of the schema.
    fn object(&mut self, mut rest: Rest<'_>) -> Result<String, SchemaError> {
        let place = rest.place;
        let properties = match rest.take("properties") {
            Some(Node::Object(properties)) => properties.as_slice(),
            None => &[],
            Some(_) => return Err(unsupported(place, "properties is an object".to_owned())),
        };
        let required = match rest.take("required") {
            Some(Node::List(names)) => names.iter().filter_map(Node::text).collect(),
            None => vec![],
            Some(_) => return Err(unsupported(place, "required is a list of names".to_owned())),
        };
        let others = rest.take("additionalProperties");
        rest.nothing_left()?;
        if let Some(name) = required.iter().find(|name| properties.iter().all(|(known, _)| known != *name)) {
            return Err(unsupported(place, format!("'{name}' is required but not among the properties")));
        }
        if properties.is_empty() {
            let value = match others {
                Some(Node::Bool(false)) => return Ok(r#""{" ws "}""#.to_owned()),
                Some(schema) => self.rule_for(schema, &format!("{place}/additionalProperties"))?,
                None => "value".to_owned(),
            };
            let member = self.add(format!(r#"string ":" ws {value}"#));
            return Ok(format!(r#""{{" ws ({member} ("," ws {member})*)? ws "}}""#));
        }
        let (mut must, mut may) = (vec![], vec![]);
        for (name, schema) in properties {
            let value = self.rule_for(schema, &format!("{place}/properties/{name}"))?;
            let name_literal = literal(&Node::Text(name.clone()));
            let member = self.add(format!(r#"{name_literal} ":" ws {value}"#));
            if required.contains(&name.as_str()) { must.push(member) } else { may.push(member) }
        }
        let optional = |members: &[String]| members.iter().map(|it| format!(r#" ("," ws {it})?"#)).collect::<String>();
        let members = if must.is_empty() {
            // Whichever comes first has no comma before it.
            let firsts = (0..may.len()).map(|first| format!("{}{}", may[first], optional(&may[first + 1..])));
            format!("({})?", firsts.collect::<Vec<_>>().join(" | "))
        } else {
            must.join(r#" "," ws "#) + &optional(&may)
        };
        Ok(format!(r#""{{" ws {members} ws "}}""#))
    }

    fn array(&mut self, mut rest: Rest<'_>) -> Result<String, SchemaError> {
        let place = rest.place;
        let (items, prefix) = (rest.take("items"), rest.take("prefixItems"));
        let (min, max) = (rest.count("minItems")?.unwrap_or(0), rest.count("maxItems")?);
        rest.nothing_left()?;
        if let Some(prefix) = prefix {
            let Node::List(prefix) = prefix else {
                return Err(unsupported(place, "prefixItems is a list".to_owned()));
            };
            // Exactly these items: what would come behind them is left out, which every schema without a longer
            // minItems allows.
            let n = prefix.len() as u64;
            if n == 0 || n < min || max.is_some_and(|max| n > max) {
                return Err(unsupported(
                    place,
                    format!("prefixItems has {n} item(s), which is none, or not what minItems and maxItems allow"),
                ));
            }
            let rules = prefix.iter().enumerate();
            let rules = rules.map(|(number, schema)| self.rule_for(schema, &format!("{place}/prefixItems/{number}")));
            let rules = rules.collect::<Result<Vec<_>, _>>()?;
            return Ok(format!(r#""[" ws {} ws "]""#, rules.join(r#" "," ws "#)));
        }
        let item = match items {
            Some(schema) => self.rule_for(schema, &format!("{place}/items"))?,
            None => "value".to_owned(),
        };
        if max.is_some_and(|max| max < min) {
            return Err(unsupported(place, "maxItems is less than minItems".to_owned()));
        }
        if max == Some(0) {
            return Ok(r#""[" ws "]""#.to_owned());
        }
        let more = repeat(min.saturating_sub(1), max.map(|max| max - 1));
        let items = format!(r#"{item} ("," ws {item}){more}"#);
        Ok(if min == 0 { format!(r#""[" ws ({items})? ws "]""#) } else { format!(r#""[" ws {items} ws "]""#) })
    }
}

fn string(mut rest: Rest<'_>) -> Result<String, SchemaError> {
    let (min, max) = (rest.count("minLength")?.unwrap_or(0), rest.count("maxLength")?);
    rest.nothing_left()?;
    if max.is_some_and(|max| max < min) {
        return Err(unsupported(rest.place, "maxLength is less than minLength".to_owned()));
    }
    if min == 0 && max.is_none() {
        return Ok("string".to_owned());
    }
    Ok(format!(r#""\"" char{} "\"""#, repeat(min, max)))
}

fn repeat(min: u64, max: Option<u64>) -> String {
    max.map_or_else(|| format!("{{{min},}}"), |max| format!("{{{min},{max}}}"))
}

fn alternatives(rules: Vec<String>, place: &str) -> Result<String, SchemaError> {
    if rules.is_empty() {
        return Err(unsupported(place, "there is nothing to choose from".to_owned()));
    }
    Ok(rules.join(" | "))
}

/// Exactly this JSON.
fn literal(value: &Node) -> String {
    let json = value.to_json();
    format!("\"{}\"", json.replace('\\', "\\\\").replace('"', "\\\""))
}

fn unsupported(place: &str, what: String) -> SchemaError {
    SchemaError::Unsupported { place: place.to_owned(), what }
}

/// The members of a schema that were not looked at yet.
struct Rest<'a> {
    members: Vec<(&'a str, &'a Node)>,
    place: &'a str,
}

impl<'a> Rest<'a> {
    fn new(members: &'a [(String, Node)], place: &'a str) -> Self {
        let says_something = |name: &str| !ANNOTATIONS.contains(&name) && name != "definitions";
        let members = members.iter().map(|(name, value)| (name.as_str(), value));
        Self { members: members.filter(|(name, _)| says_something(name)).collect(), place }
    }

    fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| *known == name)
    }

    fn take(&mut self, name: &str) -> Option<&'a Node> {
        let index = self.members.iter().position(|(known, _)| *known == name)?;
        Some(self.members.remove(index).1)
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, SchemaError> {
        match self.take(name) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(unsupported(self.place, format!("{name} is a text"))),
        }
    }

    fn count(&mut self, name: &str) -> Result<Option<u64>, SchemaError> {
        match self.take(name) {
            None => Ok(None),
            Some(Node::Number(number)) if number.as_u64().is_some() => Ok(number.as_u64()),
            Some(_) => Err(unsupported(self.place, format!("{name} is a whole number that is not negative"))),
        }
    }

    /// The part that is about values of type `kind`.
    fn about(&self, kind: &str) -> Self {
        const OBJECT: [&str; 3] = ["properties", "required", "additionalProperties"];
        const ARRAY: [&str; 4] = ["items", "prefixItems", "minItems", "maxItems"];
        const STRING: [&str; 2] = ["minLength", "maxLength"];
        let is_about = |name: &str| {
            let owner = [("object", &OBJECT[..]), ("array", &ARRAY[..]), ("string", &STRING[..])];
            owner.iter().find(|(_, names)| names.contains(&name)).is_none_or(|(owner, _)| *owner == kind)
        };
        let members = self.members.iter().filter(|(name, _)| is_about(name));
        Self { members: members.copied().collect(), place: self.place }
    }

    fn nothing_but(&self, names: &[&str]) -> Result<(), SchemaError> {
        match self.members.iter().find(|(name, _)| !names.contains(name)) {
            None => Ok(()),
            Some((name, _)) => Err(unsupported(self.place, format!("'{name}' is not supported here"))),
        }
    }

    fn nothing_left(&self) -> Result<(), SchemaError> {
        self.nothing_but(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rules of the schema alone.
    fn grammar(schema: &str) -> String {
        let grammar = grammar_of_schema(schema).unwrap();
        grammar.strip_suffix(ANY_JSON.trim_start()).unwrap().to_owned()
    }

    fn error(schema: &str) -> String {
        grammar_of_schema(schema).unwrap_err().to_string()
    }

    #[test]
    fn objects_keep_the_order_of_the_schema_with_what_is_required_first() {
        let schema = r#"{"type": "object", "properties": {"z": {"type": "integer"}, "a": {"type": "null"}, "b": {}},
                         "required": ["z"]}"#;
        let expected = "root ::= r6\n\
                        r0 ::= integer\n\
                        r1 ::= \"\\\"z\\\"\" \":\" ws r0\n\
                        r2 ::= null\n\
                        r3 ::= \"\\\"a\\\"\" \":\" ws r2\n\
                        r4 ::= value\n\
                        r5 ::= \"\\\"b\\\"\" \":\" ws r4\n\
                        r6 ::= \"{\" ws r1 (\",\" ws r3)? (\",\" ws r5)? ws \"}\"\n";
        assert_eq!(grammar(schema), expected);
    }

    #[test]
    fn arrays_strings_and_choices() {
        assert!(
            grammar(r#"{"type": "array", "items": {"enum": ["a\"b", 1]}, "minItems": 2, "maxItems": 3}"#)
                .ends_with("r0 ::= \"\\\"a\\\\\\\"b\\\"\" | \"1\"\nr1 ::= \"[\" ws r0 (\",\" ws r0){1,2} ws \"]\"\n")
        );
        assert!(grammar(r#"{"type": "string", "maxLength": 5}"#).contains("char{0,5}"));
        assert!(grammar(r#"{"type": ["string", "null"], "minLength": 1}"#).contains("char{1,}"));
    }

    #[test]
    fn a_schema_may_contain_itself() {
        let schema = r##"{"$ref": "#/$defs/node", "$defs": {"node": {"type": "object",
                          "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}}}}}"##;
        assert!(grammar(schema).contains("r0 ::= \"{\""), "{}", grammar(schema));
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_name_and_place() {
        let schema = r#"{"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}}"#;
        let error_text = error(schema);
        assert!(error_text.contains("#/properties/age") && error_text.contains("'minimum'"), "{error_text}");
        assert!(error(r#"{"type": "object", "required": ["x"]}"#).contains("'x' is required"));
        assert!(error(r##"{"$ref": "#/nowhere"}"##).contains("points to nothing"));
        assert!(error(r#"{"type": "thing"}"#).contains("'thing' is no type"));
        assert!(error(r#"{"prefixItems": [{}], "minItems": 2}"#).contains("prefixItems has 1"));
        assert!(error(r#"{"allOf": []}"#).contains("'allOf'"));
        assert!(error("{").contains("not JSON"));
        assert!(error("[]").contains("a schema is an object"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[{}\\[\\]\":,a-z$#/0-9 -]{0,80}") {
            let _ = grammar_of_schema(&text);
        }
    }
}
