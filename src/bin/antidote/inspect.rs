//! `antidote inspect`

use std::io::Write;

use antidote::vector::SvFile;

use super::Failure;
use super::args::InspectArgs;

pub fn run(args: &InspectArgs) -> Result<(), Failure> {
    let vector = SvFile::open(&args.file)?;
    let mut stdout = antidote::terminal::stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut stdout, &vector.summary())?;
        writeln!(stdout)?;
    } else {
        write!(stdout, "{}", vector.summary())?;
    }
    Ok(())
}
