//! Where lines come from: a person with a line editor, or a pipe.

use std::io::{self, BufRead, IsTerminal, StdinLock};
use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor};

/// Lines of history that are kept.
const HISTORY_LINES: usize = 1000;

/// What came in.
#[derive(Debug)]
pub(super) enum Typed {
    Line(String),
    /// Ctrl-C at the prompt.
    Interrupt,
    /// Ctrl-D, or the end of the pipe.
    End,
}

/// A source of lines.
pub(super) enum Input {
    Person { editor: Box<Editor<(), FileHistory>>, history: Option<PathBuf> },
    Pipe(StdinLock<'static>),
}

impl Input {
    /// The line editor if standard input is a terminal, otherwise the pipe.
    pub fn open() -> io::Result<Self> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Pipe(io::stdin().lock()));
        }
        let config = Config::builder().max_history_size(HISTORY_LINES).map_err(to_io)?.auto_add_history(true).build();
        let mut editor = Editor::with_config(config).map_err(to_io)?;
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

    /// The next line. `prompt` is shown to a person only.
    pub fn next(&mut self, prompt: &str) -> io::Result<Typed> {
        match self {
            Self::Person { editor, history } => match editor.readline(prompt) {
                Ok(line) => {
                    if let Some(history) = history {
                        // Written after every line, so that a killed terminal loses none.
                        let _ = editor.append_history(history);
                    }
                    Ok(Typed::Line(line))
                }
                Err(ReadlineError::Interrupted) => Ok(Typed::Interrupt),
                Err(ReadlineError::Eof) => Ok(Typed::End),
                Err(error) => Err(to_io(error)),
            },
            Self::Pipe(stdin) => {
                let mut bytes = vec![];
                if stdin.read_until(b'\n', &mut bytes)? == 0 {
                    return Ok(Typed::End);
                }
                // Whatever encoding the other side of a pipe speaks, it is answered rather than dropped.
                Ok(Typed::Line(String::from_utf8_lossy(&bytes).into_owned()))
            }
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
