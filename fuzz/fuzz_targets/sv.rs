//! `.sv` files. Behind a right checksum, because nothing else gets past it: the last 32 bytes are put right first.
#![no_main]

use antidote::vector::SvFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = SvFile::from_bytes(bytes);
    if bytes.len() < 64 {
        return;
    }
    let mut sealed = bytes.to_vec();
    let end = sealed.len() - 32;
    let checksum = blake3::hash(&sealed[..end]);
    sealed[end..].copy_from_slice(checksum.as_bytes());
    let Ok(file) = SvFile::from_bytes(&sealed) else { return };
    // What is read can be written, and says something about itself.
    let again = file.to_control_vector().encode().expect("a vector that was read can be written");
    assert!(SvFile::from_bytes(&again).is_ok());
    let _ = file.summary().to_string();
    let _ = antidote::vector::gguf_vector::export(&file, true);
});
