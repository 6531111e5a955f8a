//! An answer as it comes: text to standard output, what was thought before it dim, to standard error, or nowhere.

use std::io::{self, StdoutLock, Write};
use std::ops::ControlFlow;

use anstream::{AutoStream, ColorChoice};
use anstyle::Style;

use crate::chat::screen::stdout_width;
use crate::chat::wheel::Wheel;
use crate::chat::wrap::Wrap;
use crate::prompt::{Heard, Language, Piece};
use crate::terminal::{self, Out};

const DIM: Style = Style::new().dimmed();

/// Prints one answer.
pub(in crate::chat) struct Printer {
    language: Language,
    stdout: Out<StdoutLock<'static>>,
    /// Ends lines between words, for a person.
    wrap: Option<Wrap>,
    thinking: Thinking,
    has_thought: bool,
    /// Turns until the first piece comes.
    wheel: Option<Wheel>,
    /// Why the last write failed.
    broken: Option<io::Error>,
}

/// What happens with thoughts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thinking {
    /// Standard output is a terminal with colours.
    Dim,
    /// A terminal without: the tags stay.
    Tagged,
    /// A pipe, which gets answers alone.
    OnStderr,
    /// Hidden; a terminal shows that something is going on.
    Hidden,
}

impl Printer {
    /// For one answer.
    pub fn new(hide_thinking: bool, language: Language) -> Self {
        let stdout = terminal::stdout();
        let thinking = if hide_thinking {
            Thinking::Hidden
        } else if !stdout.is_terminal() {
            Thinking::OnStderr
        } else if AutoStream::choice(&io::stdout()) == ColorChoice::Never {
            Thinking::Tagged
        } else {
            Thinking::Dim
        };
        let wrap = stdout_width().map(Wrap::new);
        Self { language, stdout, wrap, thinking, has_thought: false, wheel: None, broken: None }
    }

    /// Prints what comes next.
    pub fn print(&mut self, heard: &Heard<'_>) -> ControlFlow<()> {
        let printed = match *heard {
            Heard::Rendered(_) => Ok(()),
            Heard::Prompt { done, of } => {
                let message = self.language.reading_prompt(done, of);
                match &self.wheel {
                    Some(wheel) => wheel.say(message),
                    None => self.wheel = Some(Wheel::begin(message)),
                }
                Ok(())
            }
            Heard::Said(Piece::Thinking(thought)) => self.think(thought),
            Heard::Said(Piece::Text(text)) => {
                self.wheel = None;
                self.end_thought().and_then(|()| self.write(text))
            }
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
        self.wheel = None;
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        self.end_thought()?;
        self.flush_word()?;
        writeln!(self.stdout)?;
        self.stdout.flush()
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let Some(wrap) = &mut self.wrap else { return self.stdout.write_all(text.as_bytes()) };
        let mut lines = String::new();
        // Before it is measured: what is made visible has a width.
        wrap.push(&terminal::visible(text), &mut lines);
        self.stdout.write_all(lines.as_bytes())
    }

    fn flush_word(&mut self) -> io::Result<()> {
        let mut rest = String::new();
        if let Some(wrap) = &mut self.wrap {
            wrap.finish(&mut rest);
        }
        self.stdout.write_all(rest.as_bytes())
    }

    fn think(&mut self, thought: &str) -> io::Result<()> {
        let is_first = !std::mem::replace(&mut self.has_thought, true);
        if self.thinking != Thinking::Hidden {
            self.wheel = None;
        }
        match self.thinking {
            Thinking::Dim => {
                self.stdout.write_style(&DIM.render().to_string())?;
                let written = self.write(thought);
                self.stdout.write_style(&DIM.render_reset().to_string())?;
                written
            }
            Thinking::Tagged => {
                if is_first {
                    self.write("<think>\n")?;
                }
                self.write(thought)
            }
            Thinking::OnStderr => {
                // A closed standard error is no reason to stop.
                let _ = terminal::stderr().write_all(thought.as_bytes());
                Ok(())
            }
            Thinking::Hidden => {
                if is_first {
                    self.wheel = Some(Wheel::now(self.language.thinking()));
                }
                Ok(())
            }
        }
    }

    fn end_thought(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.has_thought) {
            return Ok(());
        }
        match self.thinking {
            Thinking::Dim => {
                self.stdout.write_style(&DIM.render().to_string())?;
                let written = self.flush_word();
                self.stdout.write_style(&DIM.render_reset().to_string())?;
                written.and_then(|()| self.write("\n\n"))
            }
            Thinking::Tagged => self.write("\n</think>\n\n"),
            Thinking::OnStderr => {
                let _ = terminal::stderr().write_all(b"\n");
                Ok(())
            }
            Thinking::Hidden => {
                self.wheel = None;
                Ok(())
            }
        }
    }
}
