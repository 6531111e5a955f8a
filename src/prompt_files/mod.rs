//! Prompt files: many prompts in one file, in whatever shape they come.
//!
//! Understood are plain text (a prompt a line), JSON lists of strings or objects, JSON lines, tables separated by commas,
//! tabs or semicolons, and JailbreakBench's artifacts. The content decides, not only the file's name; what looks like
//! one of these and cannot be read as it is an error, because as plain text it would become prompts that nobody wrote.
//! All of it is described in `docs/prompt-files.md`.

mod encoding;
mod error;
mod escapes;
mod fields;
mod file;
mod foreign;
mod json;
mod labels;
mod lines;
mod pairs;
mod table;
mod text;
mod told;

use std::path::Path;

use encoding::Undecodable;
use error::EntryError;

pub use error::{PromptError, WayOut};
pub use escapes::unescape;
pub use file::{Format, Place, Prompt, PromptFile, Side};
pub use labels::RowLabel;
pub use pairs::{Pair, read_pairs};
pub use told::{excerpt, on_both_sides, what_was_read};

/// How a file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ReadAs {
    /// As its content and its name say.
    #[default]
    Detected,
    /// The same, but the prompts are in the first of these columns or fields that is there.
    Columns(Vec<String>),
    /// A prompt a line, whatever it looks like.
    PlainText,
}

/// Reads all prompts of the file at `path`, in order.
///
/// # Errors
/// The file is missing, not text, empty, looks like something that it cannot be read as, or has a line without a prompt;
/// the line is named.
pub fn read(path: &Path) -> Result<Vec<String>, PromptError> {
    read_as(path, &ReadAs::Detected).map(PromptFile::into_texts)
}

/// The same, with all that is known of the prompts.
///
/// # Errors
/// As for [`read`]; or there is none of the columns.
pub fn read_as(path: &Path, read_as: &ReadAs) -> Result<PromptFile, PromptError> {
    let text = decoded(path)?;
    let file = parse(&text, &extension_of(path), read_as).map_err(|error| error.in_file(path))?;
    if file.prompts.is_empty() {
        return Err(PromptError::Empty { path: path.to_owned() });
    }
    Ok(PromptFile { path: path.to_owned(), ..file })
}

/// Whether columns that were named are in one of `files` at least: plain text has none, and beside a table that is
/// well.
///
/// # Errors
/// They are in none.
pub fn check_columns_used<'a>(
    read_as: &ReadAs,
    files: impl Iterator<Item = &'a PromptFile> + Clone,
) -> Result<(), PromptError> {
    let are_named = matches!(read_as, ReadAs::Columns(_));
    if !are_named || files.clone().any(|file| !file.columns.is_empty()) {
        return Ok(());
    }
    let told = files.map(|file| format!("{} is read as {}", file.path.display(), file.format));
    Err(PromptError::NoColumns { files: told.collect() })
}

/// The text of the file at `path`, without a byte order mark, `\n` at the end of every line.
///
/// # Errors
/// The file is missing or not text; the line is named.
pub fn read_text(path: &Path) -> Result<String, PromptError> {
    decoded(path).map(|text| lines::with_newlines(&text))
}

fn decoded(path: &Path) -> Result<String, PromptError> {
    let bytes = std::fs::read(path).map_err(|source| match foreign::is_annex_link(path) {
        true => PromptError::Foreign {
            path: path.to_owned(),
            what: "a link of git-annex to a content that is not here; get it with git annex get",
        },
        false => PromptError::Read { path: path.to_owned(), source },
    })?;
    encoding::decode(&bytes).map_err(|error| match error {
        Undecodable::Foreign(what) => PromptError::Foreign { path: path.to_owned(), what },
        Undecodable::NotUtf8(line) => PromptError::NotUtf8 { path: path.to_owned(), line },
        Undecodable::At(error) => error.in_file(path),
    })
}

/// The extension of the name at `path`, in small letters.
fn extension_of(path: &Path) -> String {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase()
}

fn parse(text: &str, extension: &str, read_as: &ReadAs) -> Result<PromptFile, EntryError> {
    if *read_as == ReadAs::PlainText {
        return Ok(text::read(text));
    }
    refuse_other_formats(text, extension)?;
    // Where only the content says what it is, it may be plain text after all.
    let guessed = |error: EntryError| match error.way_out {
        WayOut::Correct => error.with(WayOut::PlainText),
        _ => error,
    };
    let mut file = if json::is_name_of_json(extension) {
        json::read(text, read_as)?
    } else if json::looks_like_json(text) {
        json::read(text, read_as).map_err(guessed)?
    } else {
        let table = table::prompts(text, extension, read_as);
        let table = if table::is_name_of_table(extension) { table? } else { table.map_err(guessed)? };
        table.unwrap_or_else(|| text::read(text))
    };
    file.settle_labels();
    Ok(file)
}

/// Text that is no list of prompts in any way that is read.
fn refuse_other_formats(text: &str, extension: &str) -> Result<(), EntryError> {
    let start = text.trim_start().get(..14).unwrap_or(text.trim_start()).to_lowercase();
    let what = if matches!(extension, "yaml" | "yml") {
        "YAML is not read; save it as JSON, or write a prompt a line"
    } else if start.starts_with("<!doctype html") || start.starts_with("<html") {
        "this is a web page, perhaps instead of the file that was wanted"
    } else if start.starts_with("<?xml") {
        "XML is not read; save it as JSON, or write a prompt a line"
    } else {
        return Ok(());
    };
    Err(EntryError::at_line(1, what).with(WayOut::PlainText))
}

#[cfg(test)]
mod tests;
