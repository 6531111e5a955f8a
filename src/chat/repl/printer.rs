//! An answer as it comes: text to standard output, what was thought before it dim, to standard error, or nowhere.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use indicatif::{ProgressBar, ProgressStyle};

use crate::prompt::Piece;

const DIM: Style = Style::new().dimmed();

/// Prints one answer.
pub(in crate::chat) struct Printer {
    stdout: AutoStream<io::StdoutLock<'static>>,
    thinking: Thinking,
    has_thought: bool,
    /// Why the last write failed.
    broken: Option<io::Error>,
}

/// What happens with thoughts.
enum Thinking {
    /// Standard output is a terminal with colours.
    Dim,
    /// A terminal without: the tags stay.
    Tagged,
    /// A pipe, which gets answers alone.
    OnStderr,
    /// Hidden; a terminal shows that something is going on.
    Hidden(ProgressBar),
}

impl Printer {
    /// For one answer; `thinking` is what to call thoughts that are hidden.
    pub fn new(hide_thinking: bool, thinking: &str) -> Self {
        let stdout = AutoStream::auto(io::stdout().lock());
        let thinking = if hide_thinking {
            Thinking::Hidden(spinner(thinking.to_owned()))
        } else if !io::stdout().is_terminal() {
            Thinking::OnStderr
        } else if stdout.current_choice() == ColorChoice::Never {
            Thinking::Tagged
        } else {
            Thinking::Dim
        };
        Self { stdout, thinking, has_thought: false, broken: None }
    }

    /// Prints the next piece.
    pub fn print(&mut self, piece: Piece<'_>) -> ControlFlow<()> {
        let printed = match piece {
            Piece::Thinking(thought) => self.think(thought),
            Piece::Text(text) => self.end_thought().and_then(|()| self.stdout.write_all(text.as_bytes())),
        };
        match printed.and_then(|()| self.stdout.flush()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.broken = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Ends the answer with its line.
    ///
    /// # Errors
    /// Standard output is gone.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        self.end_thought()?;
        writeln!(self.stdout)?;
        self.stdout.flush()
    }

    fn think(&mut self, thought: &str) -> io::Result<()> {
        let is_first = !std::mem::replace(&mut self.has_thought, true);
        match &self.thinking {
            Thinking::Dim => write!(self.stdout, "{DIM}{thought}{DIM:#}"),
            Thinking::Tagged => write!(self.stdout, "{}{thought}", if is_first { "<think>\n" } else { "" }),
            Thinking::OnStderr => write!(io::stderr(), "{thought}"),
            Thinking::Hidden(spinner) => {
                spinner.tick();
                Ok(())
            }
        }
    }

    fn end_thought(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.has_thought) {
            return Ok(());
        }
        match &self.thinking {
            Thinking::Dim => write!(self.stdout, "\n\n"),
            Thinking::Tagged => write!(self.stdout, "\n</think>\n\n"),
            Thinking::OnStderr => writeln!(io::stderr()),
            Thinking::Hidden(spinner) => {
                spinner.finish_and_clear();
                Ok(())
            }
        }
    }
}

/// Shows a person that something is going on; nothing at all on a pipe.
pub(in crate::chat) fn spinner(message: String) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}…") {
        spinner.set_style(style);
    }
    spinner.set_message(message);
    spinner
}

/// Turns the wheel at this pace.
pub(in crate::chat) const PACE: Duration = Duration::from_millis(120);
