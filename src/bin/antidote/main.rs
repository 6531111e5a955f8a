//! `antidote`: run a GGUF chat model under sparse safety vectors.

// They panic where nobody reads them: `antidote::say!`, or `write!` and its error.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

mod args;
mod chat;
mod config;
mod demo;
mod dump;
mod eval;
mod explain;
mod failure;
mod hints;
mod inspect;
mod load;
mod process;
mod progress;
mod run;
mod shell;
mod tune;
mod tuned;
mod usage;

use std::process::ExitCode;
use std::{io, iter};

use antidote::cli::is_broken_pipe;
use antidote::prompt::Language;
use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use args::{Antidote, Command};
use config::Config;

/// Anything that ends a command early. Errors of the library explain themselves; a usage error is this program's.
type Failure = Box<dyn std::error::Error>;

/// A combination of arguments that makes no sense: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// An error of the library that is about the arguments all the same: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Misuse(#[source] Failure);

/// A file that could not be read, and why.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
struct Named {
    path: String,
    #[source]
    error: io::Error,
}

impl Named {
    fn new(path: &std::path::Path, error: io::Error) -> Self {
        Self { path: path.display().to_string(), error }
    }
}

/// What shells report of a program that Ctrl-C ended: 128 + SIGINT.
const EXIT_INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    // A broken config file must not stop what it is not about; whom it concerns is only known after parsing.
    let (config, config_error) = match Config::find() {
        Ok(config) => (config, None),
        Err(config_error) => (Config::default(), Some(config_error)),
    };
    let language = Language::of_locale();
    let matches = parsed(config.apply(Antidote::command()), language);
    let antidote = Antidote::from_arg_matches(&matches).unwrap_or_else(|error| refused(&error, language));
    process::install(antidote.verbose);
    let result = match (antidote.command, config_error) {
        (command, Some(config_error)) if command.is_configured() => Err(config_error.into()),
        (Command::Chat(args), _) => chat::run(args),
        (Command::Run(args), _) => run::run(args),
        (Command::Dump(args), _) => dump::run(args),
        (Command::Eval(args), _) => eval::run(&args),
        (Command::Inspect(args), _) => inspect::run(&args),
        (Command::Explain(args), _) => explain::run(&args),
        (Command::Tune(args), _) => tune::run(&args),
        (Command::Config(args), _) => {
            let open = tuned::open_values(&args.chat.model);
            matches.subcommand_matches("config").map_or(Ok(()), |matches| config.show(matches, &open))
        }
        (Command::Completions(args), _) => shell::completions(&args),
        (Command::Man(args), _) => shell::man(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if is_broken_pipe(&*failure) => ExitCode::SUCCESS,
        Err(failure) if is_interruption(&*failure) => ExitCode::from(EXIT_INTERRUPTED),
        Err(failure) => {
            antidote::say!("{}: {}", failure::label(language), failure::text(&*failure, language));
            if let Some(hint) = hints::hint(&*failure, language) {
                antidote::say!("{}: {hint}", failure::hint_label(language));
            }
            let is_misuse = failure.is::<UsageError>() || failure.is::<Misuse>();
            if is_misuse { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// The command line as `command` reads it. Ends the program where it asks for help, or is wrong.
fn parsed(command: clap::Command, language: Language) -> ArgMatches {
    if language == Language::En {
        return command.get_matches();
    }
    let command = args::japanese::translated(command);
    let matches = command.clone().try_get_matches().unwrap_or_else(|error| refused(&error, language));
    // Clap's own help command knows English only.
    if let Some(("help", help)) = matches.subcommand() {
        let names = help.get_many::<String>("command").into_iter().flatten().map(String::as_str);
        let asked = iter::once("antidote").chain(names).chain(iter::once("--help"));
        if let Err(help) = command.try_get_matches_from(asked) {
            refused(&help, language);
        }
    }
    matches
}

/// Ends the program with what clap says: help, the version, or what is wrong with the command line.
fn refused(error: &clap::Error, language: Language) -> ! {
    if language == Language::En
        || !error.use_stderr()
        || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    {
        error.exit();
    }
    let message = usage::message(error);
    antidote::say!("{}", message.trim_end());
    std::process::exit(error.exit_code());
}

fn is_interruption(failure: &(dyn std::error::Error + 'static)) -> bool {
    matches!(failure.downcast_ref(), Some(antidote::engine::EngineError::Interrupted))
}
