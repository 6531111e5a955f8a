//! What both programs do alike at their edges: telling about their work, completions and manual pages.

pub mod shell_files;

use std::error::Error;
use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// Tells something about the work, in the manner of `eprintln!`, which panics where nobody reads it.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::say(::std::format_args!($($text)*))
    };
}

/// Writes a line to standard error. Where nobody reads it any more (`antidote … 2>&1 | head -1`, a closed window) the
/// work goes on without: what a program makes is on standard output and on the disk.
pub fn say(line: Arguments<'_>) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Whether `failure` is that whoever read standard output has had enough (`antidote … | head`): a normal end.
#[must_use]
pub fn is_broken_pipe(failure: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(failure);
    while let Some(error) = cause {
        if error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == ErrorKind::BrokenPipe) {
            return true;
        }
        cause = error.source();
    }
    false
}
