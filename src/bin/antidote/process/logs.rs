//! The log of llama.cpp and of the library: kept out of the chat, and on standard error when asked for.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// Shows the log from `verbosity` on: 0 nothing, 1 warnings, 2 information, 3 and more everything.
pub fn install(verbosity: u8) {
    let shown = match verbosity {
        0 => return,
        1 => LevelFilter::WARN,
        2 => LevelFilter::INFO,
        _ => LevelFilter::TRACE,
    };
    // Where nobody reads it, the complaint about that would panic.
    let on_stderr = fmt::layer().with_writer(antidote::terminal::stderr).with_ansi(false);
    let on_stderr = on_stderr.with_target(false).log_internal_errors(false);
    // Nobody else in this program listens, so nobody can have come first.
    let _ = tracing_subscriber::registry().with(on_stderr.with_filter(shown)).try_init();
}
