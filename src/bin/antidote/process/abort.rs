//! When llama.cpp ends the process: a sentence that names the model, and exit code 1. No backtrace, and no debugger to
//! make one.

use antidote::engine::{Abort, on_abort};

pub fn explain() {
    on_abort(end);
}

fn end(abort: &Abort<'_>) {
    let models: Vec<_> = abort.models.iter().map(|model| model.display().to_string()).collect();
    let models = if models.is_empty() { "a model".to_owned() } else { models.join(" or ") };
    antidote::say!(
        "error: llama.cpp gave up on {models}: {}. The file is damaged, or this version cannot run models of its kind; \
         stopping",
        abort.message
    );
    end_at_once();
}

/// Without the clean-up that other threads may be in the middle of.
#[cfg(unix)]
fn end_at_once() -> ! {
    signal_hook::low_level::exit(1)
}

#[cfg(not(unix))]
fn end_at_once() -> ! {
    std::process::exit(1)
}
