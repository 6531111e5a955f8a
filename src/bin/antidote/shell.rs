//! `antidote completions` and `antidote man`: what shells and `man` want to know.

use clap::CommandFactory;

use super::Failure;
use super::args::{Antidote, CompletionsArgs, ManArgs};
use super::shell_files;

pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    Ok(shell_files::print_completions(Antidote::command(), args.shell)?)
}

pub fn man(args: &ManArgs) -> Result<(), Failure> {
    Ok(shell_files::write_pages(Antidote::command(), &args.out)?)
}
