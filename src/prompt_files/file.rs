//! What was read: prompts, and what is known of each.

use std::fmt;
use std::path::PathBuf;

use super::fields::{Row, Taken};
use super::labels::{self, RowLabel};
use super::table;

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
    pub(super) fn is_table(self) -> bool {
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
    pub(super) fn new(text: &str, place: Place) -> Self {
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
    pub(super) fn of(format: Format) -> Self {
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
    pub(super) fn push(&mut self, taken: Taken, place: Place, row: &Row<'_>) {
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
    pub(super) fn settle_labels(&mut self) {
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
