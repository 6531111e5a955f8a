//! `antidote-derive`: from a dump of hidden states to a sparse safety vector. Knows nothing of llama.cpp.

// They panic where nobody reads them: `antidote::say!`, or `write!` and its error.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

mod args;
mod convert;
mod hints;
mod input;
mod progress;
mod report;
mod shell;

use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use antidote::cli::is_broken_pipe;
use antidote::derive::{Derivation, DeriveConfig, Execution, derive, draw};
use antidote::dump::Dump;
use antidote::files::write_atomically;
use antidote::vector::SvFile;
use clap::Parser;

use args::Args;

type Failure = Box<dyn std::error::Error>;

/// A combination of arguments that makes no sense: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

fn main() -> ExitCode {
    let args = Args::parse();
    antidote::cli::explain_bus_errors();
    if let Some(conversion) = args.conversion {
        return exit_code(convert::run(&conversion));
    }
    exit_code(run(args))
}

/// Nothing that is there is replaced unasked; `flag` names another place.
fn check_free(goal: &Path, force: bool, flag: &str) -> Result<(), UsageError> {
    if !goal.exists() || force {
        return Ok(());
    }
    let goal = goal.display();
    Err(UsageError(format!("{goal} already exists; overwrite it with --force or choose another with {flag}")))
}

fn exit_code(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the report has had enough: the vector is written all the same.
        Err(failure) if is_broken_pipe(&*failure) => ExitCode::SUCCESS,
        Err(failure) => {
            antidote::say!("error: {failure}");
            if let Some(hint) = hints::hint(&*failure) {
                antidote::say!("hint: {hint}");
            }
            if failure.is::<UsageError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run(args: Args) -> Result<(), Failure> {
    let out = args.out();
    check_free(&out, args.force, "--out")?;
    args.plot.as_deref().map_or(Ok(()), |plot| check_free(plot, args.force, "--plot"))?;
    let dump = input::open(args.dump(), &args.foreign)?;
    let config = DeriveConfig {
        method: args.method,
        scale: args.scale.into(),
        sparsity: args.sparsity / 100.0,
        keep: args.sparsify.into(),
        layers: args.layers,
        hold_out: !args.fit_all,
        flip_sign: args.flip_sign,
        concept: args.concept,
        suggested_alpha: args.suggested_alpha,
        alpha_range: args.alpha_range,
        provenance: args.provenance,
        created_unix: now(),
    };
    let derivation = {
        let progress = progress::Progress::start()?;
        derive(&dump, &config, &Execution { watch: &|done, total| progress.show(done, total), ..Execution::default() })?
    };
    // Drawn first, so that a picture that cannot be drawn leaves no vector behind.
    args.plot.as_deref().map_or(Ok(()), |plot| draw_into(plot, &dump, &derivation))?;
    derivation.vector.write(&out)?;
    report::print(&SvFile::open(&out)?, &derivation.warnings)?;
    Ok(())
}

fn draw_into(plot: &Path, dump: &Dump, derivation: &Derivation) -> Result<(), Failure> {
    let svg = draw(dump, derivation)?;
    write_atomically(plot, svg.as_bytes())
        .map_err(|error| format!("cannot write the plot {}: {error}", plot.display()).into())
}

/// The time, or what `SOURCE_DATE_EPOCH` says, so that a build can be repeated to the byte.
fn now() -> u64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    fixed.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
