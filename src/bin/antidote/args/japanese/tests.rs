//! Every text in both languages.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Command, CommandFactory};
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::args::Antidote;

const FOLDER: &str = "src/bin/antidote/args/japanese";

/// The program and its subcommands, each with its name here.
fn commands() -> Vec<(String, Command)> {
    let program = Antidote::command();
    let subcommands = program.get_subcommands().map(|command| (command.get_name().to_owned(), command.clone()));
    [(String::new(), program.clone())].into_iter().chain(subcommands).collect()
}

/// Every argument that has an English text: subcommand, name, text.
fn arguments() -> Vec<(String, String, String)> {
    let of = |(name, command): &(String, Command)| -> Vec<(String, String, String)> {
        let explained = command.get_arguments().filter_map(|argument| Some((argument.get_id(), argument.get_help()?)));
        explained.map(|(id, text)| (name.clone(), id.to_string(), text.to_string())).collect()
    };
    commands().iter().flat_map(of).collect()
}

/// Flags, figures and files, which are the same in every language.
fn same_everywhere(text: &str) -> BTreeSet<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '*' | '~' | '=');
    let words = text.split(|c| !is_word(c)).map(|word| word.trim_end_matches(['.', '-']));
    let is_same = |word: &&str| {
        word.contains(|c: char| c.is_ascii_digit())
            || word.starts_with('-')
            || word.contains('_')
            || (word.contains(['/', '.']) && word.len() > 1)
    };
    words.filter(is_same).collect()
}

fn check(name: &str, english: &str, japanese: &str) {
    let (en, ja) = (same_everywhere(english), same_everywhere(japanese));
    let lost: Vec<_> = en.difference(&ja).filter(|word| !word.is_empty()).collect();
    assert!(lost.is_empty(), "{name}: {lost:?} of the English text is not in the Japanese one in {FOLDER}: {japanese}");
    let made_up: Vec<_> = ja.difference(&en).filter(|word| word.starts_with("--")).collect();
    assert!(made_up.is_empty(), "{name}: {made_up:?} of the Japanese text in {FOLDER} is not in the English one");
}

#[test]
fn under_a_japanese_locale_every_flag_is_explained_in_japanese() {
    for (command, id, english) in arguments() {
        let file = if command == "eval" { "eval.rs" } else { "own.rs" };
        let Some(japanese) = of_argument(&command, &id) else {
            panic!(
                "the flag '{id}' of 'antidote {command}' has no Japanese text: add (\"{id}\", \"…\") to {FOLDER}/{file}, or \
                 to shared.rs if several commands have it. English: {english}"
            );
        };
        check(&format!("{command} {id}"), &english, japanese);
    }
}

#[test]
fn under_a_japanese_locale_every_command_is_explained_in_japanese() {
    for (name, command) in commands() {
        let texts = [
            ("ABOUT", command.get_about(), find(commands::ABOUT, &name)),
            ("AFTER_HELP", command.get_after_help(), find(commands::AFTER_HELP, &name)),
        ];
        for (table, english, japanese) in texts {
            match (english, japanese) {
                (Some(english), Some(japanese)) => check(&name, &english.to_string(), japanese),
                (Some(english), None) => {
                    panic!(
                        "'antidote {name}' has no Japanese text in {table} of {FOLDER}/commands.rs; English: {english}"
                    )
                }
                (None, Some(_)) => panic!("{table} of {FOLDER}/commands.rs has '{name}', which has no English text"),
                (None, None) => {}
            }
        }
        assert!(
            command.get_long_about().is_none(),
            "'antidote {name}' has a long text, which {FOLDER} does not replace"
        );
        for argument in command.get_arguments() {
            let id = argument.get_id();
            assert!(
                argument.get_long_help().is_none(),
                "'{id}' of '{name}' has a long text, which {FOLDER} does not replace"
            );
            if let Some(heading) = argument.get_help_heading() {
                let is_there = find(commands::HEADINGS, heading).is_some();
                assert!(is_there, "the heading '{heading}' is not in HEADINGS of {FOLDER}/commands.rs");
            }
        }
    }
}

#[test]
fn no_japanese_text_is_left_over() {
    let arguments = arguments();
    for command in commands().into_iter().map(|(name, _)| name).filter(|name| name != "config") {
        for (id, _) in own::of(&command) {
            let is_used = arguments.iter().any(|(other, argument, _)| *other == command && argument == id);
            assert!(is_used, "{FOLDER}: 'antidote {command}' has no flag '{id}' any more; take its text out");
        }
    }
    for (name, _) in commands::ABOUT.iter().chain(commands::AFTER_HELP) {
        let is_used = commands().iter().any(|(command, _)| command == name);
        assert!(is_used, "{FOLDER}/commands.rs: there is no command '{name}' any more; take its text out");
    }
    let headings: Vec<String> = commands()
        .iter()
        .flat_map(|(_, command)| command.get_arguments().map(heading_of).collect::<Vec<_>>())
        .collect();
    for (heading, _) in commands::HEADINGS {
        let is_used = headings.iter().any(|other| other == heading);
        assert!(is_used, "{FOLDER}/commands.rs: there is no heading '{heading}' any more; take it out");
    }
}

#[test]
fn a_shared_text_stands_for_one_english_text() {
    let mut english: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let arguments = arguments();
    for (command, id, text) in &arguments {
        if find(own::of(command), id).is_none() {
            english.entry(id).or_default().insert(text.clone());
        }
    }
    for (id, _) in shared::SHARED.iter().flat_map(|texts| texts.iter()) {
        let texts =
            english.get(id).unwrap_or_else(|| panic!("{FOLDER}/shared.rs: no flag '{id}' uses its text any more"));
        assert!(
            texts.len() == 1,
            "{FOLDER}/shared.rs: '{id}' means different things, give the others texts in own.rs: {texts:?}"
        );
    }
}

fn help(arguments: &[&str], width: usize) -> String {
    in_width(Antidote::command(), width).try_get_matches_from(arguments).unwrap_err().to_string()
}

#[test]
fn help_is_japanese_and_fits_the_terminal() {
    for (name, _) in commands() {
        for (flag, width) in [("-h", 80), ("--help", 80), ("-h", 60), ("-h", 120)] {
            let text = help(
                &["antidote", &name, flag]
                    .map(str::trim)
                    .into_iter()
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>(),
                width,
            );
            assert!(text.contains("使い方: antidote") && text.contains("ヘルプを表示します"), "{text}");
            // They have no heading of their own, and must not slip under another's.
            let options = text.lines().skip_while(|line| *line != "オプション:").take_while(|line| !line.is_empty());
            assert!(
                options.filter(|line| line.contains("--help") || line.contains("--version")).count() == 2,
                "{text}"
            );
            for english in ["Usage", "Options:", "Arguments:", "Commands:", "Print help", "[default", "ossible values"]
            {
                assert!(!text.contains(english), "{english} in {text}");
            }
            // What stands beside or below a flag; the flags themselves are not broken.
            let is_text = |line: &&str| !line.starts_with("使い方") && line.chars().any(|c| ('ぁ'..='ん').contains(&c));
            for line in text.lines().filter(is_text) {
                assert!(line.width() <= width, "{} columns of {width}: {line}", line.width());
            }
        }
    }
}

#[test]
fn japanese_help_changes_no_value() {
    for arguments in [
        vec!["antidote", "chat", "m.gguf", "-c", "100", "--top-k", "3"],
        vec!["antidote", "run", "-p", "x", "-v", "--vector", "a.sv", "--vector", "b.sv"],
        vec!["antidote", "explain", "v.sv", "m.gguf"],
        vec!["antidote", "dump", "m.gguf", "--harmful", "h", "--benign", "b", "-o", "o"],
    ] {
        let [en, ja] = [Antidote::command(), in_width(Antidote::command(), 80)].map(|command| {
            let matches = command.try_get_matches_from(&arguments).unwrap();
            let (name, matches) = matches.subcommand().unwrap();
            let values = |id: &clap::Id| -> Vec<String> {
                let raw = matches.get_raw(id.as_str()).into_iter().flatten();
                raw.map(|value| value.to_string_lossy().into_owned()).collect()
            };
            let ids = matches.ids().filter(|id| !matches!(id.as_str(), "help" | "version"));
            let mut all: Vec<String> = ids.map(|id| format!("{name} {id} {:?}", values(id))).collect();
            all.sort();
            all
        });
        assert_eq!(en, ja);
    }
}
