//! What the program does to its whole process. The library does nothing of that kind, so that others can build on it.

mod abort;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod huge_pages;
mod logs;

/// What shells add to the number of the signal that ended a program.
const SIGNALLED: i32 = 128;

/// What is installed once, before anything else is done; `verbosity` is how often `-v` was given.
pub fn install(verbosity: u8) {
    logs::install(verbosity);
    abort::explain();
    antidote::cli::explain_bus_errors();
}

/// Ends the program as one that was ended by `signal`.
pub fn end_by_signal(signal: i32) -> ! {
    std::process::exit(SIGNALLED + signal)
}
