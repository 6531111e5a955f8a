//! One call into llama.cpp for one model: which model that is, and what llama.cpp complains of meanwhile.
//!
//! llama.cpp has one log and one abort callback for the whole process, and calls both on the thread that called it. So
//! what belongs to a call is kept with its thread: of several models in one process, each error quotes its own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// How many complaints an error quotes: llama.cpp says the cause first and then every caller's view of it.
const KEPT_COMPLAINTS: usize = 4;

#[derive(Default)]
struct OfThread {
    /// The model of the call that runs, or of the last one.
    model: Option<Arc<Path>>,
    /// What was complained of in the call that runs; `None` outside of one.
    complaints: Option<VecDeque<String>>,
}

thread_local! {
    static OF_THREAD: RefCell<OfThread> = RefCell::default();
}

/// Models of all calls that run now, one entry a call: an abort may come on a thread of llama.cpp's own.
static RUNNING: Mutex<Vec<Arc<Path>>> = Mutex::new(Vec::new());

/// A call into llama.cpp, from here until this is dropped, on the thread that began it.
pub(super) struct Operation {
    model: Arc<Path>,
    outer: OfThread,
    /// It belongs to its thread.
    not_send: PhantomData<*const ()>,
}

impl Operation {
    /// Begins a call for the model at `model`, without complaints.
    pub fn begin(model: &Arc<Path>) -> Self {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(model));
        let own = OfThread { model: Some(Arc::clone(model)), complaints: Some(VecDeque::new()) };
        Self { model: Arc::clone(model), outer: OF_THREAD.replace(own), not_send: PhantomData }
    }

    /// The last complaints of this call, oldest first. Reading them forgets them.
    pub fn complaints(&self) -> Vec<String> {
        OF_THREAD.with_borrow_mut(|it| it.complaints.as_mut().map(std::mem::take)).unwrap_or_default().into()
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = running.iter().rposition(|model| Arc::ptr_eq(model, &self.model)) {
            running.swap_remove(own);
        }
        drop(running);
        // Back to the call that this one was made in, if there is one. A thread that ends may have nothing left.
        let _ = OF_THREAD.try_with(|it| {
            let mut it = it.borrow_mut();
            it.complaints = self.outer.complaints.take();
            if it.complaints.is_some() {
                it.model = self.outer.model.take();
            }
        });
    }
}

/// llama.cpp complains on this thread. Outside of a call nobody would read it.
pub(super) fn complain(text: &str) {
    let _ = OF_THREAD.try_with(|it| {
        let mut it = it.borrow_mut();
        let Some(complaints) = &mut it.complaints else { return };
        if complaints.len() == KEPT_COMPLAINTS {
            complaints.pop_front();
        }
        complaints.push_back(text.trim().to_owned());
    });
}

/// The models that something which went wrong on this thread can be about: the one that it works on or worked on last;
/// on a thread that never called llama.cpp, those of all calls that run.
pub(super) fn models_at_work() -> Vec<Arc<Path>> {
    let own = OF_THREAD.try_with(|it| it.try_borrow().ok()?.model.clone());
    if let Ok(Some(own)) = own {
        return vec![own];
    }
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).clone();
    running.sort();
    running.dedup();
    running
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> Arc<Path> {
        Path::new(name).into()
    }

    #[test]
    fn complaints_belong_to_the_call_and_the_thread_that_they_came_in() {
        complain("before");
        let operation = Operation::begin(&path("a"));
        complain(" of a \n");
        std::thread::spawn(|| {
            let operation = Operation::begin(&path("b"));
            complain("of b");
            assert_eq!(operation.complaints(), ["of b"]);
        })
        .join()
        .unwrap();
        {
            let inner = Operation::begin(&path("c"));
            complain("of c");
            assert_eq!(models_at_work(), [path("c")]);
            assert_eq!(inner.complaints(), ["of c"]);
            complain("nobody asks");
        }
        assert_eq!(models_at_work(), [path("a")]);
        assert_eq!(operation.complaints(), ["of a"]);
        assert!(operation.complaints().is_empty());
        drop(operation);
        assert!(Operation::begin(&path("a")).complaints().is_empty());
    }

    #[test]
    fn the_last_complaints_are_kept() {
        let operation = Operation::begin(&path("a"));
        (0..9).for_each(|n| complain(&n.to_string()));
        assert_eq!(operation.complaints(), ["5", "6", "7", "8"]);
    }

    #[test]
    fn a_thread_that_has_called_nothing_blames_the_calls_that_run() {
        let operation = Operation::begin(&path("at work"));
        let blamed = || std::thread::spawn(models_at_work).join().unwrap();
        assert!(blamed().contains(&path("at work")));
        drop(operation);
        assert!(!blamed().contains(&path("at work")));
        // It is still the last that this one worked on.
        assert_eq!(models_at_work(), [path("at work")]);
    }
}
