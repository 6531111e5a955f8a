//! `antidote explain`

use std::io::{self, Write};

use antidote::engine::{ExplainedLayer, ScoredToken, explain};
use antidote::vector::SvFile;
use unicode_width::UnicodeWidthStr;

use super::Failure;
use super::args::ExplainArgs;

/// Width of the longest bar.
const BAR: usize = 6;
/// Columns that a token gets in the table; longer ones are cut there.
const TOKEN: usize = 16;

pub fn run(args: &ExplainArgs) -> Result<(), Failure> {
    let vector = SvFile::open(&args.file)?;
    let layers = explain(&args.model, &vector, usize::from(args.top))?;
    let mut stdout = antidote::terminal::stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut stdout, &layers)?;
        writeln!(stdout)?;
        return Ok(());
    }
    writeln!(
        stdout,
        "{} seen through the output matrix of {}.\nA token's score is its logit along the direction, in standard \
         deviations from the mean over all tokens. A positive α\npromotes one side and suppresses the other. Late layers \
         act on the output almost directly; what early layers add is\nprocessed further by the blocks after them.",
        args.file.display(),
        args.model.display()
    )?;
    layers.iter().try_for_each(|layer| write_layer(&mut stdout, layer))?;
    Ok(())
}

fn write_layer(out: &mut impl Write, layer: &ExplainedLayer) -> io::Result<()> {
    let plural = if layer.n_components == 1 { "component" } else { "components" };
    writeln!(out, "\nlayer {}, {} {plural}", layer.layer, layer.n_components)?;
    writeln!(out, " index     value  energy          promotes                         suppresses")?;
    let largest = |tokens: &[ScoredToken]| tokens.iter().map(|token| token.score.abs()).fold(0.0, f32::max);
    let most = largest(&layer.promoted).max(largest(&layer.suppressed));
    let most_energy = layer.components.first().map_or(0.0, |component| component.energy);
    let rows = layer.components.len().max(layer.promoted.len());
    for row in 0..rows {
        let component = layer.components.get(row).map_or_else(
            || " ".repeat(31),
            |component| {
                let (index, value, energy) = (component.index, component.value, component.energy * 100.0);
                format!("{index:>6} {value:>9.4}  {energy:>5.1}% {}", bar(component.energy / most_energy))
            },
        );
        let [promoted, suppressed] = [&layer.promoted, &layer.suppressed]
            .map(|tokens| tokens.get(row).map_or_else(String::new, |token| cell(token, most)));
        writeln!(out, "{}", format!("{component}   {promoted}  {suppressed}").trim_end())?;
    }
    Ok(())
}

fn cell(token: &ScoredToken, most: f32) -> String {
    let mut text = format!("\"{}\"", token.text);
    if text.width() > TOKEN {
        while text.width() >= TOKEN {
            text.pop();
        }
        text.push('…');
    }
    let padding = " ".repeat(TOKEN.saturating_sub(text.width()));
    format!("{:>+6.2} {} {text}{padding}", token.score, bar((token.score / most).abs()))
}

/// A bar of fixed width for a share from 0 to 1.
fn bar(share: f32) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let filled = (share * BAR as f32).round() as usize;
    format!("{}{}", "█".repeat(filled), " ".repeat(BAR - filled))
}
