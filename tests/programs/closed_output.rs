//! Output that nobody reads: closed from the start, or as soon as the reader has had enough. Whatever is read is left
//! as it is, and every program ends quietly.
#![cfg(unix)]

use crate::common;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::{Ran, Running, demo_model, demo_vector, files_in, root};

const ANTIDOTE: &str = env!("CARGO_BIN_EXE_antidote");
const DERIVE: &str = env!("CARGO_BIN_EXE_antidote-derive");

/// A pipe that nobody reads: every write to it fails.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A folder in which every command below leaves what it makes.
struct Scratch(tempfile::TempDir);

/// What to run, and the file that it makes.
struct Case {
    program: &'static str,
    args: Vec<OsString>,
    makes: Option<PathBuf>,
}

impl Scratch {
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        std::fs::copy(demo_model(), scratch.path("alone.gguf")).unwrap();
        std::fs::write(scratch.path("prompts.txt"), "stop the press\nclean the lathe\n").unwrap();
        // One of them has another's id, of which there is a note.
        let cases = ["a", "b", "a"].map(|id| {
            serde_json::json!({"id": id, "prompt": format!("{id}: clean the lathe"), "kind": "benign"}).to_string()
        });
        std::fs::write(scratch.path("cases.jsonl"), cases.join("\n")).unwrap();
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `run`, `eval`, derivation, `dump` and `inspect`, as many words on both outputs as they have.
    fn cases(&self) -> Vec<Case> {
        let words = |words: &str| words.split(' ').map(OsString::from).collect::<Vec<_>>();
        let path = |name: &str| self.path(name).into_os_string();
        let mut run = words("run --temp 0 -n 8 -vvv -p hello");
        run.push(path("alone.gguf"));
        let mut eval = words("eval --no-vector --defence none --max-tokens 8 --threads 1 --cases");
        eval.extend([path("cases.jsonl"), "--out".into(), path("out"), path("alone.gguf")]);
        let mut derive = words("--fit-all --force --out");
        derive.extend([path("v.sv"), root().join("tests/golden/derive/dump.safetensors").into()]);
        let mut dump = words("dump --force --harmful");
        dump.extend([path("prompts.txt"), "--benign".into(), path("prompts.txt"), "-o".into(), path("d.safetensors")]);
        dump.push(path("alone.gguf"));
        let inspect = vec!["inspect".into(), demo_vector().into()];
        let case =
            |program, args, makes: Option<&str>| Case { program, args, makes: makes.map(|name| self.path(name)) };
        vec![
            case(ANTIDOTE, run, None),
            case(ANTIDOTE, eval, Some("out/report.html")),
            case(DERIVE, derive, Some("v.sv")),
            case(ANTIDOTE, dump, Some("d.safetensors")),
            case(ANTIDOTE, inspect, None),
        ]
    }
}

impl Case {
    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.args(&self.args);
        command
    }

    /// By a shell that redirects its output so.
    fn redirected(&self, how: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec \"$0\" \"$@\" {how}"), self.program]).args(&self.args);
        command
    }

    /// It ended well, said nothing of a closed pipe, and what it makes is there.
    #[track_caller]
    fn ended_quietly(&self, ran: Ran) {
        assert_eq!(ran.code, 0, "{:?}: {ran:?}", self.args);
        for complaint in ["panicked", "error:", "Broken pipe", "Unable to write"] {
            assert!(!ran.stderr.contains(complaint), "{:?}: {ran:?}", self.args);
        }
        if let Some(made) = &self.makes {
            std::fs::remove_file(made).unwrap_or_else(|error| panic!("{:?}: {}: {error}", self.args, made.display()));
        }
    }
}

#[test]
fn a_reader_of_standard_output_may_go() {
    for case in Scratch::new().cases() {
        case.ended_quietly(Running::start_with(&mut case.command(), unread(), Stdio::piped()).ends().into());
    }
}

#[test]
fn a_reader_of_standard_error_may_go_and_the_work_goes_on() {
    let scratch = Scratch::new();
    for case in scratch.cases() {
        let ran: Ran = Running::start_with(&mut case.command(), Stdio::piped(), unread()).ends().into();
        assert!(!ran.stdout.is_empty() || case.args[0] == "dump", "{:?}", case.args);
        case.ended_quietly(ran);
    }
    // Even of an error only the exit code is left.
    let mut command = Command::new(ANTIDOTE);
    let ran: Ran = Running::start_with(command.args(["inspect", "none.sv"]), Stdio::piped(), unread()).ends().into();
    assert_eq!(ran.code, 1);
}

#[test]
fn both_readers_may_go() {
    for case in Scratch::new().cases() {
        case.ended_quietly(Running::start_with(&mut case.command(), unread(), unread()).ends().into());
    }
}

#[test]
fn outputs_may_be_closed_from_the_start() {
    for case in Scratch::new().cases() {
        for how in [">&-", "2>&-", ">&- 2>&-"] {
            case.ended_quietly(common::run(&mut case.redirected(how), b""));
        }
    }
}

/// As people write it.
#[test]
fn the_first_line_of_an_evaluation_is_enough() {
    let scratch = Scratch::new();
    let eval = &scratch.cases()[1];
    let mut command = Command::new("sh");
    command.args(["-c", "{ \"$0\" \"$@\" 2>&1; echo \"ended with $?\" >&2; } | head -1", ANTIDOTE]).args(&eval.args);
    let ran = common::run(&mut command, b"");
    assert!(ran.stdout.starts_with("benign: 3 prompts from ") && ran.stdout.lines().count() == 1, "{ran:?}");
    assert_eq!(ran.stderr, "ended with 0\n");
    assert!(files_in(&scratch.path("out")).contains(&"report.html".to_owned()));
}

#[test]
fn a_chat_whose_reader_goes_ends_quietly() {
    for (stdout, stderr) in [(unread(), Stdio::piped()), (unread(), unread())] {
        let mut command = Command::new(ANTIDOTE);
        let mut chat = Running::start_with(command.args(["chat", "--temp", "0"]), stdout, stderr);
        chat.type_line("hello");
        let output = chat.ends();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
    }
}

/// In the middle of many answers.
#[test]
fn whoever_stops_reading_ends_the_program() {
    let prompts = root().join("models/demo/prompts/benign.txt");
    let mut command = Command::new("sh");
    command.args(["-c", "{ \"$0\" \"$@\"; echo \"ended with $?\" >&2; } | head -c 16", ANTIDOTE]);
    command.args(["run", "--json", "--quiet", "-n", "16", "--prompts"]).arg(prompts);
    let ran = common::run(&mut command, b"");
    assert_eq!(ran.stdout.len(), 16, "{ran:?}");
    assert!(ran.stderr.ends_with("ended with 0\n") && !ran.stderr.contains("error"), "{ran:?}");
}
