//! Dumps of hidden states.
#![no_main]

use std::io::Write;

use antidote::dump::Dump;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("written");
    let Ok(dump) = Dump::open(file.path()) else { return };
    let mut state = vec![0.0; dump.n_embd()];
    for prompt in 0..dump.n_prompts().min(4) {
        for layer in 0..dump.n_layer().min(4) {
            dump.read_state(prompt, layer, &mut state);
        }
    }
});
