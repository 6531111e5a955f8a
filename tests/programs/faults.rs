//! Disks that fill up, folders that cannot be written to, files that change while they are in use, programs that are
//! killed: an error, and nothing lost that was said to be there. `./x bench kills` kills two hundred times.
#![cfg(target_os = "linux")]

use crate::common;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use antidote::vector::SvFile;
use common::{Ran, Running, antidote, antidote_derive, demo_model, demo_vector, files_in, root};

fn golden_dump() -> std::path::PathBuf {
    root().join("tests/golden/derive/dump.safetensors")
}

/// The program with files limited to `blocks` of 512 bytes, which fails in the middle of one as a full disk does.
fn limited(blocks: u32, program: &str, args: &[&Path]) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""), program]).args(args);
    common::run(&mut command, b"")
}

#[test]
fn a_full_disk_stops_a_derivation_and_the_old_vector_stays() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("v.sv");
    let args = [&golden_dump(), Path::new("-o"), &out, Path::new("--sparsity"), Path::new("100")];
    limited(1, env!("CARGO_BIN_EXE_antidote-derive"), &args).fails(1, &["v.sv"]);
    assert!(files_in(folder.path()).is_empty());
    antidote_derive(args).succeeds();
    let before = std::fs::read(&out).unwrap();
    assert!(before.len() > 512, "or else the limit limits nothing");
    let again = [&args[..], &[Path::new("--force")]].concat();
    let ran = limited(1, env!("CARGO_BIN_EXE_antidote-derive"), &again);
    assert!(ran.code != 0 && ran.stderr.contains("error:"), "{ran:?}");
    assert_eq!(std::fs::read(&out).unwrap(), before);
    assert_eq!(files_in(folder.path()), ["v.sv"]);
}

#[test]
fn a_full_disk_stops_a_dump_that_can_be_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (prompts, out) = (folder.path().join("p.txt"), folder.path().join("d.safetensors"));
    std::fs::write(&prompts, "stop the press\nclean the lathe\n").unwrap();
    let model = demo_model();
    let args = ["dump", "--harmful"].map(Path::new);
    let args = [&args[..], &[&prompts, Path::new("--benign"), &prompts, Path::new("-o"), &out, &model]].concat();
    limited(1, env!("CARGO_BIN_EXE_antidote"), &args).fails(1, &["d.safetensors"]);
    assert!(!out.exists());
    antidote(&args).succeeds();
    antidote::dump::Dump::open(&out).unwrap();
    assert_eq!(files_in(folder.path()), ["d.safetensors", "p.txt"]);
}

/// Where nobody can make a file, not even root.
#[test]
fn folders_that_cannot_be_written_to_are_errors() {
    let model = demo_model();
    antidote_derive([&golden_dump(), Path::new("-o"), Path::new("/proc/v.sv")]).fails(1, &["/proc/v.sv"]);
    let prompts = root().join("models/demo/prompts/benign.txt");
    let args = ["dump", "--harmful"].map(Path::new);
    let out = [Path::new("-o"), Path::new("/proc/d.safetensors")];
    antidote([&args[..], &[&prompts, Path::new("--benign"), &prompts, &model], &out].concat()).fails(1, &["/proc/"]);
}

/// A vector is held as it was checked: changing or emptying its file changes nothing.
#[test]
fn a_vector_that_changes_on_the_disk_steers_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.sv");
    std::fs::copy(demo_vector(), &path).unwrap();
    let vector = SvFile::open(&path).unwrap();
    let values = |vector: &SvFile| -> Vec<(usize, f32)> {
        vector.layers().flat_map(|layer| layer.iter().collect::<Vec<_>>()).collect()
    };
    let before = values(&vector);
    File::options().write(true).open(&path).unwrap().write_all(&[0xFF; 200]).unwrap();
    assert_eq!(values(&vector), before);
    File::options().write(true).truncate(true).open(&path).unwrap();
    assert_eq!(values(&vector), before);
    assert_eq!(vector.to_control_vector().encode().unwrap(), std::fs::read(demo_vector()).unwrap());
}

/// The same of a model ends the chat with an error: its weights are read from the file all the time.
#[test]
fn a_model_that_is_cut_off_while_it_is_in_use_ends_the_chat_with_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("m.gguf");
    std::fs::copy(demo_model(), &model).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
    let mut chat = Running::start(command.args(["chat", "--temp", "0", "--no-vector"]).arg(&model));
    chat.type_line("hello");
    let first = chat.wait_for_stdout(|said| said.contains(&b'\n'));
    assert!(!first.trim_ascii().is_empty());
    File::options().write(true).open(&model).unwrap().set_len(0).unwrap();
    chat.type_line("and after that?");
    chat.close_input();
    let output = chat.ends();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stderr.contains("error: a file was cut off"), "{stderr}");
}

/// Whatever happens to a derivation, its goal holds a whole vector: the old one or the new one.
#[test]
fn a_killed_derivation_leaves_a_whole_vector() {
    let folder = tempfile::tempdir().unwrap();
    let (out, dump) = (folder.path().join("v.sv"), golden_dump());
    let args = [dump.as_path(), Path::new("-o"), &out];
    antidote_derive(args).succeeds();
    for delay in 0..6 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_antidote-derive"));
        let derivation = Running::start(command.args(args).args(["--force", "--sparsity", "50"]));
        std::thread::sleep(Duration::from_millis(delay * 4));
        let ended = derivation.kill();
        let sparsity = SvFile::open(&out).unwrap().header().sparsity;
        assert!(sparsity == 0.5 || !ended.success(), "{sparsity}");
    }
}
