//! The config file: defaults for the flags of `chat`, `run` and `dump`, under the same names.
//!
//! A value becomes its flag's default before the command line is read, so clap checks both alike, `--help` shows it,
//! and a flag on the command line wins.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use antidote::chat::at_home;
use antidote::japanese;
use antidote::prompt::Language;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory};
use toml::de::{DeTable, DeValue};

use super::args::Antidote;
use super::{Failure, UsageError, usage};

/// The flags that may stand in the file. What belongs to one model alone (vectors, α, templates) may not: it would
/// be wrong for every other.
const KEYS: [&str; 19] = [
    "model",
    "ctx",
    "threads",
    "batch",
    "flash-attn",
    "cache-type",
    "system",
    "max-tokens",
    "temp",
    "top-k",
    "top-p",
    "min-p",
    "repeat-penalty",
    "repeat-last-n",
    "seed",
    "speculate",
    "lang",
    "quiet",
    "hide-thinking",
];

/// Those that are paths.
const PATHS: [&str; 1] = ["model"];

/// The subcommands that the file is about.
const COMMANDS: [&str; 4] = ["chat", "run", "dump", "config"];

/// What `dump` takes from it: how the model runs. A system prompt that somebody likes in a chat must not find its way
/// into a vector.
const KEYS_OF_DUMP: [&str; 6] = ["model", "ctx", "threads", "batch", "flash-attn", "cache-type"];

/// Another file, or none if empty.
const VARIABLE: &str = "ANTIDOTE_CONFIG";

/// A config file that was read; without values if there is none.
#[derive(Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    values: Vec<Value>,
}

/// A value that the program chooses itself.
#[derive(Debug)]
pub struct OpenValue {
    pub key: &'static str,
    pub text: String,
    pub source: &'static str,
}

#[derive(Debug)]
struct Value {
    key: &'static str,
    text: String,
    line: usize,
}

impl Config {
    /// Reads the file where it should be.
    ///
    /// # Errors
    /// It cannot be read, is not TOML, or has a key or value that no flag has.
    pub fn find() -> Result<Self, UsageError> {
        let named = std::env::var_os(VARIABLE);
        let is_named = named.is_some();
        let path = match named {
            Some(path) if path.is_empty() => None,
            Some(path) => Some(PathBuf::from(path)),
            None => {
                use etcetera::BaseStrategy;
                let base = etcetera::choose_base_strategy().ok();
                base.map(|base| base.config_dir().join("antidote").join("config.toml"))
            }
        };
        let Some(path) = path else { return Ok(Self::default()) };
        let language = Language::of_locale();
        let shown = path.display();
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self { values: parse(&text, &path, language)?, path: Some(path) }),
            // Whoever names a file means it to be there.
            Err(error) if error.kind() == io::ErrorKind::NotFound && is_named => Err(UsageError(language.pick(
                format!("{VARIABLE} names {shown}, which does not exist; correct it, or set it to an empty value to read no config file"),
                format!("{VARIABLE} が示す {shown} がありません。直すか、設定ファイルを読まない場合は空にしてください"),
            ))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self { values: vec![], path: Some(path) }),
            Err(error) => Err(UsageError(language.pick(
                format!("cannot read the config file {shown}: {error}"),
                japanese::unreadable("設定ファイル", &path, &error),
            ))),
        }
    }

    /// `command` with the file's values as defaults.
    pub fn apply(&self, mut command: Command) -> Command {
        for name in COMMANDS {
            command = command.mut_subcommand(name, |mut subcommand| {
                for value in self.values.iter().filter(|value| name != "dump" || KEYS_OF_DUMP.contains(&value.key)) {
                    if let Some(id) = flag(&subcommand, value.key).map(|flag| flag.get_id().clone()) {
                        subcommand = subcommand.mut_arg(id, |flag| flag.default_value(value.text.clone()));
                    }
                }
                subcommand
            });
        }
        command
    }

    /// Prints every value and where it comes from. `matches` are those of `antidote config` itself, `open` the values
    /// that neither the command line nor the file gives.
    ///
    /// # Errors
    /// Standard output is gone.
    pub fn show(&self, matches: &ArgMatches, open: &[OpenValue]) -> Result<(), Failure> {
        let command = Antidote::command();
        let Some(subcommand) = command.find_subcommand("config") else { return Ok(()) };
        let mut stdout = antidote::terminal::stdout();
        match &self.path {
            Some(path) if path.is_file() => writeln!(stdout, "# {}", path.display())?,
            Some(path) => writeln!(stdout, "# {} (does not exist)", path.display())?,
            None => writeln!(stdout, "# no config file")?,
        }
        for key in KEYS {
            let Some(flag) = flag(subcommand, key) else { continue };
            let id = flag.get_id().as_str();
            let value = matches.get_raw(id).and_then(|mut values| values.next()).map(|value| value.to_string_lossy());
            let source = match (matches.value_source(id), self.values.iter().find(|value| value.key == key)) {
                (Some(ValueSource::CommandLine), _) => "command line".to_owned(),
                (_, Some(value)) => format!("file, line {}", value.line),
                _ => "default".to_owned(),
            };
            let (value, source) = match (value, open.iter().find(|open| open.key == key)) {
                (None, Some(open)) => (open.text.as_str().into(), open.source.to_owned()),
                (value, _) => (value.unwrap_or_else(|| "–".into()), source),
            };
            writeln!(stdout, "{key:<16}{value:<24}{source}")?;
        }
        Ok(())
    }
}

/// The flag `--key` of `command`.
fn flag<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|flag| flag.get_long() == Some(key))
}

fn parse(text: &str, path: &Path, language: Language) -> Result<Vec<Value>, UsageError> {
    let line = |offset: usize| 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    let wrong = |offset: usize, what: String| {
        let (path, line) = (path.display(), line(offset));
        UsageError(language.pick(format!("{path}, line {line}: {what}"), format!("{path}、{line} 行目: {what}")))
    };
    let table = DeTable::parse(text)
        .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let mut values = vec![];
    for (name, value) in table.get_ref() {
        let (place, name): (usize, &str) = (name.span().start, name.get_ref().as_ref());
        let Some(key) = KEYS.into_iter().find(|key| *key == name) else {
            let keys = KEYS.join(", ");
            let what = language.pick(
                format!("'{name}' is not a config key; valid keys are {keys}"),
                format!("'{name}' という設定はありません。使えるのは {keys} です"),
            );
            return Err(wrong(place, what));
        };
        let text = checked(key, value.get_ref(), language)
            .map_err(|what| wrong(value.span().start, format!("'{key}': {what}")))?;
        // A switch that is off is what it is anyway.
        if text != "false" {
            values.push(Value { key, text, line: line(place) });
        }
    }
    Ok(values)
}

/// `value` as one would type it behind `--key`, checked as if one had.
fn checked(key: &str, value: &DeValue<'_>, language: Language) -> Result<String, String> {
    let text = match value {
        // No shell has read it.
        DeValue::String(text) if PATHS.contains(&key) => at_home(text).to_string_lossy().into_owned(),
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            number.map_err(|error| error.to_string())?.to_string()
        }
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(switch) => switch.to_string(),
        other => {
            let kind = other.type_str();
            return Err(language.pick(
                format!("a {kind} is not a valid value; write a string, a number, true or false"),
                format!("{kind} は使えません。文字列、数値、true、false のいずれかを書いてください"),
            ));
        }
    };
    let command = Antidote::command();
    let Some(chat) = command.find_subcommand("chat") else { return Ok(text) };
    let is_switch = flag(chat, key).is_some_and(|flag| !flag.get_action().takes_values());
    match (is_switch, matches!(value, DeValue::Boolean(_))) {
        (true, true) => Ok(text),
        (true, false) => Err(language.pick("write true or false", "true か false を書いてください")),
        (false, true) => Err(language.pick(
            "true and false are only for switches; this takes a value",
            "true と false はスイッチにだけ使えます。ここには値を書いてください",
        )),
        (false, false) => match chat.clone().try_get_matches_from(["chat".to_owned(), format!("--{key}={text}")]) {
            Ok(_) => Ok(text),
            Err(error) => Err(match language {
                Language::En => {
                    let error = error.to_string();
                    let first = error.lines().next().unwrap_or_default();
                    first.strip_prefix("error: ").unwrap_or(first).to_owned()
                }
                Language::Ja => usage::sentence(&error),
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::FromArgMatches;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Config, String> {
        read_in(text, Language::En)
    }

    fn read_in(text: &str, language: Language) -> Result<Config, String> {
        let path = Path::new("config.toml");
        let values = parse(text, path, language).map_err(|error| error.to_string())?;
        Ok(Config { path: Some(path.to_owned()), values })
    }

    fn chat(config: &Config, arguments: &[&str]) -> crate::args::ChatArgs {
        let command = config.apply(Antidote::command());
        let matches = command.try_get_matches_from(["antidote", "chat"].iter().chain(arguments)).unwrap();
        match Antidote::from_arg_matches(&matches).unwrap().command {
            crate::args::Command::Chat(args) => args,
            _ => panic!("not a chat"),
        }
    }

    #[test]
    fn the_file_is_below_the_command_line() {
        let config = read("temp = 0.25\ntop-k = 7\nquiet = true\nhide-thinking = false\nlang = 'ja'\n").unwrap();
        let args = chat(&config, &["--top-k", "9", "--no-vector"]);
        assert_eq!((args.generation.temperature, args.generation.top_k), (0.25, 9));
        assert!(args.output.quiet && !args.output.hide_thinking && args.lang.is_some());
        assert_eq!(chat(&Config::default(), &[]).generation.top_k, 40);
    }

    #[test]
    fn a_tilde_in_the_file_is_the_home_folder() {
        let config = read("model = '~/models/a.gguf'\n").unwrap();
        let home = at_home("~/models/a.gguf");
        assert!(!home.starts_with("~"));
        assert_eq!(chat(&config, &["--no-vector"]).model.path(), Some(&home));
    }

    #[test]
    fn every_key_is_a_flag_of_chat() {
        let command = Antidote::command();
        let chat = command.find_subcommand("chat").unwrap();
        for key in KEYS {
            assert!(flag(chat, key).is_some(), "{key}");
        }
    }

    #[test]
    fn mistakes_are_named_by_file_line_and_key() {
        let cases = [
            ("\ntemprature = 1\n", ["line 2", "'temprature'", "top-k"]),
            ("temp = 0.5\n\ntemp = 1\n", ["line 3", "duplicate", "config.toml"]),
            ("temp = 'hot'\n", ["line 1", "'temp'", "'hot'"]),
            ("top-p = 2\n", ["line 1", "'top-p'", "0 to 1"]),
            ("quiet = 1\n", ["line 1", "'quiet'", "true or false"]),
            ("ctx = true\n", ["line 1", "'ctx'", "switches"]),
            ("alpha = 0.3\n", ["line 1", "'alpha'", "not a config key"]),
            ("# x\ntemp =\n", ["config.toml", "line 2", ""]),
            ("[chat]\ntemp = 1\n", ["line 1", "'chat'", "not a config key"]),
        ];
        for (text, expected) in cases {
            let error = read(text).unwrap_err();
            for expected in expected {
                assert!(error.contains(expected), "no '{expected}' in: {error}");
            }
        }
    }

    #[test]
    fn under_a_japanese_locale_mistakes_in_the_file_are_named_in_japanese() {
        let cases = [
            ("\ntemprature = 1\n", ["config.toml、2 行目", "'temprature' という設定はありません", "top-k"]),
            ("temp = 'hot'\n", ["1 行目", "'temp'", "'hot' は使えません"]),
            ("quiet = 1\n", ["1 行目", "'quiet'", "true か false を書いてください"]),
            ("ctx = true\n", ["1 行目", "'ctx'", "スイッチにだけ"]),
            ("ctx = [1]\n", ["1 行目", "'ctx'", "文字列、数値"]),
        ];
        for (text, expected) in cases {
            let error = read_in(text, Language::Ja).unwrap_err();
            for expected in expected {
                assert!(error.contains(expected), "no '{expected}' in: {error}");
            }
        }
    }

    /// Lines as people and disks write them: real keys with values of every kind, and anything at all.
    fn line() -> impl Strategy<Value = String> {
        let key = proptest::sample::select(KEYS.to_vec());
        let value = prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            any::<f64>().prop_map(|number| format!("{number:?}")),
            any::<bool>().prop_map(|switch| switch.to_string()),
            "[a-z0-9_./-]{0,8}".prop_map(|text| format!("'{text}'")),
            Just("[1, 2]".to_owned()),
            Just("0x_1".to_owned()),
            Just("1979-05-27".to_owned()),
        ];
        prop_oneof![8 => (key, value).prop_map(|(key, value)| format!("{key} = {value}")), 1 => any::<String>()]
    }

    proptest! {
        /// Refused with the file's name, or taken by every command as if typed.
        #[test]
        fn any_text_is_refused_or_taken(lines in proptest::collection::vec(line(), 0..6)) {
            match read(&lines.join("\n")) {
                Err(error) => prop_assert!(error.contains("config.toml"), "{error}"),
                Ok(config) => {
                    let command = config.apply(Antidote::command());
                    for name in COMMANDS {
                        let arguments: &[&str] = match name {
                            "run" => &["antidote", "run", "-p", "hello"],
                            "dump" => &["antidote", "dump", "x.gguf", "--harmful", "h", "--benign", "b", "--out", "o"],
                            name => &["antidote", name],
                        };
                        let matches = command.clone().try_get_matches_from(arguments);
                        prop_assert!(matches.is_ok(), "{name}: {}", matches.unwrap_err());
                    }
                }
            }
        }
    }
}
