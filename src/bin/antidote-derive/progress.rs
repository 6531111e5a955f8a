//! How far a derivation is, and stopping it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A derivation that takes no longer shows no bar.
const SHORT: Duration = Duration::from_secs(1);

/// A bar with the time left, shown once a derivation takes long. Ctrl-C stops the derivation at the next layer, before
/// anything is written.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    is_stopped: Arc<AtomicBool>,
}

impl Progress {
    /// # Errors
    /// Ctrl-C cannot be handled.
    pub fn start() -> Result<Self, ctrlc::Error> {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_stopped);
        ctrlc::set_handler(move || stop.store(true, Ordering::Relaxed))?;
        let bar = ProgressBar::hidden();
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3}%, {eta} left") {
            bar.set_style(style);
        }
        Ok(Self { bar, started: Instant::now(), is_stopped })
    }

    /// `done` of `total` pieces are done. Breaks if the person has had enough.
    pub fn show(&self, done: usize, total: usize) -> ControlFlow<()> {
        self.bar.set_length(total as u64);
        self.bar.set_position(done.min(total) as u64);
        if self.bar.is_hidden() && self.started.elapsed() > SHORT && done < total {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if self.is_stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
