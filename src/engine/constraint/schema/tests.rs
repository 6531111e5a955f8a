//! What fits a schema is allowed and nothing else, letter by letter.

use llguidance::toktrie::{ApproximateTokEnv, TokenizerEnv};
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};

use super::super::json::Json;
use super::super::tokens;
use super::SchemaError;

fn factory() -> ParserFactory {
    tokens::of_tree(ApproximateTokEnv::single_byte().tok_trie().clone()).unwrap()
}

pub(super) fn matcher(schema: &Value) -> Result<Matcher, SchemaError> {
    Ok(Json::of_tokens(schema, &factory())?.matcher())
}

/// Whether `text` may be written and may end there.
pub(super) fn takes(matcher: &Matcher, text: &str) -> bool {
    let mut matcher = matcher.clone();
    let tokens: Vec<u32> = text.bytes().map(u32::from).collect();
    let taken = matcher.try_consume_tokens(&tokens).unwrap();
    taken == tokens.len() && (matcher.is_stopped() || matcher.is_accepting().unwrap())
}

#[track_caller]
fn check(schema: Value, fitting: &[&str], others: &[&str]) {
    let matcher = matcher(&schema).unwrap_or_else(|error| panic!("{schema}: {error}"));
    for text in fitting {
        assert!(takes(&matcher, text), "{text} fits {schema}");
    }
    for text in others {
        assert!(!takes(&matcher, text), "{text} does not fit {schema}");
    }
}

#[track_caller]
fn refused(schema: Value, place: &str, named: &str) {
    match matcher(&schema) {
        Err(SchemaError::Unsupported { place: found, what }) => {
            assert!(found == place && what.contains(named), "{schema}: at {found}: {what}");
        }
        Err(error) => panic!("{schema}: {error}"),
        Ok(_) => panic!("{schema} is not refused"),
    }
}

#[test]
fn texts() {
    check(json!({"type": "string"}), &[r#""""#, r#""a\n\"é日😀""#], &["a", "1", r#""a"#, "\"\n\"", "\"\\u0041\""]);
    check(
        json!({"minLength": 2, "maxLength": 3}),
        &[r#""ab""#, r#""é日😀""#, r#""\n\n""#],
        &[r#""a""#, r#""abcd""#, "1"],
    );
    check(json!({"pattern": "^[a-z]+$"}), &[r#""abc""#], &[r#""""#, r#""aB""#, r#""a1""#]);
    check(json!({"pattern": "b"}), &[r#""b""#, r#""abc""#], &[r#""ac""#]);
    check(json!({"pattern": r"^\d\s\w$"}), &[r#""1 a""#, "\"1\u{FEFF}_\""], &[r#""1-a""#, r#""٣ a""#, "\"1\u{85}a\""]);
    check(json!({"pattern": "^a|b$"}), &[r#""ax""#, r#""xb""#], &[r#""xa""#, r#""bx""#]);
    check(json!({"pattern": "^[[&&]$"}), &[r#""[""#, r#""&""#], &[r#""a""#, r#""""#]);
    check(json!({"pattern": "^.$"}), &[r#""a""#, "\"\u{85}\""], &[r#""\n""#, r#""\r""#, "\"\u{2028}\""]);
    check(json!({"pattern": "^a", "minLength": 3}), &[r#""abc""#], &[r#""ab""#, r#""bcd""#]);
    refused(json!({"properties": {"a": {"pattern": "(?=a)"}}}), "#/properties/a", "(?");
    refused(json!({"pattern": "^a$", "minLength": 2}), "#", "no string can match");
    refused(json!({"pattern": "["}), "#", "regex");
    refused(json!({"minLength": 3, "maxLength": 2}), "#", "minLength");
    refused(json!({"maxLength": -1}), "#", "maxLength");
    refused(json!({"maxLength": 1.5}), "#", "maxLength");
}

#[test]
fn long_texts_end_where_they_must() {
    let text = |length: usize| format!("\"{}\"", "x".repeat(length));
    check(json!({"maxLength": 2500}), &[&text(2500)], &[&text(2501)]);
    check(json!({"minLength": 2100, "maxLength": 100_000}), &[&text(2100)], &[&text(2099)]);
}

#[test]
fn formats() {
    for (format, fitting, others) in [
        (
            "date",
            &["2024-02-29", "2000-02-29", "2023-12-31"][..],
            &["2023-02-29", "1900-02-29", "2023-04-31", "2023-1-01"][..],
        ),
        ("time", &["23:59:59Z", "00:00:00.25+09:00"], &["24:00:00Z", "23:59:60Z", "12:00:00"]),
        (
            "date-time",
            &["2024-02-29T01:02:03Z", "2023-06-30t01:02:03.5-01:00"],
            &["2023-02-29T01:02:03Z", "2023-06-30T23:59:60Z", "2023-06-30"],
        ),
        ("duration", &["P1Y2M", "PT5S", "P3W"], &["P", "1Y", "PT"]),
        ("email", &["a.b@example.org"], &["a", "a@", "@b", "a b@c", "a@b.cd--e"]),
        ("hostname", &["a-b.example", "a--b", "x", "xy-z.xy", "a.b.c"], &["-a", "a_b", "a..b", "ab--c", "x.ab--c"]),
        ("ipv4", &["127.0.0.1"], &["256.0.0.1", "1.2.3", "01.2.3.4"]),
        ("ipv6", &["::1", "2001:db8::8a2e:370:7334"], &["1", ":::", "g::"]),
        ("uri", &["https://example.org/a?b#c", "urn:a:b"], &["a b", "/a"]),
        ("uuid", &["00000000-0000-4000-8000-00000000000f"], &["0", "00000000-0000-4000-8000-00000000000g"]),
    ] {
        let quoted = |texts: &[&str]| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>();
        let (fitting, others) = (quoted(fitting), quoted(others));
        let fitting: Vec<_> = fitting.iter().map(String::as_str).collect();
        let others: Vec<_> = others.iter().map(String::as_str).collect();
        check(json!({"type": "string", "format": format}), &fitting, &others);
        check(json!({"type": "string", "format": format, "pattern": "^"}), &fitting, &others);
    }
    let long = format!("\"{}@b\"", "a".repeat(65));
    check(json!({"format": "email"}), &[], &[&long]);
    check(json!({"type": "integer", "format": "uint8"}), &["0", "255"], &["-1", "256"]);
    check(json!({"type": "integer", "format": "int64"}), &["-9007199254740991"], &["9007199254740992"]);
    check(json!({"type": ["number", "null"], "format": "double"}), &["0.5", "null"], &["true"]);
    refused(json!({"items": {"type": "string", "format": "idn-email"}}), "#/items", "idn-email");
    refused(json!({"type": "string", "format": "int32"}), "#", "int32");
}

#[test]
fn numbers() {
    check(
        json!({"type": "integer"}),
        &["0", "-1", "9007199254740991"],
        &["01", "1.0", "1e3", "9007199254740992", "+1"],
    );
    check(
        json!({"type": "number"}),
        &["0", "-0.5", "1234567.01234567"],
        &["1.", ".5", "0.123456789", "1e3", "9007199254740992"],
    );
    check(json!({"type": "integer", "minimum": -3, "maximum": 12}), &["-3", "0", "12"], &["-4", "13", "120"]);
    check(json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}), &["1", "9"], &["0", "10", "-1"]);
    check(
        json!({"type": "number", "minimum": 0.5, "exclusiveMaximum": 1}),
        &["0.5", "0.75", "0.99999999"],
        &["0.4", "1", "1.0", "0.99999999999999999999"],
    );
    check(json!({"minimum": 3}), &["3", "3.5", "100"], &["2.9", "\"3\"", "null"]);
    check(json!({"type": "integer", "multipleOf": 7}), &["0", "14", "-21"], &["1", "-20"]);
    check(json!({"type": "number", "multipleOf": 0.25}), &["0.25", "-1.50", "3"], &["0.3", "1.55"]);
    check(
        json!({"type": "number", "minimum": 1e-12, "maximum": 2e-12}),
        &["0.0000000000015"],
        &["0.0000000000025", "0"],
    );
    check(json!({"type": "number", "minimum": 0.3, "maximum": 0.3}), &["0.3"], &["0.31", "0.2"]);
    // llguidance's own reading lets these bounds through.
    check(
        json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.2}),
        &["0.1", "0.00000001"],
        &["0", "0.0", "-0"],
    );
    check(json!({"type": "number", "minimum": -0.5, "exclusiveMaximum": 0}), &["-0.1"], &["0", "-0", "-0.0"]);
    check(json!({"type": "number", "exclusiveMinimum": 3, "exclusiveMaximum": 3.5}), &["3.1"], &["3", "3.5", "3.0"]);
    check(
        json!({"exclusiveMinimum": 1_000_000_000, "maximum": 1_000_000_001}),
        &["1000000000.5"],
        &["1000000000", "1000000000.00000001"],
    );
    // Beyond ±2⁵³ the bounds move in.
    check(json!({"type": "integer", "maximum": i64::MAX}), &["9007199254740991"], &["9223372036854775808"]);
    check(json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}), &["0"], &["-1", "18446744073709551616"]);
    check(json!({"type": "number", "minimum": -1e300, "exclusiveMaximum": 1e300}), &["-5"], &["-9007199254740992"]);
    refused(json!({"type": "integer", "minimum": 9_007_199_254_740_993_i64}), "#", "minimum");
    refused(json!({"type": "integer", "minimum": 2, "maximum": 1}), "#", "greater than");
    refused(json!({"type": "integer", "minimum": 1.2, "maximum": 1.8}), "#", "no value can match");
    refused(json!({"type": "number", "minimum": 1, "exclusiveMinimum": true}), "#", "exclusiveMinimum");
    refused(json!({"type": "number", "minimum": "1"}), "#", "minimum");
    refused(json!({"type": "number", "multipleOf": 0}), "#", "multipleOf");
    // llguidance would compute modulo 2³², or for very long.
    check(json!({"type": "integer", "multipleOf": 9973}), &["19946", "-9973"], &["19947"]);
    check(json!({"multipleOf": 0.00000025}), &["0.00000050", "3.00000000"], &["0.00000070"]);
    for step in [json!(86_400), json!(700_000_000), json!(0.07), json!(1e-9), json!(1e300), json!(1e-300)] {
        refused(json!({"type": "number", "multipleOf": step}), "#", "too many digits");
    }
    let twice = json!({"$ref": "#/$defs/a"});
    let schema = json!({"allOf": [twice, twice], "$defs": {"a": {"properties": {"n": {"multipleOf": 7000}}}}});
    refused(schema, "#/$defs/a/properties/n", "combined");
    let schema = json!({"properties": {"ab": {"type": "number"}}, "patternProperties": {"^a": {"multipleOf": 7000}}});
    refused(schema, "#/patternProperties/^a", "combined");
    refused(json!({"allOf": [{"type": "number"}, {"multipleOf": 5}]}), "#/allOf/1", "multipleOf");
}

#[test]
fn written_values() {
    check(
        json!({"const": {"a": [1, "é\n", null]}}),
        &[r#"{"a":[1,"é\n",null]}"#, r#"{"a": [1, "é\n", null]}"#],
        &["{}", r#"{"a":[1]}"#],
    );
    check(
        json!({"enum": ["a", 1, true, null, 0.5, 1e20]}),
        &["\"a\"", "1", "true", "null", "0.5", "100000000000000000000"],
        &["\"b\"", "2", "false", "11"],
    );
    check(json!({"type": "string", "enum": ["a", 1, "b"]}), &["\"a\"", "\"b\""], &["1"]);
    check(json!({"type": "integer", "enum": [1, 2, 3], "minimum": 2}), &["2", "3"], &["1", "4"]);
    check(json!({"enum": ["abc", "abd"], "pattern": "d$"}), &["\"abd\""], &["\"abc\""]);
    refused(json!({"const": 9_007_199_254_740_993_i64}), "#", "const");
    refused(json!({"enum": []}), "#", "enum");
    refused(json!({"type": "string", "const": 1}), "#", "no value can match");
    refused(json!({"const": "\u{1}"}), "#", "cannot write");
}

#[test]
fn arrays() {
    check(json!({"type": "array"}), &["[]", r#"[1, {"a": [true]},"b"]"#], &["[1,]", "[,1]", "{}", "[1,  2]"]);
    check(
        json!({"items": {"type": "integer"}, "minItems": 1, "maxItems": 3}),
        &["[1]", "[1, 2,3]"],
        &["[]", "[1,2,3,4]", "[\"a\"]"],
    );
    check(json!({"type": "array", "minItems": 2}), &["[1,2]", "[1,2,3]"], &["[1]"]);
    check(json!({"items": false}), &["[]"], &["[1]"]);
    let pair = json!([{"type": "integer"}, {"type": "string"}]);
    // Named items are all there, and no others, unless the schema says so.
    check(json!({"prefixItems": pair}), &[r#"[1,"a"]"#], &["[]", "[1]", r#"[1,"a",2]"#, r#"["a",1]"#]);
    check(json!({"prefixItems": pair, "minItems": 1}), &["[1]", r#"[1,"a"]"#], &["[]", r#"[1,"a",2]"#]);
    check(json!({"prefixItems": pair, "minItems": 3}), &[r#"[1,"a",null]"#], &[r#"[1,"a"]"#]);
    check(json!({"prefixItems": pair, "maxItems": 1}), &["[1]"], &["[]", r#"[1,"a"]"#]);
    check(
        json!({"prefixItems": pair, "items": {"type": "null"}}),
        &[r#"[1,"a"]"#, r#"[1,"a",null]"#],
        &[r#"[1,"a",2]"#],
    );
    check(json!({"items": pair, "additionalItems": {"type": "null"}}), &[r#"[1,"a",null]"#], &[r#"[1,"a",2]"#]);
    check(json!({"items": {"type": "null"}, "additionalItems": false}), &["[null, null]"], &["[1]"]);
    check(json!({"type": "array", "uniqueItems": false}), &["[1,1]"], &[]);
    check(json!({"type": "array", "minItems": u32::MAX}), &[], &["[]", "[1,2]"]);
    refused(json!({"minItems": 2, "maxItems": 1}), "#", "minItems");
    refused(json!({"prefixItems": {}}), "#", "prefixItems");
    refused(json!({"prefixItems": pair, "items": pair}), "#", "items");
    refused(json!({"properties": {"a/b": {"items": {"not": {}}}}}), "#/properties/a~1b/items", "'not'");
}

#[test]
fn objects() {
    let a_and_b = json!({"a": {"type": "integer"}, "b": {"type": "string"}});
    // Members that are named, in their order, and no others.
    let schema = json!({"properties": a_and_b, "required": ["a"]});
    check(
        schema,
        &[r#"{"a":1}"#, r#"{"a": 1, "b": "x"}"#],
        &["{}", r#"{"b":"x"}"#, r#"{"b":"x","a":1}"#, r#"{"a":1,"c":2}"#, r#"{ "a":1}"#, "[]"],
    );
    let schema = json!({"properties": a_and_b, "additionalProperties": {"type": "null"}});
    check(
        schema,
        &["{}", r#"{"b":"x","c":null}"#],
        &[r#"{"c":1}"#, r#"{"c":null,"b":"x"}"#, r#"{"a":null}"#, r#"{"\u0061":null}"#],
    );
    check(json!({"type": "object"}), &["{}", r#"{"x": {"y": [1]}}"#], &["[]", r#"{"x"}"#]);
    check(json!({"additionalProperties": {"type": "integer"}}), &["{}", r#"{"x":1, "y":2}"#], &[r#"{"x":"1"}"#]);
    check(json!({"type": "object", "additionalProperties": false}), &["{}"], &[r#"{"x":1}"#]);
    check(json!({"type": "object", "required": ["x"]}), &[r#"{"x":[1]}"#], &["{}", r#"{"x":1,"y":2}"#]);
    check(json!({"properties": {"a": false, "b": true}}), &["{}", r#"{"b":1}"#], &[r#"{"a":1}"#]);
    let schema = json!({"patternProperties": {"^n_": {"type": "integer"}, "^s_": {"type": "string"}}});
    check(schema, &["{}", r#"{"n_1":1,"s_":"x"}"#], &[r#"{"n_1":"x"}"#, r#"{"other":1}"#]);
    let schema = json!({"properties": {"n_x": {"maximum": 5}}, "patternProperties": {"^n_": {"type": "integer"}}});
    check(schema, &[r#"{"n_x":5,"n_y":9}"#], &[r#"{"n_x":6}"#, r#"{"n_x":0.5}"#]);
    check(
        json!({"properties": a_and_b, "minProperties": 1}),
        &[r#"{"a":1}"#, r#"{"b":""}"#, r#"{"a":1,"b":""}"#],
        &["{}"],
    );
    check(json!({"properties": a_and_b, "maxProperties": 1}), &["{}", r#"{"b":""}"#], &[r#"{"a":1,"b":""}"#]);
    check(json!({"type": "object", "minProperties": 1}), &[r#"{"x":1}"#], &["{}"]);
    refused(json!({"type": "object", "minProperties": 2}), "#", "minProperties");
    refused(json!({"properties": {"a": false}, "required": ["a"]}), "#", "required property 'a'");
    refused(json!({"properties": []}), "#", "properties");
    refused(json!({"properties": {"a": 1}}), "#/properties/a", "schema");
    refused(json!({"required": "a"}), "#", "required");
    refused(json!({"patternProperties": {"^a": true, "^ab": true}}), "#", "disjoint");
}

#[test]
fn many_optional_members() {
    let members = (0..60).map(|number| (format!("m{number}"), json!({"type": "integer"})));
    let schema = json!({"properties": members.collect::<serde_json::Map<_, _>>()});
    check(schema, &["{}", r#"{"m3":1,"m59":2}"#], &[r#"{"m4":1,"m3":2}"#, r#"{"m60":1}"#]);
}

#[test]
fn schemas_together() {
    let base = json!({"properties": {"id": {"type": "integer"}}, "required": ["id"]});
    let schema = json!({"allOf": [{"$ref": "#/$defs/base"}, {"properties": {"name": {"type": "string"}}}], "$defs": {"base": base}});
    check(schema, &[r#"{"id":1}"#, r#"{"id":1,"name":"x"}"#], &["{}", "1", r#"{"id":1,"x":2}"#, r#"{"id":"1"}"#]);
    let schema = json!({"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
    check(schema, &[r#"{"a":1}"#, r#"{"b":1}"#, r#"{"a":1,"b":1}"#], &["{}", r#"{"c":1}"#]);
    let schema = json!({"properties": {"a": {}}, "additionalProperties": false, "allOf": [{"properties": {"b": {}}}]});
    check(schema, &["{}", r#"{"a":1}"#], &[r#"{"b":1}"#]);
    check(json!({"allOf": [{"type": "integer"}, {"minimum": 3}, {"maximum": 4}]}), &["3", "4"], &["2", "5", "3.5"]);
    check(
        json!({"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "b$"}]}),
        &[r#""ab""#],
        &[r#""a""#, r#""b""#],
    );
    check(
        json!({"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 1}]}),
        &["1", "\"a\""],
        &["\"ab\"", "1.5"],
    );
    check(json!({"anyOf": [{"minLength": 3}, {"const": "a"}]}), &["\"abc\"", "\"a\""], &["\"b\""]);
    // One schema alone is as if it stood there itself.
    check(json!({"allOf": [base], "description": "x"}), &[r#"{"id":1}"#], &[r#"{"id":1,"x":2}"#]);
    // Members of a member that only one schema names are closed as well.
    let schema = json!({"allOf": [base, {"properties": {"in": {"properties": {"x": {"type": "null"}}}}}]});
    check(schema, &[r#"{"id":1,"in":{"x":null}}"#], &[r#"{"id":1,"in":{"y":1}}"#]);
    let one = json!({"properties": {"in": {"properties": {"x": {}}}}});
    let other = json!({"properties": {"in": {"properties": {"y": {}}, "required": ["y"]}}});
    check(json!({"allOf": [one, other]}), &[r#"{"in":{"x":1,"y":2}}"#, r#"{}"#], &[r#"{"in":{"x":1}}"#]);
    let schema = json!({"type": "object", "properties": {"b": {}}, "anyOf": [{"enum": [{"a": 1}, {"b": 2}]}]});
    check(schema, &[r#"{"a":1}"#, r#"{"b":2}"#], &["{}", r#"{"b":3}"#]);
    // Nor do numbers go on for ever there.
    check(
        json!({"allOf": [{"type": ["number", "string", "array", "object"]}, {"minLength": 1}]}),
        &["1", "\"a\"", "[0.5]"],
        &["\"\"", "1e999", "[1e999]", r#"{"a":1e999}"#],
    );
    refused(json!({"allOf": [{"type": "integer"}, {"type": "string"}]}), "#", "no value can match");
    refused(json!({"anyOf": []}), "#", "anyOf");
    refused(json!({"anyOf": [{"type": "integer"}, {"not": {}}]}), "#/anyOf/1", "'not'");
}

#[test]
fn one_of_excludes() {
    check(json!({"oneOf": [{"type": "integer"}, {"type": "string"}]}), &["1", "\"a\""], &["null"]);
    check(json!({"oneOf": [{"const": 1}, {"const": 2}, {"enum": [3, "x"]}]}), &["1", "2", "3", "\"x\""], &["4"]);
    let animals = json!({
        "oneOf": [{"$ref": "#/$defs/cat"}, {"$ref": "#/$defs/dog"}],
        "discriminator": {"propertyName": "kind"},
        "$defs": {
            "cat": {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind", "lives"]},
            "dog": {"properties": {"kind": {"const": "dog"}, "tricks": {"type": "array", "items": {"$ref": "#"}}}, "required": ["kind"]},
        },
    });
    check(
        animals,
        &[r#"{"kind":"cat","lives":7}"#, r#"{"kind":"dog","tricks":[{"kind":"dog"}]}"#],
        &[r#"{"kind":"cat"}"#, r#"{"kind":"dog","lives":7}"#],
    );
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["k"], "oneOf": [
        {"properties": {"k": {"const": "a"}}},
        {"properties": {"k": {"const": "b"}}, "required": ["n"]},
    ]});
    check(schema, &[r#"{"n":1,"k":"a"}"#, r#"{"k":"a"}"#, r#"{"n":1,"k":"b"}"#], &[r#"{"k":"b"}"#, r#"{"k":"c"}"#]);
    refused(json!({"oneOf": [{"type": "integer"}, {"type": "number"}]}), "#", "schemas 0 and 1");
    refused(json!({"oneOf": [{"const": 1}, {"const": 1.0}]}), "#", "oneOf");
    refused(json!({"oneOf": [{"type": "null"}, {"minimum": 1}, {"maximum": 3}]}), "#", "oneOf");
    // {"a":1} fits both, although answers that fit the second would never have an a.
    let schema = json!({"properties": {"x": {"oneOf": [
        {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        {"type": "object", "properties": {"c": {"type": "integer"}}},
    ]}}});
    refused(schema, "#/properties/x", "oneOf");
    let schema = json!({"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}, "b": {}}});
    refused(schema, "#", "oneOf");
}

#[test]
fn references() {
    let tree = json!({"$ref": "#/$defs/a%20tree", "$defs": {"a tree": {
        "type": "object",
        "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/$defs/a tree"}}},
        "required": ["value"],
    }}});
    check(
        tree,
        &[r#"{"value":1}"#, r#"{"value":1,"children":[{"value":2,"children":[]}]}"#],
        &[r#"{"value":1,"children":[1]}"#],
    );
    let list = json!({"properties": {"next": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}}, "required": ["next"]});
    check(list, &[r#"{"next":null}"#, r#"{"next":{"next":null}}"#], &["{}", r#"{"next":1}"#]);
    check(
        json!({"$ref": "#/$defs/p", "maxLength": 3, "$defs": {"p": {"type": "string", "minLength": 2}}}),
        &[r#""abc""#],
        &[r#""a""#, r#""abcd""#],
    );
    let of_base = json!({"$defs": {
        "base": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
        "node": {"allOf": [{"$ref": "#/$defs/base"}, {"properties": {"next": {"$ref": "#/$defs/node"}}}]},
    }, "$ref": "#/$defs/node"});
    check(of_base, &[r#"{"id":1,"next":{"id":2}}"#], &[r#"{"id":1,"next":{"id":2,"x":1}}"#, r#"{"id":1,"next":{}}"#]);
    let beside = json!({"properties": {"next": {"$ref": "#", "maxProperties": 1}, "a": {"type": "null"}}});
    check(beside, &[r#"{"next":{"next":{"a":null}}}"#], &[r#"{"next":{"next":{},"a":null}}"#, r#"{"next":{"b":1}}"#]);
    // What nothing refers to is not looked at.
    check(json!({"type": "null", "$defs": {"x": {"not": {}}}}), &["null"], &["1"]);
    refused(json!({"$ref": "#/$defs/x"}), "#", "does not exist");
    refused(json!({"items": {"$ref": "other.json"}}), "#/items", "other.json");
    refused(json!({"$ref": "#/$defs/x", "$defs": {"x": {"contains": {}}}}), "#/$defs/x", "'contains'");
    refused(json!({"$ref": "#"}), "#", "no finite value");
    refused(json!({"properties": {"n": {"$ref": "#"}}, "required": ["n"]}), "#", "no finite value");
    refused(
        json!({"$ref": "#/$defs/x", "type": "null", "$defs": {"x": {"$ref": "#/$defs/x", "title": "", "const": null}}}),
        "#/$defs/x",
        "refers to itself",
    );
    refused(json!({"properties": {"a": {"$id": "https://example.org/a", "type": "null"}}}), "#/properties/a", "$id");
    check(json!({"properties": {"a": {"$id": "#a", "type": "null"}}}), &["{}"], &[]);
}

#[test]
fn words() {
    let explained = json!({
        "$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.org/", "$comment": "", "title": "",
        "description": "", "default": 1, "examples": [1], "deprecated": true, "readOnly": true, "x-any": {"thing": 1},
        "x-guidance": {"whitespace_flexible": true}, "type": "integer",
    });
    check(explained, &["1"], &[" 1", "1 ", "1.5"]);
    check(json!(true), &["1", "null", r#"{"a": [0.5]}"#], &["1e999", "{,}"]);
    check(json!({}), &["1", "null"], &["nul"]);
    for word in [
        "not",
        "if",
        "uniqueItems",
        "contains",
        "propertyNames",
        "dependentRequired",
        "unevaluatedProperties",
        "$dynamicRef",
    ] {
        refused(json!({"properties": {"p": {word: true}}}), "#/properties/p", word);
    }
    refused(json!({"minimun": 3}), "#", "minimun");
    refused(json!({"type": "text"}), "#", "'text'");
    refused(json!({"type": []}), "#", "type");
    refused(json!(false), "#", "no value can match");
    refused(json!([]), "#", "a schema must be");
    refused(json!({"items": 3}), "#/items", "a schema must be");
}

#[test]
fn what_is_too_large_is_refused() {
    let mut deep = json!({"type": "null"});
    for _ in 0..200 {
        deep = json!({"items": deep});
    }
    let mut place = "#".to_owned();
    place.push_str(&"/items".repeat(super::front::MAX_DEPTH));
    refused(deep, &place, "too large");
    // Every schema writes out the next one twice.
    let chain = |number: usize| json!({"allOf": [{"$ref": format!("#/$defs/{}", number + 1)}, {"$ref": format!("#/$defs/{}", number + 1)}]});
    let mut schemas: serde_json::Map<String, Value> =
        (0..40).map(|number| (number.to_string(), chain(number))).collect();
    schemas.insert("40".to_owned(), json!({"type": "null"}));
    assert!(matcher(&json!({"$ref": "#/$defs/0", "$defs": schemas})).is_err());
    // A long way through references is no deep one.
    let chain = |number: usize| json!({"properties": {"n": {"$ref": format!("#/$defs/{}", number + 1)}}});
    let mut schemas: serde_json::Map<String, Value> =
        (0..2000).map(|number| (number.to_string(), chain(number))).collect();
    schemas.insert("2000".to_owned(), json!({"type": "null"}));
    check(json!({"$ref": "#/$defs/0", "$defs": schemas}), &[r#"{"n":{"n":{}}}"#], &[r#"{"n":1}"#]);
}

#[test]
fn an_answer_may_begin_anew() {
    let mut json = Json::of_tokens(&json!({"const": "ab"}), &factory()).unwrap();
    let token = |letter: u8| crate::engine::model::Token(letter.into());
    for _ in 0..2 {
        json.begin();
        for letter in *b"\"ab\"" {
            assert!(json.allows(token(letter)).unwrap() && !json.allows(token(b'c')).unwrap());
            json.accept(token(letter)).unwrap();
        }
        // <|end|>
        let end = crate::engine::model::Token(256 + 5);
        assert!(json.allows(end).unwrap() && !json.allows(token(b'"')).unwrap());
        json.accept(end).unwrap();
        json.accept(token(b'x')).unwrap();
    }
}

#[test]
fn it_may_go_to_another_thread() {
    fn sent<T: Send>() {}
    sent::<super::super::Constraint>();
    sent::<super::super::ConstraintSpec>();
}
