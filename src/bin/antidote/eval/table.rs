//! What a person sees at the end: a line for every arm, and what is recommended.

use std::io::{self, Write};
use std::path::Path;

use antidote::eval::statistics::Rate;
use antidote::eval::{Arm, ArmSummary, NO_DEFENCE, Summary};

pub fn print(summary: &Summary, folder: &Path) -> io::Result<()> {
    let mut out = antidote::terminal::stdout();
    let rows: Vec<[String; 7]> = std::iter::once(HEAD.map(str::to_owned)).chain(summary.arms.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
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
            if let Some(why) = why_not(summary) {
                writeln!(out, "{why}")?;
            }
        }
    }
    let unknown: usize = summary.arms.iter().map(|arm| arm.counts.unknown_language).sum();
    if unknown > 0 {
        writeln!(
            out,
            "{unknown} answers are in languages that the judge does not know and count in no rate; the report names them"
        )?;
    }
    writeln!(out, "\n{}: report.html, report.md, summary.json, records.jsonl", folder.display())
}

/// What is wrong at the nearest α beside the rates themselves: a model that is no longer itself.
pub fn why_not(summary: &Summary) -> Option<String> {
    let (found, arm) = (summary.recommendations.first()?, summary.recommended()?);
    let alpha = found.at.alpha;
    let kl = summary.too_far().and_then(|level| Some((level.alpha, level.kl?))).map(|(alpha, kl)| {
        let most = summary.goals.max_kl;
        format!("α = {alpha} reaches both rates, but its KL from the plain model is {kl:.4} nats/token, above --max-kl {most}")
    });
    let broken = arm.broken.filter(|broken| broken.hits > 0).map(|broken| {
        format!(
            "at α = {alpha} {} of {} answers to harmless requests are broken: they only repeat themselves",
            broken.hits, broken.n
        )
    });
    let reasons: Vec<String> = kl.into_iter().chain(broken).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

const HEAD: [&str; 7] = ["", "DSR", "benign", "broken", "near-miss refused", "KL/token", "n"];

fn row(arm: &ArmSummary) -> [String; 7] {
    let rate = |rate: Option<Rate>| rate.map_or_else(|| "–".to_owned(), |rate| percent(rate.value));
    let dsr = arm.dsr().map_or_else(|| "–".to_owned(), |dsr| percent(dsr.value));
    let kl = arm.utility.kl_per_token.map_or_else(|| "–".to_owned(), |kl| format!("{:.4}", kl.value));
    [name(&arm.arm), dsr, rate(arm.benign), rate(arm.broken), rate(arm.near_miss), kl, arm.n_items.to_string()]
}

fn name(arm: &Arm) -> String {
    let sparsity = arm.sparsity.map_or_else(String::new, |percent| format!(", {percent}%"));
    if arm.defence == NO_DEFENCE { format!("α = {}{sparsity}", arm.alpha) } else { arm.defence.clone() }
}

pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
