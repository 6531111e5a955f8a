//! A wheel that turns while something takes its time.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Turns at this pace.
const PACE: Duration = Duration::from_millis(120);

/// What is over sooner is not shown.
const PATIENCE: Duration = Duration::from_millis(300);

/// A wheel on standard error; on a pipe there is none.
pub(super) struct Wheel(ProgressBar);

impl Wheel {
    /// A wheel that is seen when it has turned for a while.
    pub fn begin(message: String) -> Self {
        let wheel = Self::hidden(message);
        if std::io::stderr().is_terminal() {
            let bar = wheel.0.clone();
            let show = move || {
                std::thread::sleep(PATIENCE);
                if !bar.is_finished() {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(PACE);
                }
            };
            // Without a thread there is no wheel, and nothing else is missing.
            let _ = std::thread::Builder::new().name("wheel".to_owned()).spawn(show);
        }
        wheel
    }

    /// A wheel that is seen at once.
    pub fn now(message: String) -> Self {
        let wheel = Self::hidden(message);
        if std::io::stderr().is_terminal() {
            wheel.0.set_draw_target(ProgressDrawTarget::stderr());
            wheel.0.enable_steady_tick(PACE);
        }
        wheel
    }

    fn hidden(message: String) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}…") {
            bar.set_style(style);
        }
        bar.set_message(message);
        Self(bar)
    }

    /// Another message.
    pub fn say(&self, message: String) {
        self.0.set_message(message);
    }
}

impl Drop for Wheel {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
