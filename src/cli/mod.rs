//! What both programs do alike at their edges: ending when a file is cut off under them, completions and manual pages.

pub mod shell_files;

use std::error::Error;
use std::io::{self, ErrorKind};

const CUT_OFF: &str = "error: a file was cut off while it was being read, or its disk failed (SIGBUS); stopping. \
    Restore the file (the model, vector or dump of this command) and rerun the command\n";

/// From now on a mapped file that is cut off while it is read is an error like others: a sentence and exit code 1.
pub fn explain_bus_errors() {
    // Where it cannot be caught, the signal ends the program as before.
    let _ = crate::files::on_bus_error(CUT_OFF, 1);
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
