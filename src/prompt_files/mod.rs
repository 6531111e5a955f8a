//! Prompt files: many prompts in one file, in whatever shape they come.
//!
//! Understood are plain text (a prompt a line), JSON lists of strings or objects, JSON lines, CSV, and
//! JailbreakBench's artifacts. The content decides, not only the file's name.

mod csv_table;
mod json;
mod pairs;
mod text;

use std::path::{Path, PathBuf};

pub use pairs::{Pair, read_pairs};

/// Fields and columns that hold the prompt, in order of preference, in any case of letters.
const PROMPT_FIELDS: [&str; 3] = ["prompt", "goal", "instruction"];

/// A prompt file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PromptError {
    /// The file cannot be opened or read.
    #[error("cannot read the prompts in {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not UTF-8 text.
    #[error("{} is not valid UTF-8 (line {line}); save it as UTF-8", .path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A line or entry is wrong.
    #[error("{}, {place}: {reason}", .path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Which line or entry.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing to read.
    #[error("{} has no prompts; write one per line", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// What a format's reader says is wrong: the place and the reason.
struct EntryError {
    place: String,
    reason: String,
}

impl EntryError {
    fn at_line(line: usize, reason: impl Into<String>) -> Self {
        Self { place: format!("line {line}"), reason: reason.into() }
    }
}

/// Reads all prompts of the file at `path`, in order.
///
/// # Errors
/// The file is missing, not UTF-8, empty, or has a line without a prompt; the line is named.
pub fn read(path: &Path) -> Result<Vec<String>, PromptError> {
    read_with(path, parse)
}

/// The text of the file at `path`, without a byte order mark.
///
/// # Errors
/// The file is missing or not UTF-8; the line is named.
pub fn read_text(path: &Path) -> Result<String, PromptError> {
    let bytes = std::fs::read(path).map_err(|source| PromptError::Read { path: path.to_owned(), source })?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| PromptError::NotUtf8 {
        path: path.to_owned(),
        line: 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count(),
    })?;
    Ok(text.to_owned())
}

/// Reads the text of the file at `path` with `parse`, which also gets the extension of its name in small letters, into
/// a list that must not be empty.
fn read_with<T>(
    path: &Path,
    parse: impl FnOnce(&str, &str) -> Result<Vec<T>, EntryError>,
) -> Result<Vec<T>, PromptError> {
    let text = read_text(path)?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    let prompts = parse(&text, &extension).map_err(|EntryError { place, reason }| PromptError::Entry {
        path: path.to_owned(),
        place,
        reason,
    })?;
    if prompts.is_empty() {
        return Err(PromptError::Empty { path: path.to_owned() });
    }
    Ok(prompts)
}

fn parse(text: &str, extension: &str) -> Result<Vec<String>, EntryError> {
    let says_json = matches!(extension, "json" | "jsonl" | "ndjson");
    let looks_like_json = text.trim_start().starts_with(['[', '{']);
    if says_json || looks_like_json {
        let prompts = json::read(text);
        // A plain text file may well begin with a bracket.
        if prompts.is_ok() || says_json {
            return prompts;
        }
    }
    if extension == "csv" || csv_table::looks_like(text) {
        return csv_table::read(text);
    }
    Ok(text::read(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good(text: &str, extension: &str) -> Vec<String> {
        parse(text, extension).map_err(|entry_error| format!("{}: {}", entry_error.place, entry_error.reason)).unwrap()
    }

    fn entry_error(text: &str, extension: &str) -> String {
        let entry_error = parse(text, extension).map(|_| ()).unwrap_err();
        format!("{}: {}", entry_error.place, entry_error.reason)
    }

    #[test]
    fn every_shape_gives_the_same_prompts() {
        let expected = ["stop the press", "bypass \"it\", now"];
        assert_eq!(good("stop the press\n\n  bypass \"it\", now  \r\n", "txt"), expected);
        assert_eq!(good(r#"["stop the press", "bypass \"it\", now"]"#, ""), expected);
        assert_eq!(good(r#"[{"instruction":"stop the press","x":1},{"Goal":"bypass \"it\", now"}]"#, "json"), expected);
        assert_eq!(good("{\"prompt\":\"stop the press\"}\n{\"prompt\":\"bypass \\\"it\\\", now\"}\n", "x"), expected);
        assert_eq!(good(",Goal,Target\n0,stop the press,y\n1,\"bypass \"\"it\"\", now\",y\n", "csv"), expected);
        assert_eq!(good("goal,target\nstop the press,y\n\"bypass \"\"it\"\", now\",y\n", "txt"), expected);
    }

    #[test]
    fn jailbreakbench_artifacts_give_their_attack_prompts() {
        let artifact = r#"{"parameters":{"model":"m"},"jailbreaks":[
            {"index":0,"goal":"g0","prompt":"p0"},{"index":1,"goal":"g1","prompt":null},{"index":2,"goal":"g2","prompt":"p2"}]}"#;
        assert_eq!(good(artifact, "json"), ["p0", "p2"]);
    }

    #[test]
    fn a_text_that_begins_with_a_bracket_is_still_text() {
        assert_eq!(good("[hello] there\nand more\n", "txt"), ["[hello] there", "and more"]);
    }

    #[test]
    fn a_bad_line_is_named() {
        assert!(entry_error("{\"prompt\":\"a\"}\n{\"prompt\":3}\n", "jsonl").starts_with("line 2: "));
        assert!(entry_error("{\"prompt\":\"a\"}\n{\"prompt\"\n", "jsonl").starts_with("line 2: "));
        assert!(entry_error("[\"a\", 7]", "json").starts_with("entry 2: "));
        assert!(entry_error("name,x\na,b\n", "csv").starts_with("line 1: "));
        assert!(entry_error("goal,target\na,b\n\"c\n", "csv").starts_with("line 3: it has 1 columns"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}", extension in "(txt|json|jsonl|csv|)") {
            let _ = parse(&text, &extension);
        }
    }
}
