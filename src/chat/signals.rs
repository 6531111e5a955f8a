//! Ctrl-C, and being told to end (SIGTERM, SIGHUP): an answer that is being made stops, what was said is saved, the
//! terminal is left as it was found.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::{CancelToken, Interrupter};

const SIGINT: i32 = 2;

/// Ends the process because of a signal, whose number it is told.
pub type EndBySignal = fn(i32) -> !;

/// Watches for signals while a chat runs.
#[derive(Clone)]
pub(super) struct Watch(Arc<State>);

struct State {
    interrupter: Interrupter,
    /// Locked while something is being done that must not be cut off in the middle; free at the prompt.
    work: Mutex<()>,
    /// The signal that asked the program to end; 0 if none has.
    end: AtomicI32,
}

impl Watch {
    /// Begins to watch. `end` ends the process where the chat itself cannot: while it waits for a line, and when it is
    /// asked a second time. Without it no signal is caught.
    ///
    /// # Errors
    /// Signals cannot be caught.
    pub fn begin(end: Option<EndBySignal>) -> io::Result<Self> {
        let interrupter = Interrupter::default();
        let watch = Self(Arc::new(State { interrupter, work: Mutex::new(()), end: AtomicI32::new(0) }));
        if let Some(end) = end {
            let terminal = Terminal::now();
            let handler = watch.clone();
            on_signal(move |signal| handler.handle(signal, &terminal, end))?;
        }
        Ok(watch)
    }

    /// Signals wait until the guard is dropped, and cancel the token instead of ending the program.
    pub fn work(&self) -> (Work<'_>, CancelToken) {
        let guard = self.0.work.lock().unwrap_or_else(PoisonError::into_inner);
        (Work(guard), self.0.interrupter.begin())
    }

    /// The signal that asked the program to end, once one has.
    pub fn ended(&self) -> Option<i32> {
        let signal = self.0.end.load(Ordering::SeqCst);
        (signal != 0).then_some(signal)
    }

    fn handle(&self, signal: i32, terminal: &Terminal, end: EndBySignal) {
        if signal != SIGINT {
            self.0.end.store(signal, Ordering::SeqCst);
        }
        let leave = |_idle: MutexGuard<'_, ()>| {
            terminal.restore();
            end(signal);
        };
        if let Ok(idle) = self.0.work.try_lock() {
            leave(idle);
        }
        let asked_before = self.0.interrupter.interrupt();
        if signal == SIGINT && asked_before {
            terminal.restore();
            end(signal);
        }
    }
}

/// Something that must not be cut off in the middle.
pub(super) struct Work<'watch>(MutexGuard<'watch, ()>);

impl Work<'_> {
    /// It never ends: the chat is over, and no further signal may end the process while its thread is about to.
    pub fn keep(self) {
        std::mem::forget(self.0);
    }
}

#[cfg(unix)]
fn on_signal(handle: impl Fn(i32) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let watcher = std::thread::Builder::new().name("signals".to_owned());
    watcher.spawn(move || signals.forever().for_each(handle))?;
    Ok(())
}

#[cfg(not(unix))]
fn on_signal(handle: impl Fn(i32) + Send + 'static) -> io::Result<()> {
    ctrlc::set_handler(move || handle(SIGINT)).map_err(io::Error::other)
}

/// While it lives, the terminal does not show what is typed: keys pressed during an answer wait for the next line instead
/// of standing in the middle of it.
pub(super) struct Silence {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Silence {
    pub fn begin() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let settings = tcgetattr(io::stdin()).ok();
        if let Some(settings) = &settings {
            let mut silent = settings.clone();
            silent.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &silent);
        }
        Self { settings }
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        if let Some(settings) = &self.settings {
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, settings);
        }
    }
}

#[cfg(not(unix))]
impl Silence {
    pub fn begin() -> Self {
        Self {}
    }
}

/// How the terminal was set before the line editor changed it.
struct Terminal {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Terminal {
    fn now() -> Self {
        Self { settings: rustix::termios::tcgetattr(io::stdin()).ok() }
    }

    /// A signal comes in the middle of the editor's line, which then never gets to clean up behind itself.
    fn restore(&self) {
        use std::io::Write;
        let Some(settings) = &self.settings else { return };
        let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, settings);
        // The editor had pastes marked; that ends, and the shell begins on a line of its own.
        let _ = io::stderr().write_all(b"\x1b[?2004l\n");
    }
}

#[cfg(not(unix))]
impl Terminal {
    fn now() -> Self {
        Self {}
    }

    fn restore(&self) {}
}
