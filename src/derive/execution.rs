//! How a derivation is carried out. None of it changes a bit of the result.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::DeriveError;

/// Bytes of states that are held in memory at most, all threads together.
const MEMORY: usize = 256 << 20;

/// Told how many pieces of work of how many are done; breaks to stop the derivation.
pub type Watch<'a> = &'a (dyn Fn(usize, usize) -> ControlFlow<()> + Sync);

/// How a derivation is carried out.
#[derive(Clone, Copy)]
pub struct Execution<'a> {
    /// Layers that are worked on side by side.
    pub threads: NonZeroUsize,
    /// Bytes of states that are held in memory at most; what does not fit is read again when it is needed.
    pub memory: usize,
    /// Told about progress.
    pub watch: Watch<'a>,
}

impl Default for Execution<'_> {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { threads, memory: MEMORY, watch: &|_, _| ControlFlow::Continue(()) }
    }
}

/// Counts pieces of work.
pub(super) struct Progress<'a> {
    watch: Watch<'a>,
    done: AtomicUsize,
    total: usize,
}

impl<'a> Progress<'a> {
    pub fn new(watch: Watch<'a>, total: usize) -> Self {
        Self { watch, done: AtomicUsize::new(0), total }
    }

    /// One more piece is done.
    pub fn step(&self) -> Result<(), DeriveError> {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        match (self.watch)(done, self.total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(DeriveError::Stopped),
        }
    }
}
