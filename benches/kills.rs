//! Programs killed (SIGKILL) at random moments while they write: was anything lost that they had said was saved? A dump
//! must go on where it was and end as one that was never killed; a vector must be the old one or the new one; a saved
//! conversation must hold every turn that was reported; an evaluation must keep every record it has written and end with
//! the records and the report of one that was never killed.
//!
//! usage: cargo bench --bench kills -- [KILLS] -- SIGKILL at random moments: what was reported saved and is lost

mod common;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use antidote::chat::Saved;
use antidote::dump::Dump;
use antidote::vector::SvFile;
use common::arguments;
use common::random::Random;

/// Prompts on each side of the dump: several batches.
const PROMPTS: usize = 80;

/// What became of one kind of work.
#[derive(Default)]
struct Tally {
    kills: usize,
    /// Ended before the signal came.
    finished: usize,
    lost: usize,
}

fn main() {
    let kills: usize = arguments().first().map_or(200, |kills| kills.parse().expect("a number of kills"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random(1);
    let all = [
        ("dump", dumps as fn(&Path, usize, &mut Random) -> Tally),
        ("derive", derivations),
        ("save", saves),
        ("eval", evaluations),
    ];
    let mut total = Tally::default();
    for (number, (name, work)) in all.iter().enumerate() {
        let share = (kills + number) / all.len();
        let tally = work(folder.path(), share, &mut random);
        println!("{name}: {} killed, {} had ended before, {} lost", tally.kills, tally.finished, tally.lost);
        total.kills += tally.kills;
        total.finished += tally.finished;
        total.lost += tally.lost;
    }
    println!("all: {} killed, {} had ended before, {} lost", total.kills, total.finished, total.lost);
    std::process::exit(i32::from(total.lost > 0));
}

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("ANTIDOTE_CONFIG", "").env("LC_ALL", "C.UTF-8").env("SOURCE_DATE_EPOCH", "1764000000");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Kills `child` after `delay`. Whether it had succeeded before.
fn kill(child: &mut Child, delay: Duration) -> bool {
    std::thread::sleep(delay);
    let _ = child.kill();
    child.wait().expect("a child").success()
}

/// How long the command takes when nobody kills it.
fn time(command: &mut Command) -> Duration {
    let begin = Instant::now();
    assert!(command.status().expect("the program runs").success());
    begin.elapsed()
}

fn dumps(folder: &Path, kills: usize, random: &mut Random) -> Tally {
    for side in ["harmful.txt", "benign.txt"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/prompts").join(side);
        let text = std::fs::read_to_string(path).expect("the demo's prompts");
        let lines: Vec<&str> = text.lines().take(PROMPTS).collect();
        std::fs::write(folder.join(side), lines.join("\n")).expect("written");
    }
    let (out, whole) = (folder.join("d.safetensors"), folder.join("whole.safetensors"));
    let dump = |out: &Path| {
        let mut command = command(env!("CARGO_BIN_EXE_antidote"));
        command.args(["dump", "models/demo.Q8_0.gguf", "--harmful"]).arg(folder.join("harmful.txt"));
        command.arg("--benign").arg(folder.join("benign.txt")).arg("-o").arg(out);
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command
    };
    let takes = time(&mut dump(&whole));
    let expected = std::fs::read(&whole).expect("a dump");
    let mut tally = Tally::default();
    let mut same = true;
    for _ in 0..kills {
        // Killed again and again it still gets on, a batch at a time.
        if kill(&mut dump(&out).spawn().expect("the program starts"), part_of(random, takes)) {
            tally.finished += 1;
            tally.lost += usize::from(!out.exists());
        } else {
            tally.kills += 1;
        }
        if out.exists() {
            same &= std::fs::read(&out).expect("a dump") == expected;
            tally.lost += usize::from(Dump::open(&out).is_err());
            std::fs::remove_file(&out).expect("removed");
        }
    }
    time(&mut dump(&out));
    same &= std::fs::read(&out).expect("a dump") == expected;
    println!("dump: all that came to an end have the bytes of one that was never killed: {same}");
    tally.lost += usize::from(!same);
    tally
}

fn derivations(folder: &Path, kills: usize, random: &mut Random) -> Tally {
    let (dump, out) = (folder.join("whole.safetensors"), folder.join("v.sv"));
    let derive = |sparsity: &str| {
        let mut command = command(env!("CARGO_BIN_EXE_antidote-derive"));
        command.arg(&dump).arg("-o").arg(&out).args(["--force", "--sparsity", sparsity]);
        command
    };
    let takes = time(&mut derive("5"));
    let mut tally = Tally::default();
    for number in 0..kills {
        let percent = 1 + number % 50;
        let child = &mut derive(&percent.to_string()).spawn().expect("the program starts");
        let is_finished = kill(child, part_of(random, takes));
        let vector = SvFile::open(&out);
        let is_new = vector.as_ref().is_ok_and(|v| (v.header().sparsity - percent as f32 / 100.0).abs() < 1e-6);
        tally.lost += usize::from(vector.is_err() || (is_finished && !is_new));
        if is_finished { tally.finished += 1 } else { tally.kills += 1 }
    }
    tally
}

fn saves(folder: &Path, kills: usize, random: &mut Random) -> Tally {
    let file = folder.join("talk.json");
    let mut tally = Tally::default();
    for _ in 0..kills {
        let mut child = command(env!("CARGO_BIN_EXE_antidote"))
            .args(["chat", "--temp", "0", "-n", "4"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let lines = format!("hello\n/save! {}\n", file.display()).repeat(500);
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(lines.as_bytes());
        });
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let reader = std::thread::spawn(move || {
            let lines = stderr.lines().map_while(Result::ok);
            let reported =
                lines.filter_map(|line| line.rsplit_once(": ")?.1.strip_suffix(" turn(s) saved.")?.parse().ok());
            reported.max().unwrap_or(0)
        });
        if kill(&mut child, Duration::from_millis(30 + random.below(400))) {
            tally.finished += 1;
        } else {
            tally.kills += 1;
        }
        let _ = writer.join();
        let reported: usize = reader.join().expect("a reader");
        let there = Saved::read(&file).map_or(0, |saved| saved.turns.len());
        tally.lost += usize::from(there < reported || (file.exists() && Saved::read(&file).is_err()));
        let _ = std::fs::remove_file(&file);
    }
    tally
}

fn evaluations(folder: &Path, kills: usize, random: &mut Random) -> Tally {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The command line, which the report quotes, is the same for both: they differ in where they run.
    let evaluation = |place: &Path| {
        std::fs::create_dir_all(place).expect("a folder");
        let mut command = command(env!("CARGO_BIN_EXE_antidote"));
        command.arg("eval").arg(root.join("models/demo.Q8_0.gguf"));
        command.arg("--vector").arg(root.join("vectors/demo.refusal.sv"));
        command.arg("--cases").arg(root.join("models/demo/prompts/test.jsonl")).current_dir(place);
        command.args(["--limit", "10", "--alpha", "0,0.3", "--defence", "self-reminder", "--max-tokens", "32"]);
        command.args(["--likelihoods", "4", "--out", "eval"]);
        command
    };
    let (killed, whole) = (folder.join("killed"), folder.join("whole"));
    let out = killed.join("eval");
    let takes = time(&mut evaluation(&whole));
    let is_whole = || {
        let read =
            |place: &Path, name| std::fs::read(place.join("eval").join(name)).expect("what an evaluation leaves");
        ["records.jsonl", "summary.json", "report.html"].iter().all(|name| read(&killed, *name) == read(&whole, *name))
    };
    // What was known when the program was killed: of every whole line, what it is about. In the end the lines are put in
    // order and written anew.
    let records = || -> HashSet<String> {
        // The last line may end in the middle of a character.
        let bytes = std::fs::read(out.join("records.jsonl")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let subject = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).expect("a record");
            let parts = ["record", "arm", "item_id", "id", "judge"].map(|key| record[key].to_string());
            format!("{} {}", parts.join(" "), record["item"]["id"])
        };
        lines.map(subject).collect()
    };
    let mut tally = Tally::default();
    let mut before = HashSet::new();
    for _ in 0..kills {
        let is_finished = kill(&mut evaluation(&killed).spawn().expect("the program starts"), part_of(random, takes));
        let after = records();
        tally.lost += usize::from(!before.is_subset(&after));
        before = after;
        if is_finished {
            tally.finished += 1;
            tally.lost += usize::from(!is_whole());
            std::fs::remove_dir_all(&out).expect("removed");
            before.clear();
        } else {
            tally.kills += 1;
        }
    }
    time(&mut evaluation(&killed));
    tally.lost += usize::from(!is_whole());
    tally
}

/// A part of `whole`, by chance.
fn part_of(random: &mut Random, whole: Duration) -> Duration {
    whole * random.below(1000) as u32 / 1000
}
