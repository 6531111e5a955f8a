//! Command lines that clap refuses, in Japanese: one sentence by the kind of mistake, then clap's own lines.

use std::fmt::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What clap says behind the sentence, as it begins and as it begins in Japanese.
const LABELS: [(&str, &str); 6] = [
    ("Usage: ", "使い方: "),
    ("  tip: a similar argument exists: ", "  ヒント: 似た引数があります: "),
    ("  tip: a similar subcommand exists: ", "  ヒント: 似たコマンドがあります: "),
    ("  tip: ", "  ヒント: "),
    ("  [possible values: ", "  [値: "),
    ("For more information, try '--help'.", "詳しくは '--help' を見てください。"),
];

/// The whole message, its label included.
pub fn message(error: &clap::Error) -> String {
    let mut text = format!("エラー: {}\n", sentence(error));
    let english = error.to_string();
    for line in english.lines().skip(1) {
        let label = LABELS.into_iter().find_map(|(en, ja)| line.strip_prefix(en).map(|rest| (ja, rest)));
        let _ = match label {
            Some((ja, rest)) => writeln!(text, "{ja}{rest}"),
            None => writeln!(text, "{line}"),
        };
    }
    text
}

/// What is wrong, without a label.
pub fn sentence(error: &clap::Error) -> String {
    let said = |kind| error.get(kind).map(text_of).filter(|text| !text.is_empty());
    let argument = said(ContextKind::InvalidArg).unwrap_or_default();
    let value = said(ContextKind::InvalidValue);
    match (error.kind(), value) {
        (ErrorKind::InvalidValue, None) => format!("'{argument}' には値が必要です"),
        (ErrorKind::InvalidValue, Some(value)) => format!("'{argument}' に '{value}' は使えません"),
        (ErrorKind::ValueValidation, Some(value)) => {
            let why = std::error::Error::source(error).map(|why| format!(": {why}")).unwrap_or_default();
            format!("'{argument}' に '{value}' は使えません{why}")
        }
        (ErrorKind::UnknownArgument, _) => format!("'{argument}' という引数はありません"),
        (ErrorKind::InvalidSubcommand, _) => {
            let command = said(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("'{command}' というコマンドはありません")
        }
        (ErrorKind::ArgumentConflict, _) => match said(ContextKind::PriorArg) {
            Some(prior) if prior == argument => format!("'{argument}' は 1 回しか指定できません"),
            Some(prior) => format!("'{argument}' は '{prior}' と同時に指定できません"),
            None => format!("'{argument}' は他の引数と同時に指定できません"),
        },
        (ErrorKind::MissingRequiredArgument, _) => "必要な引数がありません:".to_owned(),
        (ErrorKind::MissingSubcommand, _) => "コマンドを指定してください".to_owned(),
        (ErrorKind::TooManyValues, Some(value)) => format!("'{argument}' に余分な値 '{value}' があります"),
        (ErrorKind::NoEquals, _) => format!("'{argument}' の値は = でつなげてください"),
        (ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues, _) => format!("'{argument}' の値の数が違います"),
        (ErrorKind::InvalidUtf8, _) => "引数が UTF-8 として読めません".to_owned(),
        // Help and the version are no mistakes; what else there may be is clap's own.
        _ => {
            let english = error.to_string();
            let first = english.lines().next().unwrap_or_default();
            first.strip_prefix("error: ").unwrap_or(first).to_owned()
        }
    }
}

fn text_of(value: &ContextValue) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Antidote;
    use clap::CommandFactory;

    #[test]
    fn under_a_japanese_locale_wrong_command_lines_are_refused_in_japanese() {
        let cases: [(&[&str], &[&str]); 11] = [
            (
                &["chat", "--tmep", "1"],
                &["'--tmep' という引数はありません", "ヒント: 似た引数があります: '--temp'", "使い方: antidote chat"],
            ),
            (&["chat", "--temp", "hot"], &["'--temp <T>' に 'hot' は使えません: not a finite number"]),
            (&["chat", "--lang", "de"], &["'--lang <LANG>' に 'de' は使えません", "[値: en, ja]"]),
            (&["chat", "--temp"], &["'--temp <T>' には値が必要です"]),
            (&["chta"], &["'chta' というコマンドはありません", "似たコマンドがあります: 'chat'"]),
            (&["chat", "a.gguf", "b.gguf"], &["'b.gguf' という引数はありません"]),
            (
                &["run", "-p", "x", "--prompts", "y"],
                &["'--prompt <TEXT>' は '--prompts <FILE>' と同時に指定できません"],
            ),
            (&["run", "-p", "x", "-p", "y"], &["'--prompt <TEXT>' は 1 回しか指定できません"]),
            (&["run"], &["必要な引数がありません:", "--prompt <TEXT>"]),
            (&["man"], &["必要な引数がありません:", "--out <DIR>"]),
            (&["inspect", "a.sv", "--json=1"], &["'--json' に余分な値 '1' があります"]),
        ];
        for (arguments, expected) in cases {
            let error = Antidote::command().try_get_matches_from([&["antidote"], arguments].concat()).unwrap_err();
            let text = message(&error);
            for expected in [expected, &["エラー: ", "'--help' を見てください"]].concat() {
                assert!(text.contains(expected), "no '{expected}' in {text}");
            }
            assert!(!text.contains("error:") && !text.contains("Usage:"), "{text}");
        }
    }
}
