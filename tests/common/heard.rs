//! What a program says, heard while the test does something else.

use std::fmt;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// What came out of a pipe or a terminal, read in a thread of its own.
#[derive(Clone)]
pub struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    is_let_go: Arc<AtomicBool>,
    reader: Arc<JoinHandle<()>>,
}

impl Heard {
    pub fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(vec![]));
        let is_let_go = Arc::new(AtomicBool::new(false));
        let (into, is_enough) = (bytes.clone(), is_let_go.clone());
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 1 << 14];
            while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                if is_enough.load(Ordering::SeqCst) {
                    return;
                }
                into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..n]);
            }
        });
        Self { bytes, is_let_go, reader: Arc::new(reader) }
    }

    pub fn so_far(&self) -> Vec<u8> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.so_far()).into_owned()
    }

    /// Closes our end when the next byte comes: a terminal is there as long as anybody reads it.
    pub fn let_go(&self) {
        self.is_let_go.store(true, Ordering::SeqCst);
    }

    pub fn is_finished(&self) -> bool {
        self.reader.is_finished()
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.text())
    }
}
