//! What is said when a vector is made.

use std::io::{self, Write};

use antidote::vector::SvFile;

/// Below this Cohen's d at every layer, most harmful prompts lie among the benign ones.
const POOR_SEPARATION: f32 = 1.0;

pub fn print(vector: &SvFile) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    write!(stdout, "{}", vector.summary())?;
    writeln!(stdout)?;
    warn_of_poor_separation(vector);
    if vector.header().suggested_alpha.is_none() {
        writeln!(stdout, "Next: antidote chat MODEL.gguf --vector {} --alpha 0.3", vector.path().display())?;
        writeln!(stdout, "Try some α and write the best into the file with --suggested-alpha.")?;
    } else {
        writeln!(stdout, "Next: antidote chat MODEL.gguf --vector {}", vector.path().display())?;
    }
    Ok(())
}

fn warn_of_poor_separation(vector: &SvFile) {
    let separations = vector.header().layers.iter().map(|entry| entry.stats.separation.abs());
    let best = separations.fold(0.0, f32::max);
    if best < POOR_SEPARATION {
        eprintln!(
            "warning: harmful and benign prompts lie mixed along these directions (Cohen's d {best:.2} at best): \
             something other than harm varies more in the prompts, such as their language or length.\n\
             Use prompts that differ in harm alone, or try --method mean-difference."
        );
    }
}
