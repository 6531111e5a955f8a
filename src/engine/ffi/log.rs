//! llama.cpp's log: to `tracing`, where nothing is shown unless somebody listens; and errors to the call that they came
//! in, listener or not.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Once;

use llama_cpp_sys_2 as sys;
use tracing::Level;

use crate::engine::operation::complain;

/// Takes the log over (`llama_log_set`), which llama.cpp has one of for the whole process. Otherwise it writes to
/// standard error.
pub(in crate::engine) fn divert() {
    static ONCE: Once = Once::new();
    // SAFETY: the callbacks live as long as the process and need no data. ggml's comes second, because the first call
    // sets that as well.
    ONCE.call_once(|| unsafe {
        sys::llama_log_set(Some(on_llama_log), null_mut());
        sys::ggml_log_set(Some(on_ggml_log), null_mut());
    });
}

/// Who logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Llama,
    Ggml,
}

/// A line as far as it was written: some come in pieces.
#[derive(Default)]
struct Line {
    level: Option<Level>,
    text: String,
}

thread_local! {
    static LINES: [RefCell<Line>; 2] = <[RefCell<Line>; 2]>::default();
}

/// # Safety
/// `text` is a string that ends with a zero, or null.
unsafe extern "C" fn on_llama_log(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    // SAFETY: see above.
    unsafe { on_log(Source::Llama, level, text) }
}

/// # Safety
/// As for [`on_llama_log`].
unsafe extern "C" fn on_ggml_log(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    // SAFETY: see above.
    unsafe { on_log(Source::Ggml, level, text) }
}

/// # Safety
/// As for [`on_llama_log`].
unsafe fn on_log(source: Source, level: sys::ggml_log_level, text: *const c_char) {
    if text.is_null() {
        return;
    }
    // SAFETY: see above.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    // `None`: it goes on.
    let level = match level {
        sys::GGML_LOG_LEVEL_CONT => None,
        sys::GGML_LOG_LEVEL_DEBUG => Some(Level::DEBUG),
        sys::GGML_LOG_LEVEL_WARN => Some(Level::WARN),
        sys::GGML_LOG_LEVEL_ERROR => Some(Level::ERROR),
        _ => Some(Level::INFO),
    };
    // A panic of whoever listens must not unwind into C++.
    let _ =
        catch_unwind(AssertUnwindSafe(|| add(source, level, &text, &mut |level, line| pass_on(source, level, line))));
}

/// Adds `text` to the line that this thread is writing, and gives out what is whole.
fn add(source: Source, level: Option<Level>, text: &str, give_out: &mut dyn FnMut(Level, &str)) {
    let mut whole = vec![];
    let _ = LINES.try_with(|lines| {
        let mut line = lines[source as usize].borrow_mut();
        if level.is_some() {
            if !line.text.is_empty() {
                whole.push((line.level.unwrap_or(Level::INFO), std::mem::take(&mut line.text)));
            }
            line.level = level;
        }
        line.text.push_str(text);
        if let Some(text) = line.text.strip_suffix('\n') {
            whole.push((line.level.unwrap_or(Level::INFO), text.to_owned()));
            line.text.clear();
        }
    });
    whole.iter().for_each(|(level, line)| give_out(*level, line));
}

/// A whole line.
fn pass_on(source: Source, level: Level, line: &str) {
    let (function, text) = split(line);
    if level == Level::ERROR {
        complain(text);
    }
    macro_rules! event {
        ($level:expr) => {
            match source {
                Source::Llama => tracing::event!(
                    target: "llama.cpp", $level, module = function.map(|name| format!("llama.cpp::{name}")), "{text}"
                ),
                Source::Ggml => tracing::event!(
                    target: "ggml", $level, module = function.map(|name| format!("ggml::{name}")), "{text}"
                ),
            }
        };
    }
    match level {
        Level::ERROR => event!(Level::ERROR),
        Level::WARN => event!(Level::WARN),
        Level::INFO => event!(Level::INFO),
        _ => event!(Level::DEBUG),
    }
}

/// The function that most lines begin with (`llama_model_load: …`), and what it says.
fn split(line: &str) -> (Option<&str>, &str) {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match line.split_once(": ") {
        Some((name, text)) if is_name(name) => (Some(name), text),
        _ => (None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together() {
        let mut lines = vec![];
        let mut add = |source, level, text: &str| {
            add(source, level, text, &mut |level, line| lines.push(format!("{source:?} {level} {line}")))
        };
        add(Source::Llama, Some(Level::INFO), "one\n");
        add(Source::Llama, Some(Level::WARN), "two ");
        add(Source::Ggml, Some(Level::ERROR), "between\n");
        add(Source::Llama, None, "and a half\n");
        add(Source::Llama, None, "still two\n");
        add(Source::Llama, Some(Level::WARN), "cut off");
        add(Source::Llama, Some(Level::DEBUG), "next\n");
        let expected = [
            "Llama INFO one",
            "Ggml ERROR between",
            "Llama WARN two and a half",
            "Llama WARN still two",
            "Llama WARN cut off",
            "Llama DEBUG next",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_line_is_told_from_its_function() {
        assert_eq!(split("llama_model_load: error: x"), (Some("llama_model_load"), "error: x"));
        assert_eq!(split("Not a name: x"), (None, "Not a name: x"));
        assert_eq!(split("plain"), (None, "plain"));
        assert_eq!(split(": x"), (None, ": x"));
    }
}
