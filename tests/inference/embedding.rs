//! The library inside a program that is not ours: it does nothing to the process unasked, and several models in one
//! process keep out of each other's way.
#![cfg(target_os = "linux")]

use crate::common::{self, walk};

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use antidote::engine::{
    CancelToken, ConstraintSpec, ContextOptions, ContextParams, EngineError, FinishReason, Handle, Limits, LoadOptions,
    Model, OwnedEvent, Request, Sampler, Session, Steering, SteeringVector, Trial, on_abort,
};
use antidote::files::{MappedFile, on_bus_error};
use antidote::gguf::Gguf;
use antidote::vector::SvFile;
use common::{Running, root};

const SIGABRT: i32 = 6;
const SIGBUS: i32 = 7;

fn demo_model() -> PathBuf {
    root().join("models/demo.Q8_0.gguf")
}

fn tiny(name: &str) -> PathBuf {
    root().join("tests/architectures").join(name).with_extension("gguf")
}

fn options(path: &Path) -> ContextOptions {
    ContextOptions { threads: 1, ..ContextOptions::for_chat(Model::outline(path).unwrap(), None) }
}

fn load(path: &Path) -> Result<Arc<Model>, EngineError> {
    Model::load(path, &options(path), LoadOptions::default()).map(Arc::new)
}

fn demo_steering(model: &Arc<Model>) -> Steering {
    let file = Arc::new(SvFile::open(&root().join("vectors/demo.refusal.sv")).unwrap());
    let alpha = file.header().suggested_alpha.unwrap();
    let vector = model.verify(&file, Trial { alpha, ..Trial::default() }).unwrap();
    Steering::new(vec![SteeringVector { name: "refusal".to_owned(), vector, alpha }])
}

/// Runs `test` of this file once more, in a process of its own, and gives how that ended; `None` is that process.
fn alone(test: &str) -> Option<Output> {
    const IS_ALONE: &str = "ANTIDOTE_TEST_ALONE";
    if std::env::var_os(IS_ALONE).is_some() {
        return None;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("inference::embedding::{test}"), "--nocapture"]).env(IS_ALONE, "1");
    // Where nobody handles an abort, llama.cpp would start a debugger.
    let output = Running::start(command.env("GGML_NO_BACKTRACE", "1")).ends();
    let ran = String::from_utf8_lossy(&output.stdout);
    assert!(ran.contains("running 1 test"), "{test} has another name: {ran}");
    Some(output)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The signals that this process catches and ignores, as the system counts them.
fn dispositions() -> Vec<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let lines = status.lines().filter(|line| line.starts_with("SigCgt") || line.starts_with("SigIgn"));
    lines.map(str::to_owned).collect()
}

#[test]
fn using_the_library_catches_no_signal() {
    if let Some(output) = alone("using_the_library_catches_no_signal") {
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let before = dispositions();
    assert_eq!(before.len(), 2);
    let model = load(&demo_model()).unwrap();
    let steering = demo_steering(&model);
    let mut session = Session::new(&model, &options(model.path()), steering.clone()).unwrap();
    let prompt = model.tokenize("How do I clean the lathe?");
    let limits = Limits::tokens(8);
    let go_on = &mut |_: &str| ControlFlow::Continue(());
    session.answer(&prompt, &mut Sampler::default(), &limits, &CancelToken::default(), go_on).unwrap();
    let handle = Handle::spawn(&model, ContextParams::for_many(&model, &options(model.path()), 2, 256)).unwrap();
    handle.submit(Request::text(prompt, steering, Sampler::default(), limits)).wait().unwrap();
    assert_eq!(dispositions(), before);
}

/// Names that the program at `path` defines for everything that it loads (ELF's `.dynsym`).
#[cfg(all(target_env = "gnu", target_pointer_width = "64", target_endian = "little"))]
fn defined_symbols(path: &Path) -> Vec<String> {
    const DYNAMIC_SYMBOLS: usize = 11;
    let file = fs::read(path).unwrap();
    let number = |at: usize, size: usize| {
        file[at..at + size].iter().rev().fold(0, |number: usize, byte| number << 8 | usize::from(*byte))
    };
    let (sections, size, count) = (number(0x28, 8), number(0x3A, 2), number(0x3C, 2));
    let section = |index: usize| sections + index * size;
    let table = (0..count).map(section).find(|at| number(at + 4, 4) == DYNAMIC_SYMBOLS).expect("a table of symbols");
    let (symbols, length) = (number(table + 0x18, 8), number(table + 0x20, 8));
    let names = number(section(number(table + 0x28, 4)) + 0x18, 8);
    let is_defined = |at: &usize| number(at + 6, 2) != 0;
    let name = |at: usize| {
        let start = names + number(at, 4);
        let end = start + file[start..].iter().position(|byte| *byte == 0).unwrap();
        String::from_utf8_lossy(&file[start..end]).into_owned()
    };
    (symbols..symbols + length).step_by(24).filter(is_defined).map(name).collect()
}

#[test]
#[cfg(all(target_env = "gnu", target_pointer_width = "64", target_endian = "little"))]
fn only_the_program_has_an_allocator_of_its_own() {
    let has_one = |path: &Path| defined_symbols(path).iter().any(|name| name == "posix_memalign");
    assert!(has_one(Path::new(env!("CARGO_BIN_EXE_antidote"))));
    assert!(!has_one(&std::env::current_exe().unwrap()));
}

/// Reads a mapped file that was cut off meanwhile.
fn read_what_was_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, [7; 100]).unwrap();
    let map = MappedFile::open(&path).unwrap();
    File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    println!("{}", map[50]);
}

#[test]
fn a_file_that_is_cut_off_raises_the_signal() {
    match alone("a_file_that_is_cut_off_raises_the_signal") {
        Some(output) => assert_eq!(output.status.signal(), Some(SIGBUS), "{output:?}"),
        None => read_what_was_cut_off(),
    }
}

#[test]
fn a_program_can_say_how_it_ends_then() {
    if let Some(output) = alone("a_program_can_say_how_it_ends_then") {
        assert_eq!(output.status.code(), Some(9), "{output:?}");
        assert!(stderr(&output).contains("cut off, says the program"), "{output:?}");
        return;
    }
    on_bus_error("cut off, says the program\n", 9).unwrap();
    read_what_was_cut_off();
}

/// A model that llama.cpp loads and then gives up on; the folder that it is in.
fn doomed() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("doomed.gguf");
    let mut bytes = fs::read(tiny("deepseek2")).unwrap();
    let place = walk::place(&bytes, "deepseek2.expert_gating_func");
    bytes[place.bytes].copy_from_slice(&77_u32.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// Makes llama.cpp give up on [`doomed`] while another model, loaded after it, is at work.
fn give_up_beside_another_model() {
    let (_folder, path) = doomed();
    let doomed = load(&path);
    let other = load(&tiny("llama")).unwrap();
    let handle = Handle::spawn(&other, ContextParams::for_one(&other, &options(other.path()))).unwrap();
    let limits = Limits { ignore_end: true, ..Limits::tokens(100) };
    let mut stream =
        handle.submit(Request::text(other.tokenize("the inn"), Steering::default(), Sampler::default(), limits));
    assert!(stream.any(|event| matches!(event, OwnedEvent::Text(_))));
    let _ = Session::new(&doomed.unwrap(), &options(&path), Steering::default());
}

#[test]
fn without_a_handler_an_abort_is_an_abort() {
    match alone("without_a_handler_an_abort_is_an_abort") {
        Some(output) => assert_eq!(output.status.signal(), Some(SIGABRT), "{output:?}"),
        None => give_up_beside_another_model(),
    }
}

#[test]
fn an_abort_is_told_with_the_model_that_it_is_about() {
    if let Some(output) = alone("an_abort_is_told_with_the_model_that_it_is_about") {
        assert_eq!(output.status.code(), Some(8), "{output:?}");
        let said = stderr(&output);
        assert!(said.contains("gave up on [\"doomed.gguf\"]"), "{said}");
        return;
    }
    on_abort(|abort| {
        let names: Vec<_> = abort.models.iter().filter_map(|model| model.file_name()).collect();
        eprintln!("gave up on {names:?}: {}", abort.message);
        // Another thread computes: nothing is cleaned up under it.
        signal_hook::low_level::exit(8);
    });
    give_up_beside_another_model();
}

/// A copy of the tiny llama in which llama.cpp does not find `tensor`.
fn without(tensor: &str, folder: &Path) -> PathBuf {
    let mut bytes = fs::read(tiny("llama")).unwrap();
    let at = bytes.windows(tensor.len()).position(|window| window == tensor.as_bytes()).expect("it has that tensor");
    bytes[at + tensor.len() - 1] = b'?';
    Gguf::parse(&bytes).unwrap();
    let path = folder.join(tensor).with_extension("gguf");
    fs::write(&path, bytes).unwrap();
    path
}

/// Nobody listens to the log here, and still errors say why.
#[test]
fn every_error_quotes_its_own_complaints() {
    const ROUNDS: usize = 20;
    let tensors = ["blk.0.attn_q.weight", "blk.1.ffn_up.weight"];
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for tensor in tensors {
            let path = without(tensor, folder.path());
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    let error = load(&path).unwrap_err();
                    let EngineError::Load { complaints, .. } = &error else { panic!("{error}") };
                    assert!(complaints.iter().any(|text| text.contains(tensor)), "{tensor}: {complaints:?}");
                    let foreign = |text: &String| tensors.iter().any(|other| *other != tensor && text.contains(other));
                    assert!(!complaints.iter().any(foreign), "{tensor}: {complaints:?}");
                }
            });
        }
        scope.spawn(|| {
            for round in 0..ROUNDS {
                let model = load(&tiny("llama")).unwrap();
                // Of a grammar llama.cpp complains to standard error as well: not more often than it takes.
                if round % 5 > 0 {
                    continue;
                }
                let grammar = ConstraintSpec::Gbnf("root ::= missing".to_owned());
                let error = Sampler::default().with_constraint(&grammar, &model).err().expect("no grammar");
                let EngineError::Grammar { complaints, .. } = &error else { panic!("{error}") };
                assert!(complaints.iter().all(|text| !text.contains("tensor")), "{complaints:?}");
            }
        });
    });
}

/// The texts of `prompts` answered on a handle, one after another.
fn answers(handle: &Handle, steering: &Steering, prompts: &[&str]) -> Vec<String> {
    let answer = |prompt: &&str| {
        let limits = Limits { ignore_end: true, ..Limits::tokens(24) };
        let tokens = handle.model().tokenize(prompt);
        let done = handle.submit(Request::text(tokens, steering.clone(), Sampler::default(), limits)).wait().unwrap();
        assert_eq!((done.finish, done.generated_tokens), (FinishReason::Length, 24));
        done.text
    };
    prompts.iter().map(answer).collect()
}

#[test]
fn two_models_answer_side_by_side_as_each_does_alone() {
    let prompts = ["the inn", "How do I clean the lathe?", "a b c", "stop the press"];
    let handle = |path: &Path| {
        let model = load(path).unwrap();
        let params = ContextParams::for_many(&model, &options(path), 2, 256);
        Handle::spawn(&model, params).unwrap()
    };
    let (demo, other) = (handle(&demo_model()), handle(&tiny("llama")));
    let (steered, plain) = (demo_steering(demo.model()), Steering::default());
    let alone = (answers(&demo, &steered, &prompts), answers(&other, &plain, &prompts));
    assert_ne!(alone.0, alone.1);
    for _ in 0..3 {
        let together = thread::scope(|scope| {
            let first = scope.spawn(|| answers(&demo, &steered, &prompts));
            let second = scope.spawn(|| answers(&other, &plain, &prompts));
            (first.join().unwrap(), second.join().unwrap())
        });
        assert_eq!(together, alone);
    }
    // A vector of one is no vector of the other.
    let request = Request::text(other.model().tokenize("x"), steered, Sampler::default(), Limits::tokens(1));
    let error = other.submit(request).wait().unwrap_err();
    assert!(matches!(error, EngineError::NotVerified { .. }), "{error}");
}
