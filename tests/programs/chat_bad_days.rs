//! Nothing is lost that was said to be saved: damaged files, full disks, signals, kills, and input that nobody types.
#![cfg(unix)]

use crate::common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use antidote::chat::Saved;
use common::patience::wait_until;
use common::{Ran, Running, antidote_with_input, files_in};

const QUESTION: &str = "How do I clean the lathe?";

fn chat(args: &[&Path], lines: &str) -> Ran {
    let chat = ["chat", "--temp", "0"].map(Path::new);
    antidote_with_input(chat.iter().chain(args), lines.as_bytes())
}

fn session(file: &Path, lines: &str) -> Ran {
    chat(&[Path::new("--session"), file], lines)
}

/// A chat that waits for input.
fn waiting(file: &Path) -> Running {
    Running::start(Command::new(env!("CARGO_BIN_EXE_antidote")).args(["chat", "--temp", "0", "--session"]).arg(file))
}

fn n_turns(file: &Path) -> usize {
    Saved::read(file).unwrap().turns.len()
}

/// Waits until `file` holds `turns` turns; every file that is there must be whole.
fn wait_for(file: &Path, turns: usize) {
    wait_until(|| format!("{turns} turns in {}", file.display()), || file.exists() && n_turns(file) >= turns);
}

#[test]
fn a_session_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    let whole = chat(&[], &format!("{QUESTION}\nand after that?\n")).succeeds();
    let first = session(&file, &format!("/system \"\"\n{QUESTION}\n")).succeeds();
    assert!(first.stderr.contains("new conversation, saved after every turn"), "{}", first.stderr);
    let second = session(&file, "and after that?\n").succeeds();
    assert!(second.stderr.contains("resuming after 1 turn.") && second.stderr.contains(QUESTION), "{}", second.stderr);
    assert_eq!(format!("{}{}", first.stdout, second.stdout), whole.stdout);
    assert_eq!(n_turns(&file), 2);
    session(&file, "/undo\n").succeeds();
    assert_eq!(n_turns(&file), 1);
    session(&file, "/reset\n").succeeds();
    assert_eq!(n_turns(&file), 0);
    assert_eq!(files_in(folder.path()), ["talk.json"]);
}

#[test]
fn two_sessions_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["one.json", "two.json"].map(|name| folder.path().join(name));
    let bytes = files.map(|file| {
        session(&file, &format!("{QUESTION}\n")).succeeds();
        std::fs::read(file).unwrap()
    });
    assert_eq!(bytes[0], bytes[1]);
}

#[test]
fn save_and_load_and_what_they_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my talk.json");
    let name = file.display();
    chat(&[], &format!("{QUESTION}\n/save {name}\nthank you\n/save {name}\n")).succeeds();
    assert_eq!(n_turns(&file), 2, "what this chat saved it may save again");
    let ran = chat(&[], &format!("/load {name}\n/undo\nand after that?\n")).succeeds();
    let whole = chat(&[], &format!("{QUESTION}\nand after that?\n")).succeeds();
    assert!(whole.stdout.ends_with(&ran.stdout) && !ran.stdout.is_empty(), "{ran:?}");
    // Another chat's file is not replaced unless it is said so.
    let ran = chat(&[], &format!("/save {name}\nhello\n"));
    assert!(ran.code == 1 && ran.stderr.contains("/save!"), "{ran:?}");
    assert_eq!(n_turns(&file), 2);
    chat(&[], &format!("/save! {name}\n")).succeeds();
    assert_eq!(n_turns(&file), 0);
    chat(&[], &format!("/load {}\n", folder.path().join("none.json").display())).fails(1, &["none.json"]);
    chat(&[], &format!("/save {}\n", folder.path().display())).fails(1, &["folder"]);
    chat(&[], &format!("/save {}\n", folder.path().join("no/such/folder.json").display())).fails(1, &["no/such"]);
    assert_eq!(files_in(folder.path()), ["my talk.json"]);
}

#[test]
fn a_damaged_session_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    session(&file, &format!("{QUESTION}\n")).succeeds();
    let whole = std::fs::read_to_string(&file).unwrap();
    let newer = whole.replace("\"version\": 1", "\"version\": 2");
    let damages: [(&str, &str); 5] = [
        ("", "damaged"),
        (&whole[..whole.len() / 2], "damaged"),
        (&whole.replace("turns", "turnz"), "damaged"),
        ("[]", "damaged"),
        (&newer, "version 2"),
    ];
    for (damaged, expected) in damages {
        std::fs::write(&file, damaged).unwrap();
        session(&file, "hello\n").fails(1, &["talk.json", expected]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged);
    }
}

#[test]
fn another_models_conversation_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    session(&file, &format!("{QUESTION}\n")).succeeds();
    let fingerprint = Saved::read(&file).unwrap().model.fingerprint.unwrap();
    let other = std::fs::read_to_string(&file).unwrap().replace(&fingerprint, &"0".repeat(64));
    std::fs::write(&file, other).unwrap();
    let ran = session(&file, "and after that?\n").succeeds();
    assert!(ran.stderr.contains("another model"), "{}", ran.stderr);
}

#[test]
fn a_full_disk_is_said_and_the_old_file_stays() {
    chat(&[], "/save /dev/full\n").fails(1, &["/dev/full", "No space left"]);
    let ran = session(Path::new("/dev/full"), &format!("{QUESTION}\n"));
    assert!(ran.code == 1 && ran.stderr.contains("No space left"), "{ran:?}");
    assert!(!ran.stdout.is_empty(), "the answer is shown all the same: {ran:?}");

    // A limit on the size of files fails in the middle of the file, as a full disk does.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    session(&file, &format!("{QUESTION}\n")).succeeds();
    let before = std::fs::read(&file).unwrap();
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" chat --temp 0 --session \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_antidote")]).arg(&file).env("LC_ALL", "C.UTF-8");
    let long = "hello ".repeat(400);
    let ran = common::run(&mut command, format!("{long}\n").as_bytes());
    assert!(ran.code == 1 && ran.stderr.contains("cannot write"), "{ran:?}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert_eq!(files_in(folder.path()), ["talk.json"]);
}

#[test]
fn a_kill_loses_no_turn_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    let mut chat = waiting(&file);
    chat.type_line(QUESTION);
    wait_for(&file, 1);
    chat.type_line("and after that?");
    chat.kill();
    assert!(n_turns(&file) >= 1);
    session(&file, "thank you\n").succeeds();
}

/// Saving all the time, killed at any time: whatever is there is whole.
#[test]
fn a_kill_in_the_middle_of_a_save_leaves_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("talk.json"), folder.path().join("copy.json"));
    session(&file, &format!("{QUESTION}\n")).succeeds();
    for delay in 0..8 {
        let mut chat = waiting(&file);
        chat.send(format!("/save! {}\n/system {}\n", copy.display(), "x".repeat(20_000)).repeat(200).as_bytes());
        chat.wait_until("a saved conversation", |_| copy.exists());
        std::thread::sleep(Duration::from_millis(delay));
        chat.kill();
        assert_eq!((n_turns(&file), n_turns(&copy)), (1, 1));
        std::fs::remove_file(&copy).unwrap();
    }
}

#[test]
fn sigterm_and_sighup_end_cleanly_with_everything_saved() {
    let folder = tempfile::tempdir().unwrap();
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let file = folder.path().join("talk.json");
        let mut chat = waiting(&file);
        chat.type_line(QUESTION);
        wait_for(&file, 1);
        // The input stays open, because its end ends a chat as well.
        chat.signal(signal);
        // Ctrl-C may still meet the end of the answer, which it then stops; the next one leaves.
        let again = || {
            std::thread::sleep(Duration::from_millis(20));
            chat.signal(signal);
            chat.has_ended()
        };
        if signal == "INT" {
            wait_until(|| "the end that Ctrl-C asks for", again);
        }
        let output = chat.ends();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert_eq!(n_turns(&file), 1);
        std::fs::remove_file(&file).unwrap();
    }
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn sigterm_in_the_middle_of_an_answer_saves_what_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
    // So hot that the model finds no end.
    command.args(["chat", "--temp", "100", "--top-k", "0", "--top-p", "1", "--min-p", "0", "--seed", "1", "--session"]);
    let mut chat = Running::start(command.arg(&file));
    chat.type_line(QUESTION);
    let said = chat.wait_for_stdout(|said| said.len() >= 8);
    chat.signal("TERM");
    let output = chat.ends();
    assert_eq!(output.status.code(), Some(143), "{output:?}");
    let saved = Saved::read(&file).unwrap();
    assert!(saved.turns[0].assistant.as_bytes().starts_with(&said[..8]), "{saved:?}");
    assert_eq!(files_in(folder.path()), ["talk.json"]);
}

#[test]
fn a_line_of_ten_megabytes_is_refused_at_once() {
    let ran = chat(&[], &format!("{QUESTION}\n{}\n", "x".repeat(10 << 20)));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("10485760 bytes") && ran.stderr.contains("too many for a context"), "{}", ran.stderr);
    assert_eq!(ran.stdout, chat(&[], &format!("{QUESTION}\n")).succeeds().stdout);
}

#[test]
fn input_that_is_not_utf8_is_said_and_answered() {
    let mut lines = b"hello \xFF\xFE\n".to_vec();
    lines.extend_from_slice(QUESTION.as_bytes());
    let ran = antidote_with_input(["chat", "--temp", "0"], &lines).succeeds();
    assert!(ran.stderr.contains("not valid UTF-8"), "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 2, "{ran:?}");
}

#[test]
fn quiet_leaves_out_everything_but_answers_and_warnings() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("talk.json");
    let quiet = chat(&[Path::new("--quiet"), Path::new("--session"), &file], "hello\n").succeeds();
    assert!(quiet.stderr.is_empty(), "{quiet:?}");
    let alone = folder.path().join("alone.gguf");
    std::fs::copy(common::demo_model(), &alone).unwrap();
    let unprotected = chat(&[Path::new("--quiet"), &alone], "hello\n").succeeds();
    assert!(unprotected.stderr.contains("no protection"), "{unprotected:?}");
    // Whoever asks for the plain model by name knows.
    let wanted = chat(&["--quiet", "--no-vector"].map(Path::new), "hello\n").succeeds();
    assert!(wanted.stderr.is_empty(), "{wanted:?}");
}

#[test]
fn pipes_get_no_colours() {
    let ran = chat(&[], "/help\n/vectors\nhello\n/compare\n").succeeds();
    assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{ran:?}");
}
