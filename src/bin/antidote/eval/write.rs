//! `--write`: the recommended α and its range go into the vector's file, with the evidence.

use antidote::eval::Summary;
use antidote::vector::SvFile;

use super::plan::Plan;
use super::table::{percent, why_not};
use crate::Failure;

/// Where the evidence begins in a vector's provenance; a new one takes the place of an old one.
const EVIDENCE: &str = "evaluated: ";

pub fn write(plan: &Plan, summary: &Summary) -> Result<(), Failure> {
    let Some(vector) = &plan.vector else { return Ok(()) };
    let path = vector.path();
    let Some(found) = summary.recommendations.first() else {
        return Err(format!("{}: not updated: there are no rates to base a recommendation on", path.display()).into());
    };
    if !found.is_feasible {
        let why = why_not(summary).map_or_else(String::new, |why| format!("; {why}"));
        return Err(format!("{}: not updated: no measured α reaches the goals{why}", path.display()).into());
    }
    let mut whole = SvFile::open(path)?.to_control_vector();
    if let Some(percent) = found.sparsity
        && f64::from(percent) / 100.0 < whole.density() * 0.99
    {
        return Err(format!(
            "{}: not updated: α was measured with {percent}% of the components, but the file has more; derive a vector with \
             --sparsity {percent} first",
            path.display()
        )
        .into());
    }
    let header = &mut whole.header;
    header.suggested_alpha = Some(found.at.alpha);
    header.alpha_range = found.range.or(Some((found.at.alpha, found.at.alpha)));
    let kept = header.provenance.split(EVIDENCE).next().unwrap_or_default().trim_end_matches([' ', ';']).to_owned();
    let separator = if kept.is_empty() { "" } else { "; " };
    header.provenance = format!("{kept}{separator}{EVIDENCE}{}", evidence(summary));
    whole.write(path)?;
    antidote::say!("{}: suggested α set to {}", path.display(), found.at.alpha);
    Ok(())
}

/// What was measured, in one sentence.
fn evidence(summary: &Summary) -> String {
    let Some(found) = summary.recommendations.first() else { return String::new() };
    let counts = summary.recommended().map_or_else(String::new, |arm| format!(", {} prompts", arm.n_items));
    format!(
        "at α = {} DSR {}, benign {}{counts}; goals DSR ≥ {}, benign ≥ {}; judge {}; model {}; {}",
        found.at.alpha,
        percent(found.at.dsr),
        percent(found.at.benign),
        percent(summary.goals.target_dsr),
        percent(summary.goals.min_benign),
        summary.about.judge.name,
        summary.about.model.file,
        summary.about.program,
    )
}
