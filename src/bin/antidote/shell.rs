//! `antidote completions` and `antidote man`: what shells and `man` want to know, made from the flags themselves.

use std::io::Write;
use std::path::Path;

use antidote::files::write_atomically;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::args::{Antidote, CompletionsArgs, ManArgs};
use super::{Failure, Named};

const NAME: &str = "antidote";

/// Prints the completions.
pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    // Into memory first: clap_complete panics where nobody reads.
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut Antidote::command(), NAME, &mut script);
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&script)?;
    stdout.flush()?;
    Ok(())
}

/// Writes a page for the program and one for every subcommand.
pub fn man(args: &ManArgs) -> Result<(), Failure> {
    std::fs::create_dir_all(&args.out).map_err(|error| Named::new(&args.out, error))?;
    let mut command = Antidote::command().disable_help_subcommand(true);
    command.build();
    page(&command, &args.out)?;
    for subcommand in command.get_subcommands() {
        page(subcommand, &args.out)?;
    }
    Ok(())
}

fn page(command: &Command, folder: &Path) -> Result<(), Failure> {
    let man = Man::new(command.clone());
    let mut page = vec![];
    man.render(&mut page)?;
    let path = folder.join(man.get_filename());
    write_atomically(&path, &page).map_err(|error| Named::new(&path, error))?;
    Ok(())
}
