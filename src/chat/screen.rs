//! How wide the terminal is.

use std::io::IsTerminal;

/// The width of a terminal that does not say.
const DEFAULT_WIDTH: usize = 80;

/// Columns of the terminal behind standard output; none if it is a pipe.
pub(super) fn stdout_width() -> Option<usize> {
    let stdout = std::io::stdout();
    let size = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
    stdout.is_terminal().then(|| size.unwrap_or(DEFAULT_WIDTH))
}

/// The same for standard error.
pub(super) fn stderr_width() -> Option<usize> {
    let stderr = std::io::stderr();
    let size = terminal_size::terminal_size_of(&stderr).map(|(width, _)| usize::from(width.0));
    stderr.is_terminal().then(|| size.unwrap_or(DEFAULT_WIDTH))
}
