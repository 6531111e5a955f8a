//! Random schemas: documents that fit are allowed, and whatever is allowed fits.

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Map, Value, json};

use super::tests::{matcher, takes};

/// A schema and a document that fits it.
fn pair() -> impl Strategy<Value = (Value, Value)> {
    leaf().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![object(inner.clone()), array(inner.clone()), either(inner.clone()), together(inner)]
    })
}

fn leaf() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![
        Just((json!({"type": "null"}), json!(null))),
        any::<bool>().prop_map(|value| (json!({"type": "boolean"}), json!(value))),
        (-1000..1000_i32, 0..50_i32, 0..50_i32).prop_map(|(value, below, above)| {
            (json!({"type": "integer", "minimum": value - below, "maximum": value + above}), json!(value))
        }),
        (-1000..1000_i32, 0..50_i32).prop_map(|(value, below)| {
            let value = f64::from(value) / 8.0;
            (json!({"type": "number", "exclusiveMinimum": value - f64::from(below) - 0.5}), json!(value))
        }),
        ("[a-z \"\\\\\né日😀]{0,6}", 0..3_usize, 0..3_usize).prop_map(|(text, below, above)| {
            let length = text.chars().count();
            (json!({"minLength": length.saturating_sub(below), "maxLength": length + above}), json!(text))
        }),
        "[a-c]{1,4}[0-9]{2}".prop_map(|text| (json!({"type": "string", "pattern": r"^[a-c]+\d\d$"}), json!(text))),
        ("[a-e]{1,3}", 0..4_usize).prop_map(|(text, number)| {
            let mut values = vec![json!(1), json!("x"), json!({"x": [true]}), json!(null)];
            values.insert(number, json!(text));
            (json!({"enum": values}), json!(text))
        }),
    ]
}

fn object(inner: impl Strategy<Value = (Value, Value)>) -> impl Strategy<Value = (Value, Value)> {
    // Some members are required; of the others some are there.
    let member = ("[a-d]", inner, any::<bool>(), any::<bool>());
    prop::collection::vec(member, 0..4).prop_map(|members| {
        let (mut properties, mut document, mut required) = (Map::new(), Map::new(), vec![]);
        for (name, (schema, value), is_required, is_there) in members {
            if properties.contains_key(&name) {
                continue;
            }
            properties.insert(name.clone(), schema);
            if is_required {
                required.push(name.clone());
            }
            if is_required || is_there {
                document.insert(name, value);
            }
        }
        (json!({"type": "object", "properties": properties, "required": required}), document.into())
    })
}

fn array(inner: impl Strategy<Value = (Value, Value)>) -> impl Strategy<Value = (Value, Value)> {
    (inner, 0..4_usize, 0..2_usize, 0..2_usize).prop_map(|((schema, value), n, below, above)| {
        let schema = json!({"items": schema, "minItems": n.saturating_sub(below), "maxItems": n + above});
        (schema, vec![value; n].into())
    })
}

fn either(inner: impl Strategy<Value = (Value, Value)>) -> impl Strategy<Value = (Value, Value)> {
    (prop::collection::vec(inner, 1..3), any::<prop::sample::Index>()).prop_map(|(pairs, index)| {
        let (schemas, mut values): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let value = values.swap_remove(index.index(values.len()));
        (json!({"anyOf": schemas}), value)
    })
}

/// The same as one of several schemas for one value.
fn together(inner: impl Strategy<Value = (Value, Value)>) -> impl Strategy<Value = (Value, Value)> {
    inner.prop_map(|(schema, value)| (json!({"allOf": [schema, true]}), value))
}

/// Whether `document` fits `schema`, of the words that are used here.
fn fits(schema: &Value, document: &Value) -> bool {
    let Value::Object(words) = schema else { return schema == &Value::Bool(true) };
    words.iter().all(|(word, said)| {
        let number = || said.as_f64().unwrap();
        let schemas = || said.as_array().unwrap().iter();
        match (word.as_str(), document) {
            ("type", _) => match said.as_str().unwrap() {
                "integer" => document.as_f64().is_some_and(|number| number.fract() == 0.0),
                "number" => document.is_number(),
                "boolean" => document.is_boolean(),
                "string" => document.is_string(),
                "object" => document.is_object(),
                kind => kind == "null" && document.is_null(),
            },
            ("enum", _) => schemas().any(|value| value == document),
            ("anyOf", _) => schemas().any(|schema| fits(schema, document)),
            ("allOf", _) => schemas().all(|schema| fits(schema, document)),
            ("minimum", Value::Number(value)) => value.as_f64().unwrap() >= number(),
            ("maximum", Value::Number(value)) => value.as_f64().unwrap() <= number(),
            ("exclusiveMinimum", Value::Number(value)) => value.as_f64().unwrap() > number(),
            ("minLength", Value::String(text)) => text.chars().count() as f64 >= number(),
            ("maxLength", Value::String(text)) => text.chars().count() as f64 <= number(),
            ("pattern", Value::String(text)) => {
                let parts = text.split_at_checked(text.len().saturating_sub(2));
                parts.is_some_and(|(letters, digits)| {
                    let are_letters = !letters.is_empty() && letters.chars().all(|char| ('a'..='c').contains(&char));
                    are_letters && digits.len() == 2 && digits.chars().all(|char| char.is_ascii_digit())
                })
            }
            ("items", Value::Array(items)) => items.iter().all(|item| fits(said, item)),
            ("minItems", Value::Array(items)) => items.len() as f64 >= number(),
            ("maxItems", Value::Array(items)) => items.len() as f64 <= number(),
            ("required", Value::Object(members)) => schemas().all(|name| members.contains_key(name.as_str().unwrap())),
            // Members that are not named are left out where some are.
            ("properties", Value::Object(members)) => {
                let is_open = said.as_object().is_some_and(Map::is_empty);
                let fits = |name, member| said.get(name).map_or(is_open, |schema| fits(schema, member));
                members.iter().all(|(name, member)| fits(name, member))
            }
            _ => true,
        }
    })
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_fits_is_allowed((schema, document) in pair()) {
        prop_assume!(fits(&schema, &document));
        let matcher = matcher(&schema).map_err(|error| TestCaseError::fail(format!("{schema}: {error}")))?;
        let close = document.to_string();
        prop_assert!(takes(&matcher, &close), "{close} fits {schema}");
    }

    #[test]
    fn what_is_allowed_fits((schema, _) in pair(), choices in prop::collection::vec(any::<u16>(), 300)) {
        let mut matcher = matcher(&schema).map_err(|error| TestCaseError::fail(format!("{schema}: {error}")))?;
        let mut text = vec![];
        for choice in choices {
            if matcher.is_stopped() {
                break;
            }
            let mask = matcher.compute_mask().unwrap();
            let allowed: Vec<u8> = (0..=u8::MAX).filter(|byte| mask.is_allowed((*byte).into())).collect();
            // What closes comes often, or no text would end.
            let closing: Vec<u8> = allowed.iter().copied().filter(|byte| b"\"}]".contains(byte)).collect();
            let from = if closing.is_empty() || choice % 3 != 0 { &allowed } else { &closing };
            let Some(&byte) = from.get(usize::from(choice / 3) % from.len().max(1)) else { break };
            text.push(byte);
            matcher.consume_token(byte.into()).unwrap();
        }
        if matcher.is_stopped() || matcher.is_accepting().unwrap() {
            let text = String::from_utf8(text).unwrap();
            let document: Value = serde_json::from_str(&text).unwrap();
            prop_assert!(fits(&schema, &document), "{text} does not fit {schema}");
        }
    }
}
