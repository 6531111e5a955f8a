//! Which column or field of a row is the prompt.

use std::borrow::Cow;

use super::told::excerpt;
use super::{ReadAs, WayOut};

/// Columns and fields that hold the prompt, in order of preference. Any case of letters will do, and a space, a
/// hyphen or a dot for `_`.
///
/// `goal` comes before `behavior`, which is a short name in JailbreakBench and the request in HarmBench.
pub(super) const PROMPT_FIELDS: [&str; 16] = [
    "prompt",
    "goal",
    "forbidden_prompt",
    "behavior",
    "behaviour",
    "instruction",
    "question",
    "query",
    "request",
    ADVERSARIAL,
    VANILLA,
    "user_input",
    "prompt_text",
    "text",
    "input",
    "user",
];

/// WildJailbreak's: a request in a frame, and bare. A row without a frame is the bare request.
const ADVERSARIAL: &str = "adversarial";
const VANILLA: &str = "vanilla";

/// What belongs to a prompt beside it, if it is there and not empty: `(prompt, context, whether it stands before)`.
/// HarmBench's contextual behaviours come after their context and a rule, as in its own pipeline; Alpaca's and Dolly's
/// instructions come before what they are about.
const CONTEXTS: [(&str, &str, bool); 5] = [
    ("behavior", "contextstring", true),
    ("behavior", "context_string", true),
    ("behavior", "context", true),
    ("instruction", "input", false),
    ("instruction", "context", false),
];
const RULE: &str = "\n\n---\n\n";

/// What tables write where there is nothing.
const NOTHING: [&str; 7] = ["nan", "null", "none", "<na>", "n/a", "#n/a", "na"];

/// Columns shown in an error.
const SHOWN: usize = 12;

/// A cell of a table, or a field of an object.
#[derive(Debug, Clone)]
pub(super) struct Cell<'a> {
    pub(super) name: &'a str,
    pub(super) value: Cow<'a, str>,
    /// Numbers and the like are no prompts.
    pub(super) is_text: bool,
}

/// A row of a table, or an object.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) cells: Vec<Cell<'a>>,
    /// What its parts are called.
    pub(super) noun: &'static str,
}

/// The prompt of a row.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) text: String,
    /// The bare request, if the prompt is a frame around it.
    pub(super) request: Option<String>,
    /// Where it is from.
    pub(super) column: String,
    /// What else might have been meant.
    pub(super) others: Vec<String>,
}

/// Why a row has no prompt.
#[derive(Debug)]
pub(super) struct NoPrompt {
    pub(super) reason: String,
    pub(super) way_out: WayOut,
}

impl From<String> for NoPrompt {
    fn from(reason: String) -> Self {
        Self { reason, way_out: WayOut::Correct }
    }
}

impl Row<'_> {
    /// The cell called `name`.
    pub(super) fn cell(&self, name: &str) -> Option<&Cell<'_>> {
        self.cells.iter().find(|cell| is_same(cell.name, name))
    }

    /// The text called `name`; `None` if there is no such cell.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, String> {
        let mut cells = self.cells.iter().filter(|cell| is_same(cell.name, name));
        let Some(cell) = cells.next() else { return Ok(None) };
        if let Some(other) = cells.next() {
            let [one, other] = [cell.name, other.name].map(excerpt);
            return Err(format!("two {}s have the same name: '{one}' and '{other}'", self.noun));
        }
        if !cell.is_text {
            return Err(format!("'{}' is not a string", excerpt(cell.name)));
        }
        Ok(Some(&cell.value))
    }

    /// What of `name` says something.
    fn filled(&self, name: &str) -> Option<&str> {
        let cell = self.cell(name).filter(|cell| cell.is_text)?;
        (!is_nothing(&cell.value)).then_some(&*cell.value)
    }

    pub(super) fn prompt(&self, read_as: &ReadAs) -> Result<Taken, NoPrompt> {
        let wanted = wanted(read_as);
        let mut found = wanted.iter().filter_map(|name| self.cell(name));
        let Some(first) = found.next() else {
            let reason = format!("no {} named {}; found: {}", self.noun, said(read_as), self.names());
            return Err(NoPrompt { reason, way_out: WayOut::Column });
        };
        let mut column = first.name;
        if matches!(read_as, ReadAs::Columns(_)) {
            let text = self.full(column)?.to_owned();
            return Ok(Taken { text, request: None, column: column.to_owned(), others: vec![] });
        }
        let mut others: Vec<String> = found.map(|cell| cell.name.to_owned()).collect();
        let mut request = None;
        if is_same(column, ADVERSARIAL) && self.cell(VANILLA).is_some() {
            others.retain(|name| !is_same(name, VANILLA));
            match (self.filled(ADVERSARIAL), self.filled(VANILLA), self.cell(VANILLA)) {
                (None, Some(_), Some(vanilla)) => column = vanilla.name,
                (Some(_), vanilla, _) => request = vanilla.map(str::to_owned),
                _ => {}
            }
        }
        let mut text = self.full(column)?.to_owned();
        let mut contexts = CONTEXTS.iter().filter(|(prompt, ..)| is_same(prompt, column));
        if let Some((_, name, is_before)) = contexts.find(|(_, name, _)| self.cell(name).is_some()) {
            others.retain(|other| !is_same(other, name));
            if let Some(context) = self.filled(name) {
                text = if *is_before { format!("{context}{RULE}{text}") } else { format!("{text}\n\n{context}") };
            }
        }
        Ok(Taken { text, request, column: column.to_owned(), others })
    }

    fn full(&self, column: &str) -> Result<&str, String> {
        let text = self.text(column)?.unwrap_or_default();
        let name = excerpt(column);
        if text.trim().is_empty() {
            return Err(format!("its {} '{name}' is empty", self.noun));
        }
        if is_nothing(text) {
            return Err(format!("its {} '{name}' says only '{}'", self.noun, text.trim()));
        }
        Ok(text)
    }

    /// The names, for an error.
    pub(super) fn names(&self) -> String {
        names(self.cells.iter().map(|cell| cell.name))
    }
}

/// The columns that may hold the prompts, in order of preference.
pub(super) fn wanted(read_as: &ReadAs) -> Vec<&str> {
    match read_as {
        ReadAs::Columns(names) => names.iter().map(String::as_str).collect(),
        ReadAs::Detected | ReadAs::PlainText => PROMPT_FIELDS.to_vec(),
    }
}

/// The same, for an error.
pub(super) fn said(read_as: &ReadAs) -> String {
    match read_as {
        ReadAs::Columns(names) => names.iter().map(|name| excerpt(name)).collect::<Vec<_>>().join(" or "),
        ReadAs::Detected | ReadAs::PlainText => {
            "prompt, goal, behavior, instruction, question, text or another usual name".to_owned()
        }
    }
}

/// A list of columns, for an error.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("'{}'", excerpt(name.trim()))).collect();
    let rest = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    let shown = names.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    if shown.is_empty() { "nothing".to_owned() } else { format!("{shown}{rest}") }
}

/// Whether a column or field called `name` holds prompts.
pub(super) fn is_prompt_field(name: &str) -> bool {
    PROMPT_FIELDS.contains(&&*normal(name))
}

/// A name as it is compared.
pub(super) fn normal(name: &str) -> String {
    normal_chars(name).collect()
}

fn normal_chars(name: &str) -> impl Iterator<Item = char> {
    let plain = |c| if matches!(c, ' ' | '-' | '.') { '_' } else { c };
    name.trim().chars().flat_map(char::to_lowercase).map(plain)
}

/// Whether two names are the same. Asked for every row, so it makes no text.
fn is_same(one: &str, other: &str) -> bool {
    normal_chars(one).eq(normal_chars(other))
}

fn is_nothing(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text.is_empty() || NOTHING.contains(&&*text)
}
