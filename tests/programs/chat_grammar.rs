//! Answers that follow a grammar or a JSON schema.

use crate::common;

use std::path::Path;

use common::{Ran, antidote, antidote_with_input};

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
        let json: serde_json::Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
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

/// llama.cpp has limits of its own on what a grammar may look like.
#[test]
fn llama_cpp_takes_the_grammars_of_all_kinds_of_schemas() {
    let folder = tempfile::tempdir().unwrap();
    for schema in [
        "true",
        r#"{"type": "object"}"#,
        r#"{"type": "object", "additionalProperties": {"type": "integer"}}"#,
        r#"{"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}}}"#,
        r#"{"type": "array", "items": {"type": "boolean"}, "maxItems": 1}"#,
        r#"{"type": "array", "prefixItems": [{"type": "boolean"}, {"const": {"é": "\"\n\\"}}]}"#,
        r#"{"type": "string", "minLength": 2}"#,
        r#"{"type": ["number", "string"], "maxLength": 3}"#,
        r##"{"$ref": "#/$defs/n", "$defs": {"n": {"properties": {"n": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/n"}]}}}}}"##,
    ] {
        let schema = file(&folder, "s.json", schema);
        let answer = run("--json-schema", &schema, &["--temp", "0", "-n", "40", "--json"]).succeeds().stdout;
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let text = answer["text"].as_str().unwrap();
        let is_whole = answer["finish_reason"] == "end-of-turn";
        assert!(!is_whole || serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        assert!(!text.is_empty());
    }
}

#[test]
fn what_is_no_grammar_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["", "root ::= <<<", "start ::= \"a\"", "root ::= gone", "root ::= root \"a\""] {
        run("--grammar", &file(&folder, "g.gbnf", text), &[]).fails(2, &["g.gbnf", "grammar"]);
    }
    let schema = r#"{"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}}"#;
    run("--json-schema", &file(&folder, "s.json", schema), &[]).fails(2, &["s.json", "minimum", "#/properties/age"]);
    run("--json-schema", &file(&folder, "s.json", "{"), &[]).fails(2, &["s.json", "not JSON"]);
    run("--grammar", &folder.path().join("none.gbnf"), &[]).fails(1, &["none.gbnf"]);
}
