//! The config file, completions and man pages.

use crate::common;

use std::path::Path;
use std::process::Command;

use common::{Ran, antidote, files_in};

fn with_config(config: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
    common::run(command.args(args).env("ANTIDOTE_CONFIG", config), b"")
}

#[test]
fn each_value_says_where_it_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "# mine\ntemp = 0\nmax-tokens = 3\nquiet = true\n").unwrap();
    let shown = with_config(&config, &["config", "--top-k", "5"]).succeeds().stdout;
    let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    for expected in [
        vec!["temp", "0", "file,", "line", "2"],
        vec!["max-tokens", "3", "file,", "line", "3"],
        vec!["quiet", "true", "file,", "line", "4"],
        vec!["top-k", "5", "command", "line"],
        vec!["top-p", "0.95", "default"],
        vec!["seed", "–", "default"],
    ] {
        assert!(lines.contains(&expected), "no {expected:?} in\n{shown}");
    }
    let answer = with_config(&config, &["run", "--json", "-p", "hello"]).succeeds().stdout;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["generated_tokens"], 3);
    let answer = with_config(&config, &["run", "--json", "-p", "hello", "-n", "2"]).succeeds().stdout;
    assert!(answer.contains("\"generated_tokens\":2"), "{answer}");
}

#[test]
fn a_file_that_is_named_and_not_there_is_a_mistake_and_a_bad_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    for args in [&["run", "-p", "hello"][..], &["chat"], &["config"]] {
        with_config(&config, args).fails(2, &["ANTIDOTE_CONFIG", "config.toml", "does not exist"]);
    }
    std::fs::write(&config, "temp = 0\nhot = 1\n").unwrap();
    for args in [&["run", "-p", "hello"][..], &["chat"], &["config"]] {
        with_config(&config, args).fails(2, &["config.toml", "line 2", "'hot'"]);
    }
    // What the file is not about works all the same.
    let vector = common::demo_vector();
    with_config(&config, &["inspect", vector.to_str().unwrap()]).succeeds();
    with_config(folder.path(), &["config"]).fails(2, &["cannot read the config file"]);
}

#[test]
fn completions_know_every_flag() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = antidote(["completions", shell]).succeeds().stdout;
        assert!(script.contains("hide-thinking") && script.contains("completions"), "{shell}");
    }
    antidote(["completions", "cmd"]).fails(2, &["cmd"]);
}

#[cfg(unix)]
#[test]
fn bash_can_read_its_completions() {
    let script = antidote(["completions", "bash"]).succeeds().stdout;
    let ask = "COMP_WORDS=(antidote chat --hide); COMP_CWORD=2; _antidote antidote --hide chat; echo ${COMPREPLY[0]}";
    let ran = common::run(Command::new("bash").arg("-c").arg(format!("{script}\n{ask}")), b"");
    assert_eq!(ran.stdout, "--hide-thinking\n", "{}", ran.stderr);
}

#[test]
fn man_pages_are_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let pages = || {
        let out = folder.path().join("man");
        antidote([Path::new("man"), Path::new("--out"), &out]).succeeds();
        let read = |name: &String| std::fs::read_to_string(out.join(name)).unwrap();
        files_in(&out).iter().map(|name| (name.clone(), read(name))).collect::<Vec<_>>()
    };
    let first = pages();
    assert_eq!(first, pages());
    let chat = &first.iter().find(|(name, _)| name == "antidote-chat.1").expect("a page for chat").1;
    assert!(chat.contains("hide\\-thinking"), "{chat}");
    antidote(["man", "--out", "/dev/null/x"]).fails(1, &["/dev/null/x"]);
    let derive = folder.path().join("derive");
    common::antidote_derive([Path::new("man"), Path::new("--out"), &derive]).succeeds();
    let pages = ["antidote-derive-bind.1", "antidote-derive-import.1", "antidote-derive.1"];
    assert!(pages.iter().all(|page| files_in(&derive).contains(&(*page).to_owned())), "{:?}", files_in(&derive));
    assert!(common::antidote_derive(["completions", "bash"]).succeeds().stdout.contains("--sparsity"));
}

#[test]
fn the_file_is_about_dumps_as_well_but_for_the_system_prompt() {
    let folder = tempfile::tempdir().unwrap();
    let (config, prompts) = (folder.path().join("config.toml"), folder.path().join("prompts.txt"));
    std::fs::write(&prompts, "How do I clean the lathe?\nWho is on the night shift?\n").unwrap();
    let dump = |name: &str| {
        let out = folder.path().join(name);
        let (prompts, path) = (prompts.to_str().unwrap(), out.to_str().unwrap());
        with_config(&config, &["dump", "--harmful", prompts, "--benign", prompts, "-o", path]).succeeds();
        std::fs::read(out).unwrap()
    };
    std::fs::write(&config, "").unwrap();
    let plain = dump("plain.safetensors");
    std::fs::write(&config, "system = 'Answer like a pirate.'\ntemp = 0\nquiet = true\n").unwrap();
    assert!(dump("same.safetensors") == plain);
    std::fs::write(&config, "cache-type = 'q8_0'\n").unwrap();
    let (prompts, out) = (prompts.to_str().unwrap(), folder.path().join("none.safetensors"));
    let args = ["dump", "--harmful", prompts, "--benign", prompts, "-o", out.to_str().unwrap()];
    with_config(&config, &args).fails(2, &["--flash-attn on"]);
}
