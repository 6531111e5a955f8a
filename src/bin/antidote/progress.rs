//! A bar with the time left, for a person who waits.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes no longer than this needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Work of a known size. Nothing is shown for a short one, or if standard error is not read by a person.
pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
    is_shown: bool,
}

impl Progress {
    /// `done` of `whole` units of work were done before.
    pub fn new(whole: u64, done: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(whole), ProgressDrawTarget::hidden()).with_position(done);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {msg}, {eta} left") {
            bar.set_style(style);
        }
        // What was done before says nothing about the speed.
        bar.reset_eta();
        Self { bar, begun: Instant::now(), is_shown: !std::io::stderr().is_terminal() }
    }

    /// `units` more are done; `message` tells how far that is.
    pub fn advance(&mut self, units: u64, message: String) {
        self.bar.inc(units);
        self.bar.set_message(message);
        if !self.is_shown && self.begun.elapsed() > PATIENCE {
            self.is_shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
