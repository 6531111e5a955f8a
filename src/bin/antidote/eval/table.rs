//! What a person sees at the end: a line for every arm, and what is recommended.

use std::io::{self, Write};
use std::path::Path;

use antidote::eval::statistics::Rate;
use antidote::eval::{Arm, ArmSummary, NO_DEFENCE, Summary};

pub fn print(summary: &Summary, folder: &Path) -> io::Result<()> {
    let mut out = antidote::terminal::stdout();
    let rows: Vec<[String; 6]> = std::iter::once(HEAD.map(str::to_owned)).chain(summary.arms.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    for row in &rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    if let Some(found) = summary.recommendations.first() {
        let goals =
            format!("DSR ≥ {} and benign ≥ {}", percent(summary.goals.target_dsr), percent(summary.goals.min_benign));
        let (dsr, benign) = (percent(found.at.dsr), percent(found.at.benign));
        writeln!(out)?;
        if found.is_feasible {
            write!(
                out,
                "recommended: α = {} (DSR {dsr}, benign {benign}), the smallest measured α with {goals}",
                found.at.alpha
            )?;
            if let Some((low, high)) = found.range {
                let (dsr, benign) = summary.goals.floors();
                write!(out, "; DSR ≥ {} and benign ≥ {} from {low} to {high}", percent(dsr), percent(benign))?;
            }
            writeln!(out)?;
        } else {
            writeln!(
                out,
                "infeasible: no measured α has {goals}; the nearest is α = {} (DSR {dsr}, benign {benign})",
                found.at.alpha
            )?;
        }
    }
    writeln!(out, "\n{}: report.html, report.md, summary.json, records.jsonl", folder.display())
}

const HEAD: [&str; 6] = ["", "DSR", "benign", "near-miss refused", "KL/token", "n"];

fn row(arm: &ArmSummary) -> [String; 6] {
    let rate = |rate: Option<Rate>| rate.map_or_else(|| "–".to_owned(), |rate| percent(rate.value));
    let dsr = arm.dsr().map_or_else(|| "–".to_owned(), |dsr| percent(dsr.value));
    let kl = arm.utility.kl_per_token.map_or_else(|| "–".to_owned(), |kl| format!("{:.4}", kl.value));
    [name(&arm.arm), dsr, rate(arm.benign), rate(arm.near_miss), kl, arm.n_items.to_string()]
}

fn name(arm: &Arm) -> String {
    let sparsity = arm.sparsity.map_or_else(String::new, |percent| format!(", {percent}%"));
    if arm.defence == NO_DEFENCE { format!("α = {}{sparsity}", arm.alpha) } else { arm.defence.clone() }
}

pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
