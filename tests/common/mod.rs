//! Running the real programs on the real demo model.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod walk;
pub mod widened;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn demo_model() -> PathBuf {
    root().join("models/demo.Q8_0.gguf")
}

pub fn demo_vector() -> PathBuf {
    root().join("vectors/demo.refusal.sv")
}

/// A golden file that Hugging Face transformers or the gguf package made.
pub fn hf(name: &str) -> PathBuf {
    root().join("tests/golden/hf").join(name)
}

/// The context that the demo model is chatted with in.
#[cfg(feature = "engine")]
pub fn options() -> antidote::engine::ContextOptions {
    use antidote::engine::{ContextOptions, Many, Model};
    // One thread: tests run beside each other, and two of each would wait for each other while those of another compute.
    let many = Many { threads: Some(1), ..Many::default() };
    ContextOptions { many, ..ContextOptions::for_chat(Model::outline(&demo_model()).unwrap(), None) }
}

/// The demo model, loaded.
#[cfg(feature = "engine")]
pub fn model() -> antidote::engine::Model {
    use antidote::engine::{LoadOptions, Model};
    Model::load(&demo_model(), &options(), LoadOptions::default()).unwrap()
}

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the programs write UTF-8");
        // No code means a signal: an abort or a crash, which no input may cause.
        let code = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {output:?}"));
        Self { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// Fails with `code`, nothing on standard output, one `error:` that holds every one of `words`, and no panic.
    #[track_caller]
    pub fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
        assert!(self.stderr.contains("error:"), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "no '{word}' in {}", self.stderr);
        }
        self
    }
}

#[cfg(feature = "engine")]
pub fn antidote<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Ran {
    antidote_with_input(args, b"")
}

#[cfg(feature = "engine")]
pub fn antidote_with_input<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I, input: &[u8]) -> Ran {
    run(Command::new(env!("CARGO_BIN_EXE_antidote")).args(args), input)
}

pub fn antidote_derive<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Ran {
    run(Command::new(env!("CARGO_BIN_EXE_antidote-derive")).args(args), b"")
}

pub fn run(command: &mut Command, input: &[u8]) -> Ran {
    command.env("LC_ALL", "C.UTF-8");
    // Whoever runs the tests may have a config file, or have tuned the demo model.
    for variable in ["ANTIDOTE_CONFIG", "ANTIDOTE_TUNED"] {
        if command.get_envs().all(|(name, _)| name != variable) {
            command.env(variable, "");
        }
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    let input = input.to_vec();
    // In a thread of its own, because a program that fails early never reads its input.
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the program ends");
    let _ = writer.join();
    Ran::new(output)
}

/// α that the demo's vector suggests.
pub fn suggested_alpha() -> f32 {
    antidote::vector::SvFile::open(&demo_vector()).unwrap().header().suggested_alpha.expect("the demo's is known")
}

/// An attack that works on the plain model.
pub fn attack() -> String {
    let text = std::fs::read_to_string(root().join("models/demo/prompts/test.jsonl")).unwrap();
    let mut cases = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let attack = cases.find(|case| case["kind"] == "attack").expect("there are attacks");
    attack["prompt"].as_str().expect("a text").to_owned()
}

/// Names of everything in `folder`, sorted.
pub fn files_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A vector for `model` with these components, `(layer, [(index, value)])`.
#[cfg(feature = "engine")]
pub fn vector_for(model: &antidote::engine::Model, layers: &[(u32, &[(u32, f32)])]) -> antidote::vector::ControlVector {
    use antidote::vector::{ControlVector, LayerStats, SparseLayer, SvFile};
    let mut header = SvFile::open(&demo_vector()).unwrap().header().clone();
    header.model = model.id();
    let layer = |(layer, components): &(u32, &[(u32, f32)])| {
        let (indices, values) = components.iter().copied().unzip();
        SparseLayer { layer: *layer, indices, values, stats: LayerStats::default() }
    };
    ControlVector { header, layers: layers.iter().map(layer).collect() }
}
