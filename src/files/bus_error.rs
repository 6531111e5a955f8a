//! A mapped file that is cut off while it is read raises the signal SIGBUS, and so does a disk that fails. Nothing can
//! be done about it but to end; a program can say how. Nothing half-written is left, because files appear whole or not
//! at all.

use std::io;

/// From now on SIGBUS writes `message` to standard error and ends the process with exit code `code`, at once. Without
/// this the signal does what it did before: by default it ends the process without a word. Where there are no
/// signals this does nothing. The first call counts.
///
/// # Errors
/// What the system says when the signal cannot be caught.
#[cfg(unix)]
pub fn on_bus_error(message: &'static str, code: i32) -> io::Result<()> {
    let end = move || {
        // Whether it can be said or not, this is the end.
        let _ = rustix::io::write(rustix::stdio::stderr(), message.as_bytes());
        signal_hook::low_level::exit(code);
    };
    // SAFETY: the action only calls write and _exit, which a signal handler may.
    #[allow(unsafe_code)]
    unsafe { signal_hook::low_level::register(signal_hook::consts::SIGBUS, end) }.map(|_| ())
}

/// There are no signals here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn on_bus_error(_message: &'static str, _code: i32) -> io::Result<()> {
    Ok(())
}
