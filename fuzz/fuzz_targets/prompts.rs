//! Prompt files, in every shape; the first byte chooses the extension.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;

// The room needs nothing of the others, and the library has it only together with llama.cpp.
#[allow(dead_code, unused_imports, reason = "pairs and errors have other users")]
#[path = "../../src/prompt_files/mod.rs"]
mod prompts;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first() else { return };
    let extension = [".txt", ".json", ".jsonl", ".csv", ""][usize::from(*choice) % 5];
    let mut file = tempfile::Builder::new().suffix(extension).tempfile().expect("a file");
    file.write_all(text).expect("written");
    if let Ok(prompts) = prompts::read(file.path()) {
        assert!(!prompts.is_empty());
    }
    let _ = prompts::read_pairs(file.path());
});
