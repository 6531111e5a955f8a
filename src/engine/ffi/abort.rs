//! llama.cpp ends the process when something is so wrong that it does not go on (`ggml_abort`). Files are checked
//! before it sees them (`engine/gguf_validation.rs`), but no list of checks is complete; a program can say what happens to the
//! rest. If none does, llama.cpp prints a backtrace, for which it starts a debugger where there is one, and aborts.

use std::ffi::{CStr, c_char};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use llama_cpp_sys_2 as sys;

use crate::engine::operation::models_at_work;

/// llama.cpp gives up.
#[derive(Debug)]
pub struct Abort<'a> {
    /// What it says.
    pub message: &'a str,
    /// The model that it was called for. Several, if it gave up on a thread of its own while several were at work.
    pub models: &'a [Arc<Path>],
}

static HANDLER: Mutex<Option<fn(&Abort<'_>)>> = Mutex::new(None);

/// From now on `handler` is called when llama.cpp ends the process (`ggml_set_abort_callback`): to say so, and to end
/// it in the program's own way; if it returns, the process aborts. It is called on the thread that failed, in the middle
/// of whatever that was doing, so it should not call into the engine again. A second call replaces the first one's.
pub fn on_abort(handler: fn(&Abort<'_>)) {
    let mut installed = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    let is_first = installed.replace(handler).is_none();
    if is_first {
        // SAFETY: the callback lives as long as the process.
        unsafe { sys::ggml_set_abort_callback(Some(on_ggml_abort)) };
    }
}

/// # Safety
/// `message` is a string that ends with a zero, or null.
unsafe extern "C" fn on_ggml_abort(message: *const c_char) {
    let message = if message.is_null() {
        String::new()
    } else {
        // SAFETY: see above.
        unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
    };
    let handler = *HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handler) = handler {
        handler(&Abort { message: &message, models: &models_at_work() });
    }
}
