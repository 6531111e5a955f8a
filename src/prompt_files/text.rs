//! Plain text: a prompt a line; empty lines separate.

use super::{Format, Place, Prompt, PromptFile, lines};

pub(super) fn read(text: &str) -> PromptFile {
    let prompt = |(number, line): (usize, &str)| Prompt::new(line.trim(), Place::Line(number));
    PromptFile { prompts: lines::filled(text).map(prompt).collect(), ..PromptFile::of(Format::Text) }
}
