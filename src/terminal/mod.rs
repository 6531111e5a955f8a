//! The one door to the terminal. Answers, saved conversations, system prompts and names in files are other people's
//! texts; a terminal obeys the escape sequences in them (clears the screen, sets its title, forges a prompt, fills the
//! clipboard). So whatever is written to a terminal goes through here, where characters that are not text become visible.
//! Pipes and files get every byte as it is.

mod visible;

use std::fmt::Arguments;
use std::io::{self, IsTerminal, StderrLock, StdoutLock, Write};

pub use visible::visible;

/// Tells something about the work, in the manner of `eprintln!`, which panics where nobody reads it.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {
        $crate::terminal::say(::std::format_args!($($text)*))
    };
}

/// Writes a line to standard error. Where nobody reads it any more (`antidote … 2>&1 | head -1`, a closed window) the
/// work goes on without: what a program makes is on standard output and on the disk.
pub fn say(line: Arguments<'_>) {
    let _ = stderr().write_all(format!("{line}\n").as_bytes());
}

/// Standard output or standard error, whose terminal gets text and nothing else.
pub struct Out<W> {
    inner: W,
    is_terminal: bool,
}

/// Standard output, locked.
#[must_use]
pub fn stdout() -> Out<StdoutLock<'static>> {
    let inner = io::stdout().lock();
    Out { is_terminal: inner.is_terminal(), inner }
}

/// Standard error, locked.
#[must_use]
pub fn stderr() -> Out<StderrLock<'static>> {
    let inner = io::stderr().lock();
    Out { is_terminal: inner.is_terminal(), inner }
}

impl<W: Write> Out<W> {
    /// Whether a person's terminal is behind it.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes the program's own escape sequences.
    ///
    /// # Errors
    /// Nobody reads any more, or the disk is full.
    pub fn write_style(&mut self, style: &str) -> io::Result<()> {
        self.inner.write_all(style.as_bytes())
    }
}

impl<W: Write> Write for Out<W> {
    /// A piece is written whole; what is not UTF-8 in it a terminal gets as the replacement character.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.inner.write(bytes);
        }
        self.inner.write_all(visible(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_terminal: bool, text: &[u8]) -> Vec<u8> {
        let mut out = Out { inner: vec![], is_terminal };
        out.write_all(text).unwrap();
        out.inner
    }

    #[test]
    fn a_terminal_gets_no_escape_sequence_and_a_pipe_every_byte() {
        let title = "\x1b]0;owned\x07hi\r\n\u{9b}2J\u{202e}\n\t漢";
        assert_eq!(written(false, title.as_bytes()), title.as_bytes());
        assert_eq!(written(false, b"\xff"), b"\xff");
        assert_eq!(
            String::from_utf8(written(true, title.as_bytes())).unwrap(),
            "␛]0;owned␇hi\n\\u{9b}2J\\u{202e}\n\t漢"
        );
        assert_eq!(written(true, b"\xff"), "\u{fffd}".as_bytes());
    }
}
