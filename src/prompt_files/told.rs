//! What is told of the files that were read: how many prompts of which side, from which column, the first of them, and
//! what speaks against it.

use std::collections::HashMap;
use std::path::Path;

use super::fields::normal;
use super::{Place, PromptFile, Side};

/// Characters of a prompt that are shown.
const LONGEST: usize = 60;

/// Words in a file's name that say what is in it.
const NAMES_OF_HARMFUL: [&str; 13] = [
    "harmful",
    "unsafe",
    "toxic",
    "malicious",
    "advbench",
    "harmbench",
    "strongreject",
    "forbidden",
    "jailbreak",
    "jailbreaks",
    "maliciousinstruct",
    "attack",
    "attacks",
];
const NAMES_OF_BENIGN: [&str; 6] = ["benign", "harmless", "safe", "alpaca", "dolly", "unharmful"];

/// Columns that only sets of harmful prompts have.
const COLUMNS_OF_HARMFUL: [&str; 3] = ["forbidden_prompt", "functionalcategory", "behaviorid"];

/// `text` on one line, shortened, and without anything that a terminal would obey.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let text = text.trim();
    let rest = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    escaped(text.chars().take(LONGEST)) + rest
}

/// The name of a file, all of it, in the same manner.
fn name_of(path: &Path) -> String {
    escaped(path.display().to_string().chars())
}

fn escaped(text: impl Iterator<Item = char>) -> String {
    let mut shown = String::new();
    for c in text {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// Characters without width, and those that turn the direction of what follows.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// What was read for one side: `harmful: 2 prompts from a.csv (comma-separated, column 'goal'), first: "…"`.
#[must_use]
pub fn what_was_read(side: &str, n: usize, path: &Path, shape: &str, first: &str) -> String {
    let prompts = if n == 1 { "prompt" } else { "prompts" };
    let shape = if shape.is_empty() { String::new() } else { format!(" ({shape})") };
    format!("{side}: {n} {prompts} from {}{shape}, first: \"{}\"", name_of(path), excerpt(first))
}

impl PromptFile {
    /// [`what_was_read`] of this file, all of it for one side.
    #[must_use]
    pub fn told(&self, side: &str) -> String {
        let first = self.prompts.first().map(|prompt| &*prompt.text).unwrap_or_default();
        what_was_read(side, self.prompts.len(), &self.path, &self.shape(), first)
    }

    /// How the file was read.
    #[must_use]
    pub fn shape(&self) -> String {
        let list =
            |names: &[String]| names.iter().map(|name| format!("'{}'", excerpt(name))).collect::<Vec<_>>().join(", ");
        let mut shape = self.format.to_string();
        match &*self.columns {
            [] => {}
            [only] if self.format.is_table() && self.names.len() == 1 => {
                shape = format!("one column, '{}'", excerpt(only));
            }
            columns => {
                let noun = if self.format.is_table() { "column" } else { "field" };
                let plural = if columns.len() > 1 { "s" } else { "" };
                shape.push_str(&format!(", {noun}{plural} {}", list(columns)));
            }
        }
        if !self.others.is_empty() {
            shape.push_str(&format!(", not {}", list(&self.others)));
        }
        if self.n_without_prompt > 0 {
            let entries = if self.n_without_prompt == 1 { "entry" } else { "entries" };
            shape.push_str(&format!("; {} {entries} without a prompt left out", self.n_without_prompt));
        }
        shape
    }

    /// What speaks against all of this file being `side`: its labels, its columns, or its name.
    #[must_use]
    pub fn contradiction(&self, side: Side) -> Option<String> {
        let (path, given, other) = (name_of(&self.path), side.name(), side.other().name());
        let against = |says: Option<Side>| says == Some(side.other());
        let labels: Vec<_> =
            self.prompts.iter().filter_map(|prompt| Some((&prompt.place, prompt.label.as_ref()?))).collect();
        let wrong: Vec<_> = labels.iter().filter(|(_, label)| against(label.says)).collect();
        if let Some((place, label)) = wrong.first() {
            let (n, of, column, value) =
                (wrong.len(), self.prompts.len(), excerpt(&label.column), excerpt(&label.value));
            return Some(format!(
                "{path}: {n} of {of} prompts given as {given} are labelled {other} by the file itself (first: {place}, {column} \
                 '{value}')"
            ));
        }
        // Labels know better than names.
        if labels.iter().any(|(_, label)| label.says.is_some()) {
            return None;
        }
        let is_known_harmful = self.names.iter().find(|name| COLUMNS_OF_HARMFUL.contains(&&*normal(name)));
        if let (Side::Benign, Some(name)) = (side, is_known_harmful) {
            return Some(format!(
                "{path}: its column '{}' is of a set of harmful prompts, but it was given as {given}",
                excerpt(name)
            ));
        }
        let stem = self.path.file_stem()?.to_string_lossy().to_lowercase();
        let words: Vec<&str> = stem.split(|c: char| !c.is_alphanumeric()).collect();
        let is_named = |names: &[&str]| words.iter().any(|word| names.contains(word));
        let (is_harmful, is_benign) = (is_named(&NAMES_OF_HARMFUL), is_named(&NAMES_OF_BENIGN));
        let is_against = match side {
            Side::Harmful => is_benign && !is_harmful,
            Side::Benign => is_harmful && !is_benign,
        };
        is_against.then(|| format!("{path}: its name says {other}, but it was given as {given}"))
    }
}

/// Prompts that are on both sides, each with what it is called there.
#[must_use]
pub fn on_both_sides<'a>(
    harmful: impl Iterator<Item = (&'a str, String)>,
    benign: impl Iterator<Item = (&'a str, String)>,
) -> Option<String> {
    let mut places: HashMap<&str, String> = HashMap::new();
    for (prompt, place) in benign {
        places.entry(prompt.trim()).or_insert(place);
    }
    let mut seen = vec![];
    for (prompt, place) in harmful {
        if let Some((prompt, other)) = places.remove_entry(prompt.trim()) {
            seen.push((prompt, place, other));
        }
    }
    let (prompt, place, other) = seen.first()?;
    let are = if seen.len() == 1 { "prompt is" } else { "prompts are" };
    Some(format!("{} {are} on both sides, first: \"{}\" ({place}; {other})", seen.len(), excerpt(prompt)))
}

impl PromptFile {
    /// Its prompts and where they are, for [`on_both_sides`].
    pub fn places(&self) -> impl Iterator<Item = (&str, String)> {
        self.prompts.iter().map(|prompt| (&*prompt.text, place_in(&self.path, &prompt.place)))
    }
}

fn place_in(path: &Path, place: &Place) -> String {
    format!("{}, {place}", name_of(path))
}
