//! A mapped file that is cut off while it is read ends a program with the signal SIGBUS, and so does a disk that fails.
//! That must look like the error it is: a sentence and exit code 1. Nothing half-written is left, because files appear
//! whole or not at all.

/// From now on SIGBUS is such an error. A second call changes nothing.
#[cfg(unix)]
pub(super) fn explain() {
    use std::sync::Once;

    const TEXT: &[u8] =
        b"error: a file was cut off while it was being read, or its disk failed (SIGBUS); nothing more is \
        done. Put the file back (the model, vector or dump of this command) and start again\n";
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let end = || {
            // Whether it can be said or not, this is the end.
            let _ = rustix::io::write(rustix::stdio::stderr(), TEXT);
            signal_hook::low_level::exit(1);
        };
        // SAFETY: the action only calls write and _exit, which a signal handler may.
        #[allow(unsafe_code)]
        let registered = unsafe { signal_hook::low_level::register(signal_hook::consts::SIGBUS, end) };
        // Without it the signal ends the program as before.
        let _ = registered;
    });
}

#[cfg(not(unix))]
pub(super) fn explain() {}
