//! `antidote completions` and `antidote man`: what shells and `man` want to know.

use antidote::cli::shell_files;
use clap::CommandFactory;

use super::Failure;
use super::args::{Antidote, CompletionsArgs, ManArgs};

pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    Ok(shell_files::print_completions(Antidote::command(), args.shell)?)
}

pub fn man(args: &ManArgs) -> Result<(), Failure> {
    Ok(shell_files::write_pages(Antidote::command(), &args.out)?)
}
