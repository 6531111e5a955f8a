//! What the line editor does beyond editing: completes commands and file names, and keeps a message of several lines
//! open until it is whole.

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Result};

use super::command::COMMANDS;
use super::multiline;

/// Commands that a file name follows.
const WITH_FILE: [&str; 3] = ["/save ", "/save! ", "/load "];

/// The line editor's helper.
#[derive(Default)]
pub(super) struct EditorHelper {
    files: FilenameCompleter,
}

impl Completer for EditorHelper {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, context: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        let written = &line[..pos];
        if WITH_FILE.iter().any(|command| written.starts_with(command)) {
            return self.files.complete(line, pos, context);
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
    type Hint = String;
}

impl Highlighter for EditorHelper {}

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
