//! States that other programs wrote: `.npy`, `.npz` and safetensors.
#![no_main]

use std::io::Write;
use std::path::PathBuf;

use antidote::imports::{Input, Options, import};
use antidote::vector::{Fingerprint, ModelId, Target};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("written");
    let target = Target {
        path: PathBuf::from("model.gguf"),
        model: ModelId {
            architecture: "llama".to_owned(),
            name: "fuzzed".to_owned(),
            fingerprint: Fingerprint([7; 32]),
            n_layer: 2,
            n_embd: 4,
        },
        output_norm: None,
    };
    let (harmful, benign) = (file.path().to_owned(), file.path().to_owned());
    let _ = import(&Input::ContrastClasses { harmful, benign }, &target, Options::default());
    let _ = import(&Input::Labelled { states: file.path().to_owned(), labels: None }, &target, Options::default());
});
