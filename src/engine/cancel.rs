//! Stopping work from outside: another thread, a signal handler, a client that went away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Cancels one piece of work. One-shot: once cancelled it stays so, whether the work has begun or not, so a
/// cancellation that comes between submitting and starting is never lost. Clones share the state.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Cancels. Returns whether that had been done already.
    pub fn cancel(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Hands a signal handler the token of whatever runs now: one token for each piece of work, one handle for all.
#[derive(Debug, Clone, Default)]
pub struct Interrupter(Arc<Mutex<CancelToken>>);

impl Interrupter {
    /// A fresh token for the work that begins now; from here on [`Self::interrupt`] cancels this one.
    #[must_use]
    pub fn begin(&self) -> CancelToken {
        let token = CancelToken::default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = token.clone();
        token
    }

    /// Cancels what runs now. Returns whether that had been asked already.
    pub fn interrupt(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).cancel()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_cancelled_once_and_for_all() {
        let token = CancelToken::default();
        let clone = token.clone();
        assert!(!token.is_cancelled() && !token.cancel() && clone.is_cancelled() && clone.cancel());
    }

    #[test]
    fn an_interruption_meets_the_work_that_runs_and_not_the_next() {
        let interrupter = Interrupter::default();
        let first = interrupter.begin();
        assert!(!interrupter.interrupt() && interrupter.interrupt());
        let second = interrupter.begin();
        assert!(first.is_cancelled() && !second.is_cancelled());
    }
}
