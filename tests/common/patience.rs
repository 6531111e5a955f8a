//! No wait of a test is for ever: what hangs is said, with where it hung.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// Nothing here takes as long as this unless it hangs, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// Waits until `is_so`; when patience ends it fails with `what` was waited for.
#[track_caller]
pub fn wait_until<W: Display>(what: impl Fn() -> W, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {}", what());
        std::thread::sleep(Duration::from_millis(1));
    }
}
