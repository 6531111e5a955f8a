//! What is said when a vector is made.

use std::io::{self, Write};

use antidote::derive::Concern;
use antidote::vector::SvFile;

pub fn print(vector: &SvFile, concerns: &[Concern]) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    write!(stdout, "{}", vector.summary())?;
    writeln!(stdout)?;
    concerns.iter().for_each(|concern| antidote::say!("warning: {concern}"));
    if vector.header().suggested_alpha.is_none() {
        writeln!(stdout, "Next: antidote chat MODEL.gguf --vector {} --alpha 0.3", vector.path().display())?;
        writeln!(stdout, "Try some α and write the best into the file with --suggested-alpha.")?;
    } else {
        writeln!(stdout, "Next: antidote chat MODEL.gguf --vector {}", vector.path().display())?;
    }
    Ok(())
}
