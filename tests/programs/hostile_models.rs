//! Models that were tampered with. Each of these headers makes llama.cpp end the process, or load what it should not;
//! here they are refused before it sees them. tampered_headers.rs tries thousands more.

use crate::common::{self, walk};

use std::path::{Path, PathBuf};

use common::random::Random;
use common::{Ran, antidote, root};

fn tiny(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/architectures").join(name).with_extension("gguf")).unwrap()
}

fn answer(model: &Path) -> Ran {
    let args = ["run", "-p", "the inn", "-n", "2", "--temp", "0", "--no-vector"].map(Path::new);
    antidote(args.into_iter().chain([model]))
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("tampered.gguf");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[track_caller]
    fn refuses(&self, bytes: &[u8], words: &[&str]) {
        answer(&self.write(bytes)).fails(1, &[&["tampered.gguf"], words].concat());
    }
}

/// The model with a number of its header set.
fn with_number(name: &str, key: &str, value: u32) -> Vec<u8> {
    let mut bytes = tiny(name);
    let place = walk::place(&bytes, key);
    assert!(!place.is_list && place.bytes.len() == 4, "{place:?}");
    bytes[place.bytes].copy_from_slice(&value.to_le_bytes());
    bytes
}

/// The model with one text replaced by another of the same length, wherever it stands.
fn with_text(name: &str, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = tiny(name);
    let found: Vec<_> = (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from.as_bytes())).collect();
    assert!(!found.is_empty());
    found.iter().for_each(|at| bytes[*at..*at + from.len()].copy_from_slice(to.as_bytes()));
    bytes
}

#[test]
fn the_untouched_models_answer() {
    let bench = Bench::new();
    for name in ["llama", "qwen3moe", "mamba2"] {
        answer(&bench.write(&tiny(name))).succeeds();
    }
}

#[test]
fn numbers_that_llama_cpp_ends_the_process_for_are_refused_before() {
    let bench = Bench::new();
    for value in [513, 1 << 31, u32::MAX] {
        bench.refuses(&with_number("llama", "llama.block_count", value), &["block_count", "at most 512"]);
    }
    bench.refuses(&with_number("llama", "llama.block_count", 0), &["model's shape (block_count"]);
    bench.refuses(&with_number("qwen3moe", "qwen3moe.expert_count", 1025), &["expert_count", "at most 1024"]);
    bench.refuses(&with_number("qwen3moe", "qwen3moe.expert_used_count", 5), &["expert_used_count"]);
    bench.refuses(&with_number("qwen3moe", "qwen3moe.expert_used_count", 0), &["expert_used_count"]);
    bench.refuses(&with_number("qwen3moe", "qwen3moe.expert_count", 0), &["expert_used_count"]);
}

#[test]
fn numbers_that_make_it_divide_by_zero_panic_or_hang_are_refused_before() {
    let bench = Bench::new();
    for value in [0, 1 << 31, u32::MAX] {
        bench.refuses(&with_number("llama", "llama.context_length", value), &["context_length"]);
    }
    bench.refuses(&with_number("olmo2", "olmo2.attention.head_count", 0), &["head_count"]);
    bench.refuses(&with_number("olmo2", "olmo2.attention.head_count_kv", 3), &["head_count_kv"]);
    let mut headless = tiny("plamo2");
    let heads = walk::place(&headless, "plamo2.attention.head_count");
    assert!(heads.is_list);
    headless[heads.bytes].fill(0);
    bench.refuses(&headless, &["head_count", "each layer"]);
    for value in [0, 3, 10] {
        bench.refuses(&with_number("phi3", "phi3.rope.dimension_count", value), &["rope.dimension_count"]);
        // Whose numbers of heads are a list.
        bench.refuses(&with_number("plamo2", "plamo2.rope.dimension_count", value), &["rope.dimension_count"]);
    }
    for epsilon in [-1.0, f32::NAN, f32::INFINITY] {
        let tampered = with_number("llama", "llama.attention.layer_norm_rms_epsilon", epsilon.to_bits());
        bench.refuses(&tampered, &["layer_norm_rms_epsilon"]);
    }
}

/// What no check in front knows of: llama.cpp ends the process, and that is an error which names the model.
#[test]
fn an_abort_of_llama_cpp_is_an_error() {
    let tampered = with_number("deepseek2", "deepseek2.expert_gating_func", 77);
    Bench::new().refuses(&tampered, &["llama.cpp gave up on"]);
}

#[test]
fn a_vocabulary_with_a_token_twice_is_refused() {
    Bench::new().refuses(&with_text("llama", "<0x41>", "<0x42>"), &["token 69", "<0x42>", "twice"]);
}

#[test]
fn a_vocabulary_that_cannot_write_every_byte_is_refused() {
    Bench::new().refuses(&with_text("llama", "<0x0A>", "<0x0.>"), &["no token for the byte 0x0A"]);
}

#[test]
fn models_that_make_no_text_are_refused() {
    let bench = Bench::new();
    bench.refuses(&tiny("bert"), &["'bert' makes no text"]);
    // Under another name, its attention tells.
    bench.refuses(&with_text("bert", "bert", "brtt"), &["attention looks ahead", "brtt.attention.causal"]);
}

#[test]
fn old_split_and_foreign_files_are_right_or_refused() {
    let bench = Bench::new();
    let fingerprint =
        |bytes: &[u8]| antidote::vector::Fingerprint::of(&antidote::gguf::Gguf::parse(bytes).unwrap(), bytes).unwrap();
    let current = tiny("llama");
    let expected = answer(&bench.write(&current)).succeeds();
    // Version 2 differs from 3 in nothing that little-endian machines see.
    let mut second = current.clone();
    second[4] = 2;
    assert_eq!(answer(&bench.write(&second)).succeeds().stdout, expected.stdout);
    assert_eq!(fingerprint(&second), fingerprint(&current));
    let mut first = current.clone();
    first[4] = 1;
    bench.refuses(&first, &["version 1", "convert it again"]);
    let mut big_endian = current.clone();
    big_endian[4..8].reverse();
    bench.refuses(&big_endian, &["big-endian"]);
    // The name makes no part of a file; the header does.
    let part = antidote::gguf::encode(
        &[
            ("general.architecture", antidote::gguf::Entry::Text("llama")),
            ("split.no", antidote::gguf::Entry::Integer(0)),
            ("split.count", antidote::gguf::Entry::Integer(3)),
        ],
        &[],
    );
    let path = bench.folder.path().join("model-00001-of-00003.gguf");
    std::fs::write(&path, part).unwrap();
    answer(&path).fails(1, &["one part of a split model", "llama-gguf-split --merge"]);
}

/// Bytes of the header changed at random: an answer or an error, never a crash.
#[test]
fn changed_headers_are_answered_or_refused() {
    let bench = Bench::new();
    let original = tiny("llama");
    let header = walk::metadata(&original).last().unwrap().bytes.end;
    let mut random = Random::new("changed headers");
    let mut refused = 0;
    for _ in 0..40 {
        let mut bytes = original.clone();
        for _ in 0..1 + random.below(3) {
            let at = random.below(header);
            bytes[at] = random.below(256) as u8;
        }
        // `Ran` panics if a signal ended the program.
        let ran = answer(&bench.write(&bytes));
        assert!(matches!(ran.code, 0 | 1), "{ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        refused += i32::from(ran.code == 1);
    }
    assert!(refused > 0);
}
