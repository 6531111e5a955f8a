//! Completions and manual pages of a program, made from its flags. Both programs use it.

use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::files::write_atomically;

/// Prints the completions.
pub fn print_completions(mut command: Command, shell: clap_complete::Shell) -> io::Result<()> {
    let name = command.get_name().to_owned();
    // Into memory first: clap_complete panics where nobody reads.
    let mut script = vec![];
    clap_complete::generate(shell, &mut command, name, &mut script);
    let mut stdout = io::stdout().lock();
    stdout.write_all(&script)?;
    stdout.flush()
}

/// Writes a page for the program and one for every subcommand.
pub fn write_pages(command: Command, folder: &Path) -> io::Result<()> {
    named(folder, std::fs::create_dir_all(folder))?;
    let mut command = command.disable_help_subcommand(true);
    command.build();
    page(&command, folder)?;
    command.get_subcommands().try_for_each(|subcommand| page(subcommand, folder))
}

fn page(command: &Command, folder: &Path) -> io::Result<()> {
    let man = Man::new(command.clone());
    let mut page = vec![];
    man.render(&mut page)?;
    let path = folder.join(man.get_filename());
    named(&path, write_atomically(&path, &page))
}

/// The same with the file's name in the error.
fn named(path: &Path, result: io::Result<()>) -> io::Result<()> {
    result.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}
