//! llama.cpp ends the process when something is so wrong that it does not go on (`ggml_abort`). Files are checked
//! before it sees them (`engine/suitable.rs`), but no list of checks is complete; this is what happens to the rest: a
//! sentence that names the model, and exit code 1. Without it llama.cpp would print a backtrace, for which it starts a
//! debugger where there is one.

use std::ffi::{CStr, c_char};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};

use llama_cpp_sys_2 as sys;

/// The model that was loaded last: the one to name.
static MODEL: Mutex<Option<PathBuf>> = Mutex::new(None);

/// From now on an abort of llama.cpp is an error about the model at `path`.
pub(in crate::engine) fn watch(path: &Path) {
    static ONCE: Once = Once::new();
    // SAFETY: the callback lives as long as the process.
    ONCE.call_once(|| unsafe {
        sys::ggml_set_abort_callback(Some(on_abort));
    });
    if let Ok(mut model) = MODEL.lock() {
        *model = Some(path.to_owned());
    }
}

/// # Safety
/// `message` is a string that ends with a zero, or null.
unsafe extern "C" fn on_abort(message: *const c_char) {
    let said = if message.is_null() {
        String::new()
    } else {
        // SAFETY: see above.
        unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
    };
    // Whoever holds the lock may be this very thread.
    let model = MODEL.try_lock().ok().and_then(|model| model.clone()).unwrap_or_default();
    let _ = writeln!(
        std::io::stderr(),
        "error: llama.cpp gave up on {}: {said}. The file is damaged, or of a kind that this version does not run; \
         nothing more is answered",
        model.display()
    );
    end();
}

/// Ends the process at once, without the clean-up that other threads may be in the middle of.
#[cfg(unix)]
fn end() -> ! {
    signal_hook::low_level::exit(1)
}

#[cfg(not(unix))]
fn end() -> ! {
    std::process::exit(1)
}
