//! `antidote-derive completions` and `antidote-derive man`: what shells and `man` want to know.

use std::path::PathBuf;

use antidote::cli::shell_files;
use clap::{Args, CommandFactory};

use super::Failure;

#[derive(Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

#[derive(Args)]
pub struct ManArgs {
    /// The folder to write to.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
}

pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    Ok(shell_files::print_completions(super::args::Args::command(), args.shell)?)
}

pub fn man(args: &ManArgs) -> Result<(), Failure> {
    Ok(shell_files::write_pages(super::args::Args::command(), &args.out)?)
}
