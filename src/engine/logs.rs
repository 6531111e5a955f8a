//! llama.cpp's log: kept out of the chat, shown on stderr when asked for, and its last complaints remembered so that
//! an error can say why.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Mutex, Once, PoisonError};

use llama_cpp_2::LogOptions;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// How many complaints an error quotes: llama.cpp says the cause first and then every caller's view of it.
const KEPT_COMPLAINTS: usize = 4;

static COMPLAINTS: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Hands llama.cpp's log to `tracing`, where nothing is shown unless somebody listens. Without it llama.cpp writes to
/// stderr.
pub(super) fn divert() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| llama_cpp_2::send_logs_to_tracing(LogOptions::default()));
}

/// Sends the log of llama.cpp and of this program to stderr from `verbosity` on: 0 nothing, 1 warnings, 2
/// information, 3 and more everything; and remembers complaints for error messages. Programs call it once, before
/// anything else; a second call changes nothing. A library's user may listen with a `tracing` subscriber instead.
pub fn install(verbosity: u8) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let shown = match verbosity {
            0 => LevelFilter::OFF,
            1 => LevelFilter::WARN,
            2 => LevelFilter::INFO,
            _ => LevelFilter::TRACE,
        };
        // Where nobody reads it, the complaint about that would panic.
        let on_stderr = fmt::layer().with_writer(std::io::stderr).with_target(false).log_internal_errors(false);
        let on_stderr = on_stderr.with_filter(shown);
        // Another subscriber may be there already when the engine is used as a library: then logs are its business.
        let _ = tracing_subscriber::registry()
            .with(on_stderr)
            .with(RememberComplaints.with_filter(LevelFilter::WARN))
            .try_init();
        divert();
    });
}

/// The last warnings and errors, oldest first. Reading them forgets them.
#[must_use]
pub fn last_complaints() -> Vec<String> {
    COMPLAINTS.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
}

struct RememberComplaints;

impl<S: Subscriber> Layer<S> for RememberComplaints {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() != Level::ERROR {
            return;
        }
        let mut message = Message(String::new());
        event.record(&mut message);
        let mut complaints = COMPLAINTS.lock().unwrap_or_else(PoisonError::into_inner);
        if complaints.len() == KEPT_COMPLAINTS {
            complaints.pop_front();
        }
        complaints.push_back(message.0.trim().to_owned());
    }
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}
