//! A file of lines that grows: whatever was cut off in the middle of a line is taken away.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens the file at `path` to append to, and gives its whole lines. A line is written at once, with its end; one without
/// was cut off by whatever stopped the program, and is removed.
///
/// # Errors
/// The file cannot be read or written, or is not UTF-8.
pub(super) fn open(path: &Path) -> io::Result<(File, String)> {
    let file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
    let mut text = std::fs::read(path)?;
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < text.len() {
        file.set_len(whole as u64)?;
        text.truncate(whole);
    }
    let text = String::from_utf8(text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok((file, text))
}
