//! `antidote`: run a GGUF chat model under sparse safety vectors.

mod args;
mod chat;
mod demo;
mod dump;
mod explain;
mod inspect;
mod load;
mod progress;
mod run;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Antidote, Command};

/// Anything that ends a command early. Errors of the library explain themselves; a usage error is this program's.
type Failure = Box<dyn std::error::Error>;

/// A combination of arguments that makes no sense: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// What shells report of a program that Ctrl-C ended: 128 + SIGINT.
const EXIT_INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let antidote = Antidote::parse();
    antidote::engine::logs::install(antidote.verbose);
    let result = match antidote.command {
        Command::Chat(args) => chat::run(args),
        Command::Run(args) => run::run(args),
        Command::Dump(args) => dump::run(args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Explain(args) => explain::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if is_broken_pipe(&*failure) => ExitCode::SUCCESS,
        Err(failure) if is_interruption(&*failure) => ExitCode::from(EXIT_INTERRUPTED),
        Err(failure) => {
            eprintln!("error: {failure}");
            if failure.is::<UsageError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// Whoever reads our output has had enough (`antidote … | head`): a normal end.
fn is_broken_pipe(failure: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(failure), |error| error.source());
    causes.filter_map(|error| error.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

fn is_interruption(failure: &(dyn std::error::Error + 'static)) -> bool {
    matches!(failure.downcast_ref(), Some(antidote::engine::EngineError::Interrupted))
}
