//! What the line editor does beyond editing: completes commands and file names, and keeps a message of several lines
//! open until it is whole.

use std::borrow::Cow;
use std::cell::Cell;

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Result};

use super::command::COMMANDS;
use super::multiline;
use crate::prompt::Language;
use crate::terminal::visible;

/// Commands that a file name follows.
const WITH_FILE: [&str; 3] = ["/save ", "/save! ", "/load "];

/// The line editor's helper.
pub(super) struct EditorHelper {
    files: FilenameCompleter,
    language: Language,
    /// Whether anything is written: after Ctrl-C the editor does not say.
    has_draft: Cell<bool>,
}

impl EditorHelper {
    pub fn new(language: Language) -> Self {
        Self { files: FilenameCompleter::default(), language, has_draft: Cell::new(false) }
    }

    /// Whether something was written when it was last looked at.
    pub fn has_draft(&self) -> bool {
        self.has_draft.get()
    }
}

/// What stands on the new line of a message that goes on: it cannot be taken over into the message.
pub(super) struct GoesOn(String);

impl Hint for GoesOn {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Completer for EditorHelper {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, context: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        let written = &line[..pos];
        if WITH_FILE.iter().any(|command| written.starts_with(command)) {
            let (start, mut files) = self.files.complete(line, pos, context)?;
            // The editor writes what it offers to the terminal as it is.
            files.retain(|file| {
                file.display == visible(&file.display) && file.replacement == visible(&file.replacement)
            });
            return Ok((start, files));
        }
        Ok((0, commands(written)))
    }
}

fn commands(written: &str) -> Vec<Pair> {
    let fits = |command: &&&str| written.starts_with('/') && command.starts_with(written);
    let pair = |command: &&str| Pair { display: (*command).to_owned(), replacement: format!("{command} ") };
    COMMANDS.iter().filter(fits).map(pair).collect()
}

impl Validator for EditorHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        let is_open = multiline::is_open(context.input());
        Ok(if is_open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Hinter for EditorHelper {
    type Hint = GoesOn;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<GoesOn> {
        // Asked after every key.
        self.has_draft.set(!line.is_empty());
        let is_new_line = pos == line.len() && line.ends_with('\n');
        is_new_line.then(|| GoesOn(self.language.goes_on(multiline::opens_block(line)).to_owned()))
    }
}

impl Highlighter for EditorHelper {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let dim = anstyle::Style::new().dimmed();
        Cow::Owned(format!("{dim}{hint}{dim:#}"))
    }
}

impl Helper for EditorHelper {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_completed_at_the_beginning_only() {
        let offered = |written: &str| commands(written).into_iter().map(|pair| pair.replacement).collect::<Vec<_>>();
        assert_eq!(offered("/re"), ["/recompute ", "/regen ", "/reset "]);
        assert_eq!(offered("/"), COMMANDS.map(|command| format!("{command} ")));
        assert!(offered("").is_empty());
        assert!(offered("hello /re").is_empty());
    }
}
