//! Programs under test: started, talked to, listened to, ended.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::heard::Heard;
use super::patience::wait_until;

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the programs write UTF-8");
        // No code means a signal: an abort or a crash, which no input may cause.
        let code = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {output:?}"));
        Self { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ran {
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

/// Runs `command` to its end.
#[track_caller]
pub fn run(command: &mut Command, input: &[u8]) -> Ran {
    let mut program = Running::start(command);
    program.send(input);
    program.close_input();
    program.ends().into()
}

/// A program that runs beside the test. What it writes is read all the time, so it never waits for us; nor do we wait for
/// ever for it, and with this value it ends.
pub struct Running {
    child: Child,
    /// Dropped to end the input.
    input: Option<Sender<Vec<u8>>>,
    stdout: Heard,
    stderr: Heard,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self::start_with(command, Stdio::piped(), Stdio::piped())
    }

    /// With other standard output and standard error than pipes that are read.
    pub fn start_with(command: &mut Command, stdout: Stdio, stderr: Stdio) -> Self {
        // English, but for a test that chooses.
        if command.get_envs().all(|(name, _)| name != "LC_ALL") {
            command.env("LC_ALL", "C.UTF-8");
        }
        // Whoever runs the tests may have a config file, or have tuned the demo model.
        for variable in ["ANTIDOTE_CONFIG", "ANTIDOTE_TUNED"] {
            if command.get_envs().all(|(name, _)| name != variable) {
                command.env(variable, "");
            }
        }
        command.stdin(Stdio::piped()).stdout(stdout).stderr(stderr);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let mut stdin = child.stdin.take().expect("a pipe");
        let (input, lines) = channel::<Vec<u8>>();
        // In a thread of its own, because a program that fails early never reads its input.
        std::thread::spawn(move || lines.into_iter().try_for_each(|bytes| stdin.write_all(&bytes)));
        let stdout = child.stdout.take().map_or_else(|| Heard::of(std::io::empty()), Heard::of);
        let stderr = child.stderr.take().map_or_else(|| Heard::of(std::io::empty()), Heard::of);
        Self { child, input: Some(input), stdout, stderr }
    }

    /// Writes to its standard input, which may have been closed by it.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.input.as_ref().expect("the input was not closed").send(bytes.to_vec());
    }

    pub fn type_line(&mut self, line: &str) {
        self.send(format!("{line}\n").as_bytes());
    }

    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits until as much was written to standard output, and returns all that was.
    #[track_caller]
    pub fn wait_for_stdout(&mut self, is_enough: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let mut heard = vec![];
        self.wait_until("what it should say", |program| {
            heard = program.stdout.so_far();
            is_enough(&heard)
        });
        heard
    }

    /// Waits until `is_so`, which must be before the program ends.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let (stdout, stderr) = (self.stdout.clone(), self.stderr.clone());
        let heard = || format!("{what}; so far: {stdout} {stderr}");
        wait_until(heard, || {
            let has_ended = self.has_ended();
            // Asked after that: what a program did before it ended counts.
            let is_so = is_so(self);
            assert!(is_so || !has_ended, "the program ended before {}", heard());
            is_so
        });
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Sends it a signal, by its name as `kill` has it.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success(), "the program had ended before SIG{name}");
    }

    /// Ends it where it stands.
    pub fn kill(mut self) -> ExitStatus {
        let _ = self.child.kill();
        self.child.wait().expect("a child")
    }

    /// What it did, if it ends within `time`. Otherwise it is ended.
    pub fn ends_within(mut self, time: Duration) -> Option<Output> {
        let begin = Instant::now();
        while !self.has_ended() {
            if begin.elapsed() > time {
                return None;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Some(self.ends())
    }

    /// Waits for its end, whether its input was closed or not.
    #[track_caller]
    pub fn ends(mut self) -> Output {
        let (stdout, stderr) = (self.stdout.clone(), self.stderr.clone());
        let end = || format!("the end of a program that said {stdout} {stderr}");
        wait_until(end, || self.has_ended() && self.stdout.is_finished() && self.stderr.is_finished());
        let status = self.child.wait().expect("a child");
        Output { status, stdout: self.stdout.so_far(), stderr: self.stderr.so_far() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
