//! Prompt files as they come: none becomes other prompts than it holds, and what was read is told.

use crate::common;

use std::path::PathBuf;

use antidote::dump::Dump;
use common::{Ran, antidote, demo_model, files_in};

struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        let scratch = Self { folder: tempfile::tempdir().unwrap() };
        scratch.write("other.txt", "Oil the spindle of the saw.\n");
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// `dump` with the files of both sides.
    fn dump(&self, harmful: &str, benign: &str, more: &[&str]) -> Ran {
        let (harmful, benign, out) = (self.path(harmful), self.path(benign), self.path("out.safetensors"));
        let mut args = vec!["dump".into(), demo_model().into_os_string(), "--harmful".into(), harmful.into()];
        args.extend(["--benign".into(), benign.into(), "-o".into(), out.into()]);
        args.extend(more.iter().map(Into::into));
        antidote(args)
    }
}

const UTF16: [u8; 12] = *b"s\0t\0o\0p\0 \0\n\0";

#[test]
fn files_that_are_not_what_they_are_taken_for_never_become_prompts() {
    let scratch = Scratch::new();
    let cases: [(&str, &[u8], &[&str]); 13] = [
        (
            "tabs.txt",
            b"id\tutterance\n1\tstop it\n",
            &["line 1: ", "tab-separated", "'utterance'", "--column", "--plain-text"],
        ),
        ("ragged.tsv", b"id\tprompt\n1\tstop it\n2\n", &["line 3: it has 1 columns, but the header has 2"]),
        ("table.txt", b"id,utterance\n1,stop it\n", &["line 1: ", "'id', 'utterance'", "--column", "--plain-text"]),
        (
            "lines.txt",
            b"{\"prompt\": \"a\"}\n{\"prompt\": \"b\"\n{\"prompt\": \"c\"}\n",
            &["line 2: not JSON", "--plain-text"],
        ),
        ("open.csv", b"id,prompt\n1,\"stop it\n2,clean it\n", &["line 2: its quotation mark is never closed"]),
        ("utf16.txt", &UTF16, &["line 1: ", "UTF-16 without a byte order mark"]),
        ("empty.json", b"[\"stop it\", \"\"]", &["entry 2: it is empty"]),
        (
            "lfs.csv",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            &["a pointer of git-lfs", "git lfs pull"],
        ),
        ("annex.csv", b"/annex/objects/MD5-s1--0\n", &["a pointer of git-annex"]),
        ("p.parquet", b"PAR1\x15\x04\x15", &["a Parquet table"]),
        ("page.txt", b"<!DOCTYPE html>\n<html></html>\n", &["web page"]),
        ("escape.txt", b"stop it\r\n\x1b[2J\r\n", &["line 2: ", "U+001B"]),
        ("latin.txt", b"stop it\rcaf\xe9\r", &["not valid UTF-8 (line 2)"]),
    ];
    for (name, bytes, words) in cases {
        scratch.write(name, bytes);
        let words: Vec<&str> = words.iter().copied().chain([name]).collect();
        scratch.dump(name, "other.txt", &[]).fails(1, &words);
        scratch.dump("other.txt", name, &[]).fails(1, &words);
        let path = scratch.path(name).into_os_string();
        let model = || demo_model().into_os_string();
        antidote(["run".into(), model(), "--no-vector".into(), "--prompts".into(), path.clone()]).fails(1, &words);
        let out = scratch.path("eval").into_os_string();
        antidote(["eval".into(), model(), "--benign".into(), path, "--out".into(), out]).fails(1, &words);
        std::fs::remove_file(scratch.path(name)).unwrap();
    }
    assert_eq!(files_in(scratch.folder.path()), ["other.txt"]);
}

#[test]
fn what_was_read_is_told_at_the_start() {
    let scratch = Scratch::new();
    scratch.write("bad.tsv", "id\tprompt\n1\t\"Break\nthe saw\"\n2\tBreak the press\n");
    let ran = scratch.dump("bad.tsv", "other.txt", &[]).succeeds();
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(
        lines[0].starts_with("harmful: 2 prompts from ")
            && lines[0].contains("bad.tsv (tab-separated, column 'prompt')")
    );
    assert!(lines[0].ends_with("first: \"Break\\nthe saw\""), "{}", lines[0]);
    assert!(
        lines[1].starts_with("benign: 1 prompt from ") && lines[1].contains("other.txt (plain text), first: \"Oil the")
    );
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    assert_eq!(Dump::open(&scratch.path("out.safetensors")).unwrap().n_prompts(), 3);
    // With line ends of old Macs, as UTF-16 of spreadsheets.
    let text = "\u{feff}id\tprompt\r1\tBreak the saw\r2\tBreak the press\r";
    scratch.write("bad.txt", text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let ran = scratch.dump("bad.txt", "other.txt", &["--force"]).succeeds();
    assert!(ran.stderr.contains("harmful: 2 prompts"), "{}", ran.stderr);

    let prompts = scratch.path("bad.tsv").into_os_string();
    let run = |more: &str| {
        let fixed = ["run", "--no-vector", "--temp", "0", "-n", "2", more, "--prompts"].map(Into::into);
        antidote(fixed.into_iter().chain([prompts.clone(), demo_model().into_os_string()])).succeeds()
    };
    assert!(run("--json").stderr.contains("read: 2 prompts from "));
    assert!(!run("--quiet").stderr.contains("prompts from"));
}

#[test]
fn the_same_prompt_on_both_sides_and_safe_ones_given_as_harmful_are_warned_of() {
    let scratch = Scratch::new();
    scratch.write(
        "x.csv",
        "prompt,type,label\nOil the spindle of the saw.,homonyms,safe\nBreak it,contrast_homonyms,unsafe\n",
    );
    let ran = scratch.dump("x.csv", "other.txt", &[]).succeeds();
    for words in [
        "warning: ",
        "x.csv: 1 of 2 prompts given as harmful are labelled benign by the file itself (first: line 2, label 'safe')",
        "warning: 1 prompt is on both sides, first: \"Oil the spindle of the saw.\"",
    ] {
        assert!(ran.stderr.contains(words), "no '{words}' in {}", ran.stderr);
    }
    let ran = scratch.dump("other.txt", "x.csv", &["--force"]).succeeds();
    assert!(ran.stderr.contains("given as benign are labelled harmful"), "{}", ran.stderr);
    scratch.write("pairs.tsv", "harmful\tbenign\nBreak it\tMend it\nMend it\tOil it\n");
    let (pairs, out) = (scratch.path("pairs.tsv").into_os_string(), scratch.path("p.safetensors").into_os_string());
    let args = ["dump".into(), demo_model().into_os_string(), "--pairs".into(), pairs, "-o".into(), out];
    let ran = antidote(args).succeeds();
    assert!(ran.stderr.contains("harmful: 2 prompts from ") && ran.stderr.contains("benign: 2 prompts from "));
    assert!(ran.stderr.contains("on both sides, first: \"Mend it\" (pair 2; pair 1)"), "{}", ran.stderr);
}

#[test]
fn unknown_labels_of_near_misses_are_refused_by_line() {
    let scratch = Scratch::new();
    scratch.write("x.csv", "prompt,type,label\nOil it,homonyms,safe\nBreak it,contrast_homonyms,usafe\n");
    let (file, out) = (scratch.path("x.csv").into_os_string(), scratch.path("eval").into_os_string());
    let args = ["eval".into(), demo_model().into_os_string(), "--near-miss".into(), file, "--out".into(), out];
    antidote(args).fails(1, &["x.csv, line 3: its label 'usafe' is unknown", "safe, unsafe"]);
    assert_eq!(files_in(scratch.folder.path()), ["other.txt", "x.csv"]);
}

#[test]
fn a_column_can_be_named_and_plain_text_insisted_on() {
    let scratch = Scratch::new();
    scratch.write("t.csv", "prompt,rewritten\nBreak it,Bend it\n");
    let ran = scratch.dump("t.csv", "other.txt", &["--column", "Rewritten"]).succeeds();
    assert!(ran.stderr.contains("column 'rewritten'), first: \"Bend it\""), "{}", ran.stderr);
    let ran = scratch.dump("t.csv", "other.txt", &["--plain-text", "--force"]).succeeds();
    assert!(ran.stderr.contains("harmful: 2 prompts") && ran.stderr.contains("first: \"prompt,rewritten\""));
    scratch
        .dump("t.csv", "other.txt", &["--column", "zzz", "--force"])
        .fails(1, &["t.csv, line 1: ", "'prompt', 'rewritten'"]);
    scratch
        .dump("other.txt", "other.txt", &["--column", "x", "--force"])
        .fails(1, &["no columns", "plain text", "--column"]);
    scratch.dump("t.csv", "other.txt", &["--column", "x", "--plain-text"]).fails(2, &["--column", "--plain-text"]);
    let pairs = ["dump", "--pairs", "x.csv", "--column", "x", "-o", "o.safetensors"].map(Into::into);
    antidote(pairs.into_iter().chain([demo_model().into_os_string()])).fails(2, &["--pairs", "--column"]);
    // Where nothing is read from a file, neither would do anything.
    for flag in ["--plain-text", "--column=x"] {
        let run = ["run", "-p", "stop it", "--no-vector", flag].map(Into::into);
        antidote(run.into_iter().chain([demo_model().into_os_string()])).fails(2, &["--prompt"]);
    }
    let cases = scratch.path("cases.jsonl");
    std::fs::write(&cases, "{\"prompt\": \"p\", \"kind\": \"benign\"}\n").unwrap();
    let (cases, out) = (cases.into_os_string(), scratch.path("eval").into_os_string());
    let eval = ["eval", "--column", "x", "--cases"].map(Into::into);
    antidote(eval.into_iter().chain([cases, "--out".into(), out, demo_model().into_os_string()]))
        .fails(1, &["no prompt file is read", "--column"]);
}
