//! Where lines come from: a person with a line editor, or a pipe.

use std::io::{self, BufRead, IsTerminal, Read, StdinLock};
use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};

use super::completion::EditorHelper;
use super::multiline;
use crate::prompt::Language;

/// Lines of history that are kept.
const HISTORY_LINES: usize = 1000;

/// A longer line from a pipe is not kept in memory.
pub(super) const MAX_LINE_MIB: usize = 64;

/// What came in.
#[derive(Debug)]
pub(super) enum Typed {
    /// A line, or several that belong together.
    Text {
        text: String,
        /// False if unreadable bytes had to be replaced.
        is_utf8: bool,
    },
    /// A line from a pipe that is longer than [`MAX_LINE_MIB`].
    TooLong,
    /// Ctrl-C at the prompt.
    Interrupt {
        /// Something had been written, which is dropped.
        had_draft: bool,
    },
    /// Ctrl-D, the end of the pipe, or the terminal is gone.
    End,
}

/// A source of lines.
pub(super) enum Input {
    Person { editor: Box<Editor<EditorHelper, FileHistory>>, history: Option<PathBuf> },
    Pipe(StdinLock<'static>),
}

impl Input {
    /// The line editor if standard input is a terminal, otherwise the pipe.
    pub fn open(language: Language) -> io::Result<Self> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Pipe(io::stdin().lock()));
        }
        let config = Config::builder().max_history_size(HISTORY_LINES).map_err(to_io)?.auto_add_history(true);
        let config = config.completion_type(CompletionType::List).build();
        let mut editor = Editor::with_config(config).map_err(to_io)?;
        editor.set_helper(Some(EditorHelper::new(language)));
        let history = history_file();
        if let Some(history) = &history {
            // A first start has no history yet; an unreadable one is no reason not to chat.
            let _ = editor.load_history(history);
        }
        Ok(Self::Person { editor: Box::new(editor), history })
    }

    /// Whether a person is typing.
    pub fn is_person(&self) -> bool {
        matches!(self, Self::Person { .. })
    }

    /// The next line. A person sees `prompt`, and may go on with what is `written` already.
    pub fn next(&mut self, prompt: &str, written: &str) -> io::Result<Typed> {
        match self {
            Self::Person { editor, history } => match editor.readline_with_initial(prompt, (written, "")) {
                Ok(text) => {
                    if let Some(history) = history {
                        // Written after every line, so that a killed terminal loses none.
                        let _ = editor.append_history(history);
                    }
                    Ok(Typed::Text { text, is_utf8: true })
                }
                Err(ReadlineError::Interrupted) => {
                    let had_draft = editor.helper().is_some_and(EditorHelper::has_draft);
                    Ok(Typed::Interrupt { had_draft })
                }
                Err(ReadlineError::Eof) => Ok(Typed::End),
                Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    Ok(Typed::Text { text: String::new(), is_utf8: false })
                }
                // A terminal that was closed answers every read with an error.
                #[cfg(unix)]
                Err(ReadlineError::Errno(_)) => Ok(Typed::End),
                Err(error) => Err(to_io(error)),
            },
            Self::Pipe(stdin) => from_pipe(stdin, MAX_LINE_MIB << 20),
        }
    }
}

/// The next line, and those that it goes on in.
fn from_pipe(stdin: &mut impl BufRead, max: usize) -> io::Result<Typed> {
    let mut bytes = vec![];
    loop {
        let room = (max - bytes.len()) as u64 + 1;
        let read = stdin.by_ref().take(room).read_until(b'\n', &mut bytes)?;
        if bytes.len() > max {
            while bytes.last() != Some(&b'\n') && stdin.by_ref().take(room).read_until(b'\n', &mut bytes)? > 0 {
                bytes.drain(..bytes.len() - 1);
            }
            return Ok(Typed::TooLong);
        }
        if bytes.is_empty() {
            return Ok(Typed::End);
        }
        // Whatever encoding the other side of a pipe speaks, it is answered rather than dropped.
        let text = String::from_utf8_lossy(&bytes);
        if read == 0 || !multiline::is_open(&text) {
            let is_utf8 = matches!(text, std::borrow::Cow::Borrowed(_));
            return Ok(Typed::Text { text: text.into_owned(), is_utf8 });
        }
    }
}

/// `antidote/history` in the folder where this system keeps programs' state.
fn history_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    let folder = base.state_dir().unwrap_or_else(|| base.data_dir()).join("antidote");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

fn to_io(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut pipe: &[u8], max: usize) -> Vec<String> {
        let mut read = vec![];
        loop {
            match from_pipe(&mut pipe, max).unwrap() {
                Typed::Text { text, is_utf8 } => read.push(format!("{text:?} {is_utf8}")),
                Typed::TooLong => read.push("too long".to_owned()),
                Typed::Interrupt { .. } | Typed::End => return read,
            }
        }
    }

    #[test]
    fn lines_and_blocks_come_out_of_a_pipe() {
        let pipe = "one\ntwo\\\nthree\n\"\"\"four\n\nfive\"\"\"\nlast".as_bytes();
        let expected =
            [r#""one\n" true"#, r#""two\\\nthree\n" true"#, r#""\"\"\"four\n\nfive\"\"\"\n" true"#, r#""last" true"#];
        assert_eq!(read(pipe, 100), expected);
        assert_eq!(read(b"open\\", 100), [r#""open\\" true"#]);
        assert_eq!(read(b"a\xFFb\n", 100), ["\"a\u{fffd}b\\n\" false"]);
        assert!(read(b"", 100).is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_one_read() {
        assert_eq!(read(b"1234567890123\nok\n", 8), ["too long", r#""ok\n" true"#]);
        assert_eq!(read(b"1234567890123", 8), ["too long"]);
        assert_eq!(read(b"\"\"\"\n123456789\nok\n", 8), ["too long", r#""ok\n" true"#]);
    }
}
