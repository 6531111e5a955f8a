//! JSON: one list, one JailbreakBench artifact, or an object a line.

use serde_json::{Map, Value};

use super::{EntryError, PROMPT_FIELDS};

pub(super) fn read(text: &str) -> Result<Vec<String>, EntryError> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(entries)) => read_list(&entries),
        Ok(Value::Object(mut object)) => match object.remove("jailbreaks") {
            Some(Value::Array(attempts)) => read_artifact(&attempts),
            _ => Ok(vec![prompt_in(&object).map_err(|reason| EntryError::at_line(1, reason))?]),
        },
        Ok(_) => Err(EntryError::at_line(1, "expected a list of prompts, or an object with a prompt")),
        // Not one document: an object a line, unless it is a single broken one.
        Err(error) if text.trim_start().starts_with('[') => Err(EntryError::at_line(error.line(), error.to_string())),
        Err(_) => read_lines(text),
    }
}

fn read_list(entries: &[Value]) -> Result<Vec<String>, EntryError> {
    let read_entry = |(index, entry): (usize, &Value)| {
        let prompt = match entry {
            Value::String(prompt) => Ok(prompt.clone()),
            Value::Object(object) => prompt_in(object),
            _ => Err("expected a text or an object with a prompt".to_owned()),
        };
        prompt.map_err(|reason| EntryError { place: format!("entry {}", index + 1), reason })
    };
    entries.iter().enumerate().map(read_entry).collect()
}

/// The artifact keeps a place for goals that no attack was found for; those have no prompt.
fn read_artifact(attempts: &[Value]) -> Result<Vec<String>, EntryError> {
    let mut prompts = vec![];
    for (index, attempt) in attempts.iter().enumerate() {
        match attempt.get("prompt") {
            Some(Value::String(prompt)) => prompts.push(prompt.clone()),
            Some(Value::Null) | None => {}
            Some(_) => {
                let reason = "its prompt is not a string".to_owned();
                return Err(EntryError { place: format!("jailbreak {}", index + 1), reason });
            }
        }
    }
    Ok(prompts)
}

fn read_lines(text: &str) -> Result<Vec<String>, EntryError> {
    let mut prompts = vec![];
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let entry_error = |reason: String| EntryError::at_line(index + 1, reason);
        let prompt = match serde_json::from_str::<Value>(line) {
            Ok(Value::String(prompt)) => prompt,
            Ok(Value::Object(object)) => prompt_in(&object).map_err(entry_error)?,
            Ok(_) => return Err(entry_error("expected a text or an object with a prompt".to_owned())),
            Err(error) => return Err(entry_error(format!("not JSON: {error}"))),
        };
        prompts.push(prompt);
    }
    Ok(prompts)
}

fn prompt_in(object: &Map<String, Value>) -> Result<String, String> {
    for wanted in PROMPT_FIELDS {
        if let Some(text) = text_in(object, wanted)? {
            return Ok(text.to_owned());
        }
    }
    Err(format!("no field named {}", PROMPT_FIELDS.join(", ")))
}

/// The field called `wanted`, in any case of letters; `None` if there is none.
pub(super) fn text_in<'a>(object: &'a Map<String, Value>, wanted: &str) -> Result<Option<&'a str>, String> {
    let named = object.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    // The first of the alphabet: objects are sorted only without serde_json's `preserve_order`.
    let Some((name, value)) = named.min_by_key(|(name, _)| name.as_str()) else { return Ok(None) };
    value.as_str().map(Some).ok_or_else(|| format!("'{name}' is not a string"))
}
