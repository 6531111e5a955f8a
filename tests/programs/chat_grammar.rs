//! Answers that follow a grammar or a JSON schema.

use crate::common;

use std::path::Path;

use common::{Ran, antidote, antidote_with_input};
use serde_json::Value;

fn run(flag: &str, file: &Path, more: &[&str]) -> Ran {
    let args = ["run", "-p", "hello", flag].map(Path::new);
    let more = more.iter().map(Path::new);
    antidote(args.into_iter().chain([file]).chain(more))
}

fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn every_answer_follows_the_grammar() {
    let folder = tempfile::tempdir().unwrap();
    let grammar = file(&folder, "g.gbnf", r#"root ::= ("ja" | "nein") " " [0-9]{3}"#);
    for more in [["--temp", "0"], ["--temp", "2"]] {
        let answer = run("--grammar", &grammar, &more).succeeds().stdout;
        let words: Vec<&str> = answer.split_whitespace().collect();
        assert!(
            matches!(words[..], ["ja" | "nein", digits] if digits.len() == 3 && digits.parse::<u32>().is_ok()),
            "{answer}"
        );
    }
    // It begins anew with every answer of a chat.
    let args = ["chat", "--temp", "0", "--grammar"].map(Path::new);
    let chat =
        antidote_with_input(args.into_iter().chain([grammar.as_path()]), b"hello\nthank you\n/compare x\n").succeeds();
    let is_answer = |line: &&str| line.starts_with("ja ") || line.starts_with("nein ");
    assert_eq!(chat.stdout.lines().filter(is_answer).count(), 4, "{chat:?}");
}

#[test]
fn every_answer_fits_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let schema = r##"{
        "type": "object",
        "properties": {
            "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1, "maxItems": 2},
            "language": {"enum": ["en", "ja"]},
            "minutes": {"type": ["integer", "null"]},
            "sure": {"type": "boolean"}
        },
        "required": ["steps", "language", "minutes", "sure"],
        "$defs": {"step": {"type": "string", "minLength": 1, "maxLength": 12}}
    }"##;
    let schema = file(&folder, "s.json", schema);
    for seed in ["1", "2", "3"] {
        let answer = run("--json-schema", &schema, &["--temp", "1", "--seed", seed]).succeeds().stdout;
        let json: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
        let object = json.as_object().unwrap();
        assert_eq!(object.len(), 4, "{answer}");
        let steps = object["steps"].as_array().unwrap();
        assert!((1..=2).contains(&steps.len()), "{answer}");
        assert!(steps.iter().all(|step| (1..=12).contains(&step.as_str().unwrap().chars().count())), "{answer}");
        assert!(["en", "ja"].contains(&object["language"].as_str().unwrap()), "{answer}");
        assert!(object["minutes"].is_null() || object["minutes"].is_i64(), "{answer}");
        assert!(object["sure"].is_boolean(), "{answer}");
        let places: Vec<_> = ["\"steps\"", "\"language\"", "\"minutes\""].map(|name| answer.find(name)).into();
        assert!(places.is_sorted(), "the order is the schema's: {answer}");
    }
}

/// A schema, and whether an answer is what it asks for.
type Case = (&'static str, fn(&Value) -> bool);

const CASES: [Case; 20] = [
    ("true", |_| true),
    (r#"{"type": "object"}"#, Value::is_object),
    (r#"{"type": "object", "additionalProperties": {"type": "integer"}}"#, |json| {
        json.as_object().unwrap().values().all(Value::is_i64)
    }),
    (r#"{"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}}}"#, |json| {
        json.as_object().unwrap().iter().all(|(name, value)| ["a", "b"].contains(&name.as_str()) && value.is_null())
    }),
    (r#"{"type": "array", "items": {"type": "boolean"}, "maxItems": 1}"#, |json| {
        json.as_array().unwrap().iter().all(Value::is_boolean) && json.as_array().unwrap().len() <= 1
    }),
    (r#"{"type": "array", "prefixItems": [{"type": "boolean"}, {"const": {"é": "\"\n\\"}}]}"#, |json| {
        let items = json.as_array().unwrap();
        items.len() == 2 && items[0].is_boolean() && items[1] == serde_json::json!({"é": "\"\n\\"})
    }),
    (r#"{"type": "string", "minLength": 2}"#, |json| json.as_str().unwrap().chars().count() >= 2),
    (r#"{"type": ["number", "string"], "maxLength": 3}"#, |json| {
        json.is_number() || json.as_str().unwrap().chars().count() <= 3
    }),
    (
        r##"{"$ref": "#/$defs/n", "$defs": {"n": {"properties": {"n": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/n"}]}}}}}"##,
        Value::is_object,
    ),
    (r##"{"$ref": "#/$defs/a%20b", "$defs": {"a b": {"const": "é"}}}"##, |json| json == "é"),
    (r#"{"type": "integer", "minimum": -3, "exclusiveMaximum": 12}"#, |json| {
        (-3..12).contains(&json.as_i64().unwrap())
    }),
    (r#"{"type": "number", "exclusiveMinimum": 0, "maximum": 0.5}"#, |json| {
        let number = json.as_f64().unwrap();
        number > 0.0 && number <= 0.5
    }),
    (r#"{"type": "integer", "multipleOf": 7, "minimum": 1}"#, |json| json.as_i64().unwrap() % 7 == 0),
    (r#"{"type": "string", "pattern": "^[a-f]{3}-[0-9]+$", "maxLength": 8}"#, |json| {
        let text = json.as_str().unwrap();
        let (letters, digits) = text.split_once('-').unwrap();
        let is_fine = |text: &str, of: fn(&char) -> bool| !text.is_empty() && text.chars().all(|char| of(&char));
        letters.len() == 3
            && is_fine(letters, |char| ('a'..='f').contains(char))
            && is_fine(digits, char::is_ascii_digit)
            && text.len() <= 8
    }),
    (r#"{"type": "string", "format": "date"}"#, |json| {
        let parts: Vec<u32> = json.as_str().unwrap().split('-').map(|part| part.parse().unwrap()).collect();
        parts.len() == 3 && (1..=12).contains(&parts[1]) && (1..=31).contains(&parts[2])
    }),
    (r#"{"type": "string", "enum": ["red", "green", 3], "minLength": 4}"#, |json| json == "green"),
    (r#"{"type": "array", "items": {"enum": [1, 2]}, "minItems": 2, "maxItems": 3}"#, |json| {
        let items = json.as_array().unwrap();
        (2..=3).contains(&items.len()) && items.iter().all(|item| item == 1 || item == 2)
    }),
    (
        r##"{"allOf": [{"$ref": "#/$defs/base"}, {"properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}],
            "$defs": {"base": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}}}"##,
        |json| json.as_object().unwrap().len() == 2 && json["id"].is_i64() && json["ok"].is_boolean(),
    ),
    (
        r#"{"oneOf": [
            {"type": "object", "properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}, "required": ["kind", "n"]},
            {"type": "object", "properties": {"kind": {"const": "b"}}, "required": ["kind"]}]}"#,
        |json| (json["kind"] == "a" && json["n"].is_i64()) || json == &serde_json::json!({"kind": "b"}),
    ),
    (r#"{"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}], "title": "x"}"#, |json| {
        json.is_null() || json.as_i64().unwrap() <= 9
    }),
];

#[test]
fn answers_are_held_to_all_kinds_of_schemas() {
    let folder = tempfile::tempdir().unwrap();
    for (schema, fits) in CASES {
        let file = file(&folder, "s.json", schema);
        for more in [["--temp", "0"], ["--temp", "1.5"]] {
            let more = more.into_iter().chain(["--seed", "1", "-n", "60", "--json"]).collect::<Vec<_>>();
            let ran = run("--json-schema", &file, &more);
            let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
            let text = answer["text"].as_str().unwrap();
            assert!(!text.is_empty(), "{schema}");
            // An answer that is cut off is an error.
            let is_whole = answer["finish_reason"] == "end-of-turn";
            assert_eq!(ran.code, i32::from(!is_whole), "{ran:?}");
            if is_whole {
                let json: Value =
                    serde_json::from_str(text).unwrap_or_else(|error| panic!("{schema}: {error}: {text}"));
                assert!(fits(&json), "{schema}: {text}");
            }
        }
    }
}

#[test]
fn a_schema_begins_anew_with_every_answer_of_a_chat() {
    let folder = tempfile::tempdir().unwrap();
    let schema = file(&folder, "s.json", r#"{"enum": ["yes", "no"]}"#);
    let args = ["chat", "--temp", "0", "--json-schema"].map(Path::new);
    let chat = antidote_with_input(args.into_iter().chain([schema.as_path()]), b"hello\nthank you\n").succeeds();
    let is_answer = |line: &&str| [r#""yes""#, r#""no""#].contains(line);
    assert_eq!(chat.stdout.lines().filter(is_answer).count(), 2, "{chat:?}");
}

#[test]
fn long_texts_end_at_their_greatest_length() {
    let folder = tempfile::tempdir().unwrap();
    let schema = r#"{"type": "string", "minLength": 2100, "maxLength": 2101}"#;
    let schema = file(&folder, "s.json", schema);
    let text = run("--json-schema", &schema, &["--temp", "0", "--ctx", "4096"]).succeeds().stdout;
    let text: String = serde_json::from_str(&text).unwrap();
    let length = text.chars().count();
    assert!((2100..=2101).contains(&length), "{length}");
}

#[test]
fn what_is_no_grammar_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["", "root ::= <<<", "start ::= \"a\"", "root ::= gone", "root ::= root \"a\""] {
        run("--grammar", &file(&folder, "g.gbnf", text), &[]).fails(2, &["g.gbnf", "grammar"]);
    }
    for (schema, place, named) in [
        (r#"{"type": "object", "properties": {"age": {"type": "integer", "not": {}}}}"#, "#/properties/age", "'not'"),
        (r#"{"items": {"type": "integer", "minimun": 0}}"#, "#/items", "'minimun'"),
        (r#"{"properties": {"a": {"pattern": "^(?!x)"}}}"#, "#/properties/a", "(?"),
        (r#"{"properties": {"a": {"type": "string", "format": "colour"}}}"#, "#/properties/a", "'colour'"),
        (r#"{"oneOf": [{"type": "integer"}, {"minimum": 3}]}"#, "#", "oneOf"),
        (r#"{"properties": {"a": {"minimum": 3, "maximum": 2}}, "required": ["a"]}"#, "#/properties/a", "maximum"),
        (r##"{"properties": {"a": {"$ref": "#/$defs/none"}}}"##, "#/properties/a", "#/$defs/none"),
    ] {
        run("--json-schema", &file(&folder, "s.json", schema), &[]).fails(2, &["s.json", place, named]);
    }
    run("--json-schema", &file(&folder, "s.json", "{"), &[]).fails(2, &["s.json", "not JSON"]);
    run("--grammar", &folder.path().join("none.gbnf"), &[]).fails(1, &["none.gbnf"]);
}
