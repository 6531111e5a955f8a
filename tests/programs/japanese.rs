//! Under a Japanese locale: `--help`, wrong command lines, and errors with their hints.

use crate::common;

use std::ffi::OsStr;
use std::process::Command;

use common::{Ran, demo_model, demo_vector};

/// `antidote` as `LANG=ja_JP.UTF-8` makes it speak.
fn antidote<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
    // An empty one is none.
    command.args(arguments).env("LC_ALL", "").env("LC_MESSAGES", "").env("LANG", "ja_JP.UTF-8");
    common::run(&mut command, b"")
}

/// Fails with `code`, in Japanese, and says every one of `words`.
#[track_caller]
fn fails(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{ran:?}");
    assert!(
        ran.stdout.is_empty()
            && ran.stderr.lines().any(|line| line.starts_with("エラー: "))
            && !ran.stderr.contains("error:"),
        "{ran:?}"
    );
    for word in words {
        assert!(ran.stderr.contains(word), "no '{word}' in {}", ran.stderr);
    }
}

#[test]
fn under_a_japanese_locale_errors_are_japanese() {
    let missing = antidote(["run", "-p", "x", "--no-vector", "/nowhere/m.gguf"]);
    fails(&missing, 1, &["モデル /nowhere/m.gguf を読めません: そのような", "(os error 2)"]);

    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.sv");
    let mut bytes = std::fs::read(demo_vector()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&broken, bytes).unwrap();
    let arguments = ["run", "-p", "x", "--vector"].map(OsStr::new);
    let model = demo_model();
    let ran = antidote(arguments.into_iter().chain([broken.as_os_str(), model.as_os_str()]));
    fails(&ran, 1, &["broken.sv はベクトルとして使えません: チェックサム", "ダウンロードし直してください"]);

    let table = folder.path().join("table.csv");
    std::fs::write(&table, "kind,size\na,1\n").unwrap();
    let ran = antidote([OsStr::new("run"), OsStr::new("--prompts"), table.as_os_str()]);
    fails(&ran, 1, &["table.csv の 1 行目を読めません: ", "\nヒント: --column NAME"]);

    let ran = antidote(["run", "-p", ""]);
    fails(&ran, 2, &["プロンプトが空"]);
    // A chat on a pipe ends with the same sentence.
    let ran = antidote(["chat", "/nowhere/m.gguf"]);
    fails(&ran, 1, &["モデル /nowhere/m.gguf を読めません"]);
}

#[test]
fn under_a_japanese_locale_wrong_command_lines_are_refused_in_japanese() {
    fails(
        &antidote(["chat", "--tmep", "1"]),
        2,
        &["'--tmep' という引数はありません", "--temp", "使い方: antidote chat"],
    );
    fails(&antidote(["chat", "--temp", "hot"]), 2, &["'--temp <T>' に 'hot' は使えません"]);
}

#[test]
fn under_a_japanese_locale_help_is_japanese() {
    let chat = antidote(["chat", "--help"]).succeeds();
    assert!(chat.stdout.contains("使い方: antidote chat") && chat.stdout.contains("[既定値: 40]"), "{chat:?}");
    let program = antidote(["--help"]).succeeds();
    assert!(program.stdout.contains("コマンド:") && program.stdout.contains("ターミナルでモデルと"), "{program:?}");
    assert_eq!(antidote(["help", "chat"]).succeeds().stdout, chat.stdout);
    assert_eq!(antidote(["help"]).succeeds().stdout, program.stdout);
    // What other programs read stays as it is.
    let english = common::antidote(["completions", "bash"]).succeeds().stdout;
    assert_eq!(antidote(["completions", "bash"]).succeeds().stdout, english);
}
