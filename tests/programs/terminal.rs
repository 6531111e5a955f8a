//! A person at a real terminal: typing ahead, resizing, closing the window.
#![cfg(unix)]

use crate::common;

use std::io::Write;
use std::path::Path;

use antidote::chat::Saved;
use common::heard::Heard;
use common::patience::wait_until;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const QUESTION: &str = "How do I clean the lathe?";

/// A chat in a pseudo-terminal.
struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    screen: Heard,
}

impl Terminal {
    fn chat(args: &[&str]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_antidote"));
        command.args(["chat"].iter().chain(args));
        let home = std::env::temp_dir();
        for (name, value) in [("LC_ALL", "C.UTF-8"), ("TERM", "xterm"), ("ANTIDOTE_CONFIG", ""), ("ANTIDOTE_TUNED", "")]
        {
            command.env(name, value);
        }
        command.env("XDG_STATE_HOME", home.join("antidote-terminal-test"));
        command.cwd(common::root());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Heard::of(pair.master.try_clone_reader().unwrap());
        let keyboard = pair.master.take_writer().unwrap();
        Self { master: Some(pair.master), keyboard: Some(keyboard), child, screen }
    }

    fn press(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    /// Waits until `text` was seen so many times in all.
    #[track_caller]
    fn wait_for(&self, text: &str, times: usize) {
        let what = || format!("{times} × {text:?} in {}", self.screen);
        wait_until(what, || self.screen.text().matches(text).count() >= times);
    }

    /// Waits until the editor asks for an empty line: before, Ctrl-C would be the system's and end the chat.
    #[track_caller]
    fn wait_for_the_prompt(&self) {
        let asks = |screen: &str| {
            let text = anstream::adapter::strip_str(screen).to_string();
            text.trim_end_matches('\r').ends_with("› ")
        };
        wait_until(|| format!("a prompt in {}", self.screen), || asks(&self.screen.text()));
    }

    /// Asks something that is answered at length, and waits until the answer has begun.
    fn ask_and_wait_for_the_answer(&mut self) {
        self.wait_for("› ", 1);
        let lines = self.screen.text().matches('\n').count();
        self.press(&format!("{QUESTION}\r"));
        self.wait_for("\n", lines + 1);
        let length = self.screen.so_far().len();
        let answer = || format!("an answer after {}", self.screen);
        wait_until(answer, || self.screen.so_far().len() >= length + 10);
    }

    /// The window goes away.
    fn close(&mut self) {
        self.screen.let_go();
        self.keyboard = None;
        self.master = None;
    }

    #[track_caller]
    fn ends(mut self) -> u32 {
        let screen = self.screen.clone();
        let mut status = None;
        wait_until(
            || format!("the end of a chat that showed {screen}"),
            || {
                status = self.child.try_wait().unwrap();
                status.is_some()
            },
        );
        status.expect("it ended").exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
        }
    }
}

fn answered(file: &Path) -> Vec<String> {
    Saved::read(file).unwrap().turns.into_iter().map(|turn| turn.user).collect()
}

#[test]
fn lines_that_were_typed_ahead_are_answered_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    let mut terminal = Terminal::chat(&["--temp", "0", "-n", "24", "--session", file.to_str().unwrap()]);
    terminal.wait_for("› ", 1);
    // All at once: the editor reads more than its line, and the rest must reach the prompts that follow.
    terminal.press(&format!("{QUESTION}\rWho is on the night shift?\r/undo\rthank you\r/quit\r"));
    assert_eq!(terminal.ends(), 0);
    assert_eq!(answered(&file), [QUESTION, "thank you"]);
}

#[test]
fn keys_that_were_pressed_during_an_answer_are_in_the_next_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    // So hot that the model finds no end: the answer is long enough to type in.
    let hot = ["--temp", "100", "--top-k", "0", "--top-p", "1", "--min-p", "0", "--seed", "1", "-n", "400"];
    let mut terminal = Terminal::chat(&[&hot[..], &["--session", file.to_str().unwrap()]].concat());
    terminal.ask_and_wait_for_the_answer();
    terminal.press("/system be brief");
    terminal.wait_for("--max-tokens", 1);
    terminal.press("\r/quit\r");
    assert_eq!(terminal.ends(), 0);
    assert_eq!(Saved::read(&file).unwrap().system.as_deref(), Some("be brief"));
}

#[test]
fn a_terminal_may_be_resized_at_the_prompt_and_in_an_answer() {
    let mut terminal = Terminal::chat(&["--temp", "0", "-n", "40"]);
    terminal.wait_for("› ", 1);
    let resize = |terminal: &Terminal, cols: u16| {
        let size = PtySize { rows: 20, cols, pixel_width: 0, pixel_height: 0 };
        terminal.master.as_ref().unwrap().resize(size).unwrap();
    };
    terminal.press("How do I clean");
    resize(&terminal, 20);
    terminal.press(" the lathe?");
    resize(&terminal, 100);
    terminal.press("\r");
    resize(&terminal, 30);
    terminal.press("/compare\r");
    resize(&terminal, 120);
    terminal.press("/stats\r");
    terminal.wait_for("draft tokens", 1);
    terminal.press("/quit\r");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_terminal_that_is_closed_in_the_middle_of_an_answer_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    let hot = ["--temp", "100", "--top-k", "0", "--top-p", "1", "--min-p", "0", "--seed", "1"];
    let mut terminal = Terminal::chat(&[&hot[..], &["--session", file.to_str().unwrap()]].concat());
    terminal.ask_and_wait_for_the_answer();
    // SIGHUP comes, and every write fails.
    terminal.close();
    let code = terminal.ends();
    // 128 + SIGHUP, or a failure if a write met the closed terminal before the signal came.
    assert!(code == 129 || code == 1, "{code}");
    assert_eq!(answered(&file), [QUESTION]);
    assert_eq!(common::files_in(folder.path()), ["talk.json"]);
}

#[test]
fn escape_sequences_of_others_do_not_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    let attack = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m";
    let saved = serde_json::json!({
        "format": "antidote-conversation", "version": 1, "model": { "name": format!("m{attack}") },
        "system": format!("s{attack}"), "turns": [{ "user": format!("u{attack}"), "assistant": format!("a{attack}") }],
    });
    std::fs::write(&file, saved.to_string()).unwrap();
    let mut terminal = Terminal::chat(&["--temp", "0", "-n", "4", "--session", file.to_str().unwrap()]);
    terminal.wait_for("› ", 1);
    terminal.press("/system\r");
    terminal.press("/undo\r/quit\r");
    terminal.wait_for("owned", 4);
    let screen = terminal.screen.text();
    assert_eq!(terminal.ends(), 0);
    for raw in ["\u{1b}]0;owned", "\u{1b}[2J", "\u{9b}31m"] {
        assert!(!screen.contains(raw), "{screen:?}");
    }
    assert!(screen.contains("␛]0;owned␇␛[2J\\u{9b}31m"), "{screen:?}");
}

/// The conversation was gone.
#[test]
fn ctrl_c_on_two_drafts_drops_the_drafts_and_not_the_chat() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.json");
    let mut terminal = Terminal::chat(&["--temp", "0", "-n", "8", "--session", file.to_str().unwrap()]);
    for draft in ["first", "second"] {
        terminal.wait_for_the_prompt();
        terminal.press(draft);
        terminal.wait_for(draft, 1);
        terminal.press("\u{3}");
    }
    terminal.wait_for_the_prompt();
    terminal.press(&format!("{QUESTION}\r"));
    let what = || "the answer to be saved";
    wait_until(what, || file.exists() && answered(&file) == [QUESTION]);
    // On an empty line, twice leaves.
    terminal.wait_for_the_prompt();
    terminal.press("\u{3}");
    terminal.wait_for("again", 1);
    terminal.wait_for_the_prompt();
    terminal.press("\u{3}");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn keys_that_are_pressed_during_an_answer_are_not_in_it() {
    let hot = ["--temp", "100", "--top-k", "0", "--top-p", "1", "--min-p", "0", "--seed", "1", "-n", "400"];
    let mut terminal = Terminal::chat(&hot);
    terminal.ask_and_wait_for_the_answer();
    terminal.press("ZQZQZQ");
    terminal.wait_for("--max-tokens", 1);
    let end = terminal.screen.text().find("--max-tokens").unwrap();
    assert!(!terminal.screen.text()[..end].contains("ZQZQZQ"), "{}", terminal.screen);
    // They wait for the next line.
    terminal.wait_for("ZQZQZQ", 1);
    terminal.press("\u{3}");
    terminal.wait_for_the_prompt();
    terminal.press("/quit\r");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn no_word_is_cut_at_the_edge_of_the_terminal() {
    let mut terminal = Terminal::chat(&["--temp", "0"]);
    terminal.wait_for("› ", 1);
    terminal.press("/help\r");
    terminal.wait_for("to leave.", 2);
    terminal.press(&format!("{QUESTION}\r/quit\r"));
    let screen = terminal.screen.clone();
    assert_eq!(terminal.ends(), 0);
    for line in screen.text().lines().filter(|line| !line.contains('\u{1b}')) {
        assert!(line.trim_end().chars().count() < 80, "{line:?}");
    }
}

#[test]
fn a_message_that_goes_on_is_marked() {
    let mut terminal = Terminal::chat(&["--temp", "0", "-n", "4"]);
    terminal.wait_for("› ", 1);
    terminal.press("How do I\\\r");
    terminal.wait_for("… (continued)", 1);
    terminal.press("clean the lathe?\r");
    terminal.wait_for("› ", 2);
    terminal.press("\"\"\"\r");
    terminal.wait_for("ends the message", 1);
    terminal.press("/a\r\"\"\"\r/quit\r");
    assert_eq!(terminal.ends(), 0);
}
