//! Disks that are really full: small ones in memory, mounted where only the program sees them. An error that says so,
//! everything as it was before, and once there is room again it goes on.
#![cfg(target_os = "linux")]

use crate::common;

use std::path::Path;
use std::process::Command;

use antidote::vector::SvFile;
use common::{Ran, demo_model, demo_vector, root};

/// Runs `script` where the folder `disk` lies on a disk of 256 KiB of its own, with the programs as `$antidote` and
/// `$derive`. `None` where this system lets nobody but root mount anything.
fn with_small_disk(folder: &Path, script: &str) -> Option<Ran> {
    let unshared = ["--user", "--map-root-user", "--mount", "sh", "-ec"];
    let try_out = "command -v unshare >/dev/null && exec unshare \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", try_out, "sh"]).args(unshared).arg("mount -t tmpfs disk /mnt");
    if common::run(&mut command, b"").code != 0 {
        eprintln!("not tested: this system does not let `unshare` mount a disk");
        return None;
    }
    std::fs::create_dir(folder.join("disk")).unwrap();
    // What it holds is copied away at the end, because it is gone with the last program that sees it.
    let script = format!(
        "mount -t tmpfs -o size=256k disk disk\n\
         fill() {{ dd if=/dev/zero of=disk/filler bs=1k count=\"$1\" 2>/dev/null; }}\n\
         {script}\n\
         cp -r disk left"
    );
    let mut command = Command::new("unshare");
    command.args(unshared).arg(script).current_dir(folder);
    command.env("antidote", env!("CARGO_BIN_EXE_antidote")).env("derive", env!("CARGO_BIN_EXE_antidote-derive"));
    command.env("model", demo_model()).env("vector", demo_vector()).env("root", root());
    Some(common::run(&mut command, b""))
}

const FULL: &str = "No space left on device";

#[test]
fn a_vector_that_does_not_fit_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
        cp "$vector" disk/v.sv
        fill 300 || true
        code=0
        "$derive" "$root/tests/golden/derive/dump.safetensors" -o disk/v.sv --force --sparsity 100 >/dev/null || code=$?
        rm disk/filler
        echo "ended with $code" >&2"#;
    let Some(ran) = with_small_disk(folder.path(), script) else { return };
    let ran = ran.succeeds();
    assert!(ran.stderr.contains("ended with 1\n"), "{ran:?}");
    assert!(ran.stderr.contains(FULL) && ran.stderr.contains("v.sv"), "{ran:?}");
    assert_eq!(common::files_in(&folder.path().join("left")), ["v.sv"]);
    assert_eq!(std::fs::read(folder.path().join("left/v.sv")).unwrap(), std::fs::read(demo_vector()).unwrap());
}

#[test]
fn a_dump_that_does_not_fit_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    // 60 prompts of 6 layers × 256 components take 360 KiB as F32, 180 KiB as F16.
    for side in ["harmful", "benign"] {
        let lines = std::fs::read_to_string(root().join(format!("models/demo/prompts/{side}.txt"))).unwrap();
        let lines: Vec<&str> = lines.lines().filter(|line| !line.starts_with('#')).take(30).collect();
        assert_eq!(lines.len(), 30);
        std::fs::write(folder.path().join(format!("{side}.txt")), lines.join("\n")).unwrap();
    }
    let script = r#"
        dump() { "$antidote" dump "$model" --harmful harmful.txt --benign benign.txt -o disk/d.safetensors --type f16; }
        fill 120
        dump && exit 9
        echo "ended with $?" >&2
        rm disk/filler
        dump"#;
    let Some(ran) = with_small_disk(folder.path(), script) else { return };
    let ran = ran.succeeds();
    assert!(ran.stderr.contains(FULL) && ran.stderr.contains("ended with 1\n"), "{ran:?}");
    let dump = antidote::dump::Dump::open(&folder.path().join("left/d.safetensors")).unwrap();
    assert_eq!(dump.n_prompts(), 60);
    assert_eq!(common::files_in(&folder.path().join("left")), ["d.safetensors"]);
}

#[test]
fn an_evaluation_that_does_not_fit_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let cases = std::fs::read_to_string(root().join("models/demo/prompts/test.jsonl")).unwrap();
    let cases: Vec<&str> = cases.lines().step_by(37).take(12).collect();
    std::fs::write(folder.path().join("cases.jsonl"), cases.join("\n")).unwrap();
    let script = r#"
        evaluate() {
            "$antidote" eval "$model" --vector "$vector" --cases cases.jsonl --alpha 0,0.2 --defence none \
                --max-tokens 48 --likelihoods 3 --out disk/out >/dev/null
        }
        fill 244
        evaluate && exit 9
        echo "ended with $?" >&2
        ls -A disk/out >&2
        rm disk/filler
        evaluate"#;
    let Some(ran) = with_small_disk(folder.path(), script) else { return };
    let ran = ran.succeeds();
    assert!(ran.stderr.contains(FULL) && ran.stderr.contains("ended with 1\n"), "{ran:?}");
    let left = folder.path().join("left/out");
    let records = std::fs::read_to_string(left.join("records.jsonl")).unwrap();
    let answered = records.lines().filter(|line| {
        serde_json::from_str::<serde_json::Value>(line).expect("whole lines only")["record"] == "answered"
    });
    assert_eq!(answered.count(), 2 * cases.len());
    assert!(common::files_in(&left).iter().all(|name| !name.ends_with(".part")));
}

/// Typed by a person the chat goes on after it; a script stops.
#[test]
fn a_conversation_that_cannot_be_saved_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("typed"), "hello\n/save! disk/c.json\n").unwrap();
    let script = r#"
        echo old >disk/c.json
        fill 300 || true
        code=0
        "$antidote" chat "$model" --no-vector --temp 0 <typed >&2 || code=$?
        rm disk/filler
        echo "ended with $code" >&2"#;
    let Some(ran) = with_small_disk(folder.path(), script) else { return };
    let ran = ran.succeeds();
    assert!(ran.stderr.contains(FULL) && ran.stderr.contains("c.json"), "{ran:?}");
    assert!(ran.stderr.contains("ended with 1\n"), "{ran:?}");
    assert_eq!(common::files_in(&folder.path().join("left")), ["c.json"]);
    assert_eq!(std::fs::read(folder.path().join("left/c.json")).unwrap(), b"old\n");
}

/// What is full is named even when it is standard output.
#[test]
fn a_full_standard_output_is_an_error() {
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" inspect \"$1\" >/dev/full", env!("CARGO_BIN_EXE_antidote")]).arg(demo_vector());
    let ran = common::run(&mut command, b"");
    assert!(ran.code == 1 && ran.stderr.contains(FULL), "{ran:?}");
    SvFile::open(&demo_vector()).unwrap();
}
