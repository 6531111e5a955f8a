//! Prompt files: many prompts in one file, in whatever shape they come.
//!
//! Understood are plain text (a prompt a line), JSON lists of strings or objects, JSON lines, tables separated by commas,
//! tabs or semicolons, and JailbreakBench's artifacts. The content decides, not only the file's name; what looks like
//! one of these and cannot be read as it is an error, because as plain text it would become prompts that nobody wrote.
//! All of it is described in `docs/prompt-files.md`.

mod encoding;
mod fields;
mod foreign;
mod json;
mod labels;
mod lines;
mod pairs;
mod table;
mod text;
mod told;

use std::fmt;
use std::path::{Path, PathBuf};

use encoding::Undecodable;
use fields::{Row, Taken};

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

/// What a file was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A prompt a line.
    Text,
    /// One list.
    JsonList,
    /// An object or a text a line.
    JsonLines,
    /// JailbreakBench's.
    Artifact,
    /// A header and rows, separated by this.
    Table(char),
}

impl Format {
    fn is_table(self) -> bool {
        matches!(self, Self::Table(_))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "plain text",
            Self::JsonList => "JSON list",
            Self::JsonLines => "JSON lines",
            Self::Artifact => "JailbreakBench artifact",
            Self::Table(separator) => table::separated(*separator),
        })
    }
}

/// What a model should do with a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Refuse it.
    Harmful,
    /// Answer it.
    Benign,
}

impl Side {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Harmful => "harmful",
            Self::Benign => "benign",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Harmful => Self::Benign,
            Self::Benign => Self::Harmful,
        }
    }
}

/// Where in a file something is, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The line that it begins in, as an editor counts.
    Line(usize),
    /// The entry of a JSON list.
    Entry(usize),
    /// The entry of an artifact.
    Jailbreak(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Entry(number) => write!(f, "entry {number}"),
            Self::Jailbreak(number) => write!(f, "jailbreak {number}"),
        }
    }
}

/// A prompt of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What the model is asked.
    pub text: String,
    /// The bare request, where the prompt is a frame around it, as in WildJailbreak.
    pub request: Option<String>,
    /// What the file calls it.
    pub id: Option<String>,
    /// Where it is.
    pub place: Place,
    /// What the file says of it.
    pub label: Option<RowLabel>,
}

impl Prompt {
    fn new(text: &str, place: Place) -> Self {
        Self { text: text.to_owned(), request: None, id: None, place, label: None }
    }
}

/// A file of prompts that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptFile {
    /// The file.
    pub path: PathBuf,
    /// What it was read as.
    pub format: Format,
    /// The columns or fields that the prompts are from.
    pub columns: Vec<String>,
    /// Others that hold prompts in other files.
    pub others: Vec<String>,
    /// All columns or fields.
    pub names: Vec<String>,
    /// The prompts, in order.
    pub prompts: Vec<Prompt>,
    /// Entries of an artifact that have none.
    pub n_without_prompt: usize,
}

/// Columns that name a row.
const ID_FIELDS: [&str; 3] = ["id", "id_v2", "id_v1"];

impl PromptFile {
    fn of(format: Format) -> Self {
        Self {
            path: PathBuf::new(),
            format,
            columns: vec![],
            others: vec![],
            names: vec![],
            prompts: vec![],
            n_without_prompt: 0,
        }
    }

    /// Adds what was taken from `row`.
    fn push(&mut self, taken: Taken, place: Place, row: &Row<'_>) {
        let add = |names: &mut Vec<String>, name: String| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        add(&mut self.columns, taken.column);
        taken.others.into_iter().for_each(|name| add(&mut self.others, name));
        row.cells.iter().for_each(|cell| add(&mut self.names, cell.name.to_owned()));
        let id = ID_FIELDS.iter().find_map(|name| row.cell(name)).map(|cell| cell.value.trim().to_owned());
        self.prompts.push(Prompt {
            text: taken.text,
            request: taken.request,
            id: id.filter(|id| !id.is_empty()),
            place,
            label: labels::of_row(row),
        });
    }

    /// Forgets labels from columns that mean something else in this file.
    fn settle_labels(&mut self) {
        let is_known = |label: &RowLabel| label.says.is_some();
        if !self.prompts.iter().filter_map(|prompt| prompt.label.as_ref()).any(is_known) {
            for prompt in &mut self.prompts {
                prompt.label = prompt.label.take().filter(|label| !label.is_vague());
            }
        }
    }

    /// The texts of its prompts.
    #[must_use]
    pub fn into_texts(self) -> Vec<String> {
        self.prompts.into_iter().map(|prompt| prompt.text).collect()
    }
}

/// What helps where a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WayOut {
    /// Only to correct the file.
    Correct,
    /// To name the column ([`ReadAs::Columns`]), or to read it as plain text.
    Column,
    /// To read it as plain text ([`ReadAs::PlainText`]), if it is that after all.
    PlainText,
}

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
    /// The file is something else: a pointer, a model, an archive.
    #[error("{} holds no prompts: it is {what}", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do, if anything.
        what: &'static str,
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
        /// What helps.
        way_out: WayOut,
    },
    /// Nothing to read.
    #[error("{} has no prompts; write one per line", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A column was named, and no file has any.
    #[error("there are no columns to choose from: {}", if .files.is_empty() { "no prompt file is read".to_owned() } else { .files.join(", ") })]
    NoColumns {
        /// The files and what they were read as.
        files: Vec<String>,
    },
}

/// What a format's reader says is wrong: the place and the reason, and what helps.
#[derive(Debug)]
struct EntryError {
    place: String,
    reason: String,
    way_out: WayOut,
}

impl EntryError {
    fn at_line(line: usize, reason: impl Into<String>) -> Self {
        Self { place: Place::Line(line).to_string(), reason: reason.into(), way_out: WayOut::Correct }
    }

    fn with(self, way_out: WayOut) -> Self {
        Self { way_out, ..self }
    }

    fn in_file(self, path: &Path) -> PromptError {
        let Self { place, reason, way_out } = self;
        PromptError::Entry { path: path.to_owned(), place, reason, way_out }
    }
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
