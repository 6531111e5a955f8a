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
    let extension = [".txt", ".json", ".jsonl", ".csv", "", ".tsv"][usize::from(*choice) % 6];
    let mut file = tempfile::Builder::new().suffix(extension).tempfile().expect("a file");
    file.write_all(text).expect("written");
    if let Ok(read) = prompts::read_as(file.path(), &prompts::ReadAs::Detected) {
        assert!(read.prompts.iter().any(|prompt| !prompt.text.trim().is_empty()));
        let told = read.told("harmful");
        assert!(!told.contains(['\n', '\r', '\u{1b}']), "{told}");
        let _ = read.contradiction(prompts::Side::Harmful);
    }
    let _ = prompts::read_as(file.path(), &prompts::ReadAs::Columns(vec!["prompt".to_owned()]));
    let _ = prompts::read_pairs(file.path());
});
