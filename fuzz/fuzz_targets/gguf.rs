//! GGUF headers: as a model, and as a control vector.
#![no_main]

use std::path::Path;

use antidote::gguf::{Gguf, Value};
use antidote::vector::gguf_vector::GgufVector;
use antidote::vector::{Fingerprint, OutputNorm};
use antidote::gguf::shape_of_model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(gguf) = Gguf::parse(bytes) else { return };
    let _ = Fingerprint::of(&gguf, bytes);
    if let Ok((_, n_embd)) = shape_of_model(&gguf) {
        let _ = OutputNorm::of(&gguf, bytes, n_embd);
    }
    if let Some(Value::List(list)) = gguf.get("tokenizer.ggml.tokens") {
        assert!(list.texts().is_none_or(|texts| texts.count() as u64 == list.len()));
    }
    gguf.tensors().iter().for_each(|tensor| assert_eq!(tensor.bytes(bytes).len(), tensor.range().len()));
    let _ = GgufVector::parse(Path::new("fuzzed.gguf"), bytes);
});
