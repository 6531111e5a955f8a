//! What is said when a vector is made.

use std::io::{self, Write};

use antidote::derive::Warning;
use antidote::vector::SvFile;

use super::hints::hint_of_warning;

pub fn print(vector: &SvFile, warnings: &[Warning]) -> io::Result<()> {
    let mut stdout = antidote::terminal::stdout();
    write!(stdout, "{}", vector.summary())?;
    writeln!(stdout)?;
    for warning in warnings {
        antidote::say!("warning: {warning}");
        if let Some(hint) = hint_of_warning(warning) {
            antidote::say!("hint: {hint}");
        }
    }
    if vector.header().suggested_alpha.is_none() {
        writeln!(stdout, "Next: antidote chat MODEL.gguf --vector {} --alpha 0.3", vector.path().display())?;
        writeln!(stdout, "Find a good α with antidote eval --write, or set one with --suggested-alpha.")?;
    } else {
        writeln!(stdout, "Next: antidote chat MODEL.gguf --vector {}", vector.path().display())?;
    }
    Ok(())
}
