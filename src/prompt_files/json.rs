//! JSON: one list, one JailbreakBench artifact, or an object a line.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::fields::{Cell, Row, is_prompt_field};
use super::{EntryError, Format, Place, Prompt, PromptFile, ReadAs, WayOut, lines};

/// Whether a file called so is JSON, whatever is in it.
pub(super) fn is_name_of_json(extension: &str) -> bool {
    matches!(extension, "json" | "jsonl" | "ndjson")
}

/// Whether `text` is JSON, right or wrong, rather than sentences with brackets.
pub(super) fn looks_like_json(text: &str) -> bool {
    let start = text.trim_start();
    let begins_like_it = match start.chars().next() {
        Some('{') => start[1..].trim_start().starts_with(['"', '}', '\'']),
        Some('[') => start[1..].trim_start().starts_with(['"', '{', ']', '\'']),
        _ => false,
    };
    begins_like_it || has_lines_of_json(text)
}

/// Whether most lines are objects, or all of several are texts; but a column of quoted cells has a name.
fn has_lines_of_json(text: &str) -> bool {
    let (mut n_objects, mut n_texts, mut n) = (0, 0, 0);
    for (_, line) in lines::filled(text) {
        n += 1;
        match line.trim_start().chars().next() {
            Some('{') if is_object(line) => n_objects += 1,
            Some('"') if serde_json::from_str(line).is_ok_and(|text: String| n > 1 || !is_prompt_field(&text)) => {
                n_texts += 1;
            }
            _ => {}
        }
    }
    n_objects * 2 > n || (n > 1 && n_texts == n)
}

fn is_object(line: &str) -> bool {
    serde_json::from_str::<Map<String, Value>>(line).is_ok()
}

/// The prompts of `text`.
pub(super) fn read(text: &str, read_as: &ReadAs) -> Result<PromptFile, EntryError> {
    match document(text)? {
        Document::List(entries) => read_list(&entries, read_as),
        Document::Object(mut object) => match object.remove("jailbreaks") {
            Some(Value::Array(attempts)) => read_artifact(&attempts),
            Some(_) => Err(EntryError::at_line(1, "'jailbreaks' is not a list")),
            None => {
                let mut file = PromptFile::of(Format::JsonLines);
                push(&mut file, &Value::Object(object), Place::Line(1), read_as)?;
                Ok(file)
            }
        },
        Document::Lines(entries) => {
            let mut file = PromptFile::of(Format::JsonLines);
            for (line, entry) in &entries {
                push(&mut file, entry, Place::Line(*line), read_as)?;
            }
            Ok(file)
        }
    }
}

/// What is in a JSON file.
pub(super) enum Document {
    List(Vec<Value>),
    Object(Map<String, Value>),
    Lines(Vec<(usize, Value)>),
}

/// The JSON that `text` is.
pub(super) fn document(text: &str) -> Result<Document, EntryError> {
    let text = lines::with_newlines(text);
    let start = text.trim_start();
    let error = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Array(entries)) => return Ok(Document::List(entries)),
        Ok(Value::Object(object)) => return Ok(Document::Object(object)),
        Ok(_) => return Err(EntryError::at_line(1, "expected a list of prompts, or an object with a prompt")),
        Err(error) => error,
    };
    if start.is_empty() {
        return Ok(Document::Lines(vec![]));
    }
    let bare = start.trim_start_matches(['[', '{']).trim_start();
    if bare.starts_with('\'') && !start.starts_with('\'') {
        let line = lines::number_behind(&text.as_bytes()[..text.len() - start.len()]);
        return Err(EntryError::at_line(
            line,
            "this looks like a list of Python's, not like JSON: json.dump writes JSON",
        ));
    }
    // Not one document: one a line, unless it is a single broken one.
    let is_one = start.starts_with('[') || !lines::filled(&text).any(|(_, line)| is_object(line) || is_text(line));
    if is_one && !start.starts_with('"') {
        return Err(EntryError::at_line(error.line(), format!("not JSON: {error}")));
    }
    let entry = |(number, line): (usize, &str)| match serde_json::from_str(line) {
        Ok(entry) => Ok((number, entry)),
        Err(error) => Err(EntryError::at_line(number, format!("not JSON: {}", without_line(&error)))),
    };
    lines::filled(&text).map(entry).collect::<Result<_, _>>().map(Document::Lines)
}

fn is_text(line: &str) -> bool {
    serde_json::from_str::<String>(line).is_ok()
}

/// What `error` says, but for a line that is always the first.
fn without_line(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

fn read_list(entries: &[Value], read_as: &ReadAs) -> Result<PromptFile, EntryError> {
    let mut file = PromptFile::of(Format::JsonList);
    for (index, entry) in entries.iter().enumerate() {
        push(&mut file, entry, Place::Entry(index + 1), read_as)?;
    }
    Ok(file)
}

fn push(file: &mut PromptFile, entry: &Value, place: Place, read_as: &ReadAs) -> Result<(), EntryError> {
    let wrong = |reason: String| EntryError { place: place.to_string(), reason, way_out: WayOut::Correct };
    match entry {
        Value::String(prompt) if prompt.trim().is_empty() => Err(wrong("it is empty".to_owned())),
        Value::String(prompt) => {
            file.prompts.push(Prompt::new(prompt, place));
            Ok(())
        }
        Value::Object(object) => {
            let row = row(object);
            let taken = row.prompt(read_as).map_err(|error| wrong(error.reason).with(error.way_out))?;
            file.push(taken, place, &row);
            Ok(())
        }
        _ => Err(wrong("expected a text or an object with a prompt".to_owned())),
    }
}

/// `object` as a row.
pub(super) fn row(object: &Map<String, Value>) -> Row<'_> {
    let cells = object.iter().map(|(name, value)| Cell {
        name,
        value: match value {
            Value::String(text) => Cow::Borrowed(text),
            Value::Number(_) | Value::Bool(_) => Cow::Owned(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
        },
        is_text: value.is_string(),
    });
    Row { cells: cells.collect(), noun: "field" }
}

/// The artifact keeps a place for goals that no attack was found for; those have no prompt.
fn read_artifact(attempts: &[Value]) -> Result<PromptFile, EntryError> {
    let mut file = PromptFile::of(Format::Artifact);
    for (index, attempt) in attempts.iter().enumerate() {
        let place = Place::Jailbreak(index + 1);
        match attempt.get("prompt") {
            Some(Value::String(prompt)) if !prompt.trim().is_empty() => file.prompts.push(Prompt::new(prompt, place)),
            Some(Value::String(_) | Value::Null) | None => file.n_without_prompt += 1,
            Some(_) => {
                let reason = "its prompt is not a string".to_owned();
                return Err(EntryError { place: place.to_string(), reason, way_out: WayOut::Correct });
            }
        }
    }
    Ok(file)
}
