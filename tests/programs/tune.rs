//! `antidote tune`: what it finds is kept, used, shown and forgotten again.

use crate::common;

use std::path::Path;
use std::process::Command;

use antidote::autotune::{Settings, Store};
use common::{Ran, demo_model, files_in};

fn with_tuned(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
    common::run(command.args(args).env("ANTIDOTE_TUNED", folder), b"")
}

/// What `antidote config` says of `key`: value and source.
fn shown(folder: &Path, key: &str, args: &[&str]) -> (String, String) {
    let output = with_tuned(folder, &[&["config"], args].concat()).succeeds().stdout;
    let line = output.lines().find(|line| line.split_whitespace().next() == Some(key)).expect("every key has a line");
    let mut words = line.split_whitespace().skip(1);
    (words.next().unwrap().to_owned(), words.collect::<Vec<_>>().join(" "))
}

fn outline() -> antidote::engine::Outline {
    antidote::engine::Model::outline(&demo_model()).unwrap()
}

#[test]
fn what_was_tuned_is_used_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(shown(folder, "batch", &[]), ("512".to_owned(), "default".to_owned()));
    let ran = with_tuned(folder, &["tune", "--seconds", "2"]).succeeds();
    assert!(ran.stdout.contains("Chosen: --threads ") && ran.stderr.contains("Saved to "), "{ran:?}");
    // A row for every candidate: threads, three kinds of attention, three batches.
    assert!(ran.stdout.lines().count() >= 9, "{ran:?}");
    let store = Store::at(folder);
    let found = store.find(&outline()).unwrap().expect("it is kept").settings;
    assert_eq!(files_in(folder).len(), 1);
    assert_eq!(shown(folder, "threads", &[]), (found.threads.to_string(), "tuned".to_owned()));
    with_tuned(folder, &["run", "--temp", "0", "-n", "4", "-p", "hello"]).succeeds();
    assert!(with_tuned(folder, &["tune", "--forget"]).succeeds().stdout.contains("Tuned settings removed"));
    assert!(with_tuned(folder, &["tune", "--forget"]).succeeds().stdout.contains("no tuned settings"));
    assert!(files_in(folder).is_empty());
    let ran = with_tuned(folder, &["tune", "--seconds", "1", "--lang", "ja"]).succeeds();
    assert!(ran.stdout.contains("採用: --threads "), "{ran:?}");
}

#[test]
fn flags_win_over_what_was_tuned_and_a_pair_is_not_torn_apart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    use antidote::engine::{CacheType, FlashAttention};
    let tuned = Settings { threads: 3, batch: 96, flash_attention: FlashAttention::On, cache_type: CacheType::Q8_0 };
    Store::at(folder).keep(&outline(), "demo", tuned).unwrap();
    let shown = |key: &str, args: &[&str]| {
        let (value, source) = shown(folder, key, args);
        format!("{value} {source}")
    };
    assert_eq!(shown("batch", &[]), "96 tuned");
    assert_eq!(shown("batch", &["--batch", "64"]), "64 command line");
    assert_eq!(shown("cache-type", &[]), "q8_0 tuned");
    assert_eq!(shown("cache-type", &["--flash-attn", "off"]), "f16 default");
    assert_eq!(shown("threads", &["--flash-attn", "off"]), "3 tuned");
    // A cache of blocks without fused attention would be refused.
    with_tuned(folder, &["run", "-n", "2", "-p", "hello", "--flash-attn", "off"]).succeeds();
    with_tuned(folder, &["run", "-n", "2", "-p", "hello", "--cache-type", "q8_0"]).fails(2, &["--flash-attn on"]);
    // Hidden states that are kept are read with the exact cache.
    let dump = folder.join("dump.safetensors");
    let prompts = folder.join("prompts.txt");
    std::fs::write(&prompts, "How do I clean the lathe?\nWho is on the night shift?\n").unwrap();
    let (dump, prompts) = (dump.to_str().unwrap(), prompts.to_str().unwrap());
    let read = |folder: &Path, force: &[&str]| {
        let args = [&["dump", "--harmful", prompts, "--benign", prompts, "-o", dump], force].concat();
        with_tuned(folder, &args).succeeds();
        std::fs::read(dump).unwrap()
    };
    let with = read(folder, &[]);
    let without = read(Path::new(""), &["--force", "--threads", "3", "--batch", "96"]);
    assert!(with == without);
}

#[test]
fn a_damaged_file_is_said_and_the_built_in_settings_hold() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::of(&common::options());
    let file = Store::at(folder.path()).keep(&outline(), "demo", settings).unwrap();
    std::fs::write(&file, "{").unwrap();
    let ran = with_tuned(folder.path(), &["run", "--temp", "0", "-n", "4", "-p", "hello"]).succeeds();
    assert!(ran.stderr.contains("note: ") && ran.stderr.contains("antidote tune again"), "{ran:?}");
    assert_eq!(ran.stdout, with_tuned(Path::new(""), &["run", "--temp", "0", "-n", "4", "-p", "hello"]).stdout);
    common::antidote(["tune"]).fails(2, &["ANTIDOTE_TUNED"]);
    with_tuned(folder.path(), &["tune", "/no/such/model.gguf"]).fails(1, &["/no/such/model.gguf"]);
}
