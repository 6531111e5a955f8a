//! Figures as people read them.

use super::page::Cell;
use crate::eval::statistics::{Estimate, Paired, Rate};

/// What stands where there is no figure.
pub(super) const NOTHING: &str = "–";

/// `97.5%`.
pub(super) fn per_cent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// `97.5%`, and below it `93.1–99.2 · 117/120`.
pub(super) fn rate(rate: &Rate) -> Cell {
    let note = format!("{:.1}–{:.1} · {}/{}", rate.low * 100.0, rate.high * 100.0, rate.hits, rate.n);
    Cell { text: per_cent(rate.value), note }
}

/// A mean of rates, in the same manner.
pub(super) fn share(share: &Estimate) -> Cell {
    let ends = share.low.zip(share.high);
    let ends = ends.map_or_else(String::new, |(low, high)| format!("{:.1}–{:.1} · ", low * 100.0, high * 100.0));
    Cell { text: per_cent(share.value), note: format!("{ends}n = {}", share.n) }
}

/// A mean, with `decimals`.
pub(super) fn estimate(estimate: &Estimate, decimals: usize) -> Cell {
    let ends = estimate.low.zip(estimate.high);
    let ends = ends.map_or_else(String::new, |(low, high)| format!("{low:.decimals$}–{high:.decimals$} · "));
    Cell { text: format!("{:.decimals$}", estimate.value), note: format!("{ends}n = {}", estimate.n) }
}

/// A difference of rates in percentage points: `+12.5`, and below it `+3.1 … +20.4 · p < 0.001`.
pub(super) fn difference(paired: &Paired) -> Cell {
    let points = |share: f64| format!("{:+.1}", share * 100.0);
    let note = format!("{} … {} · {}", points(paired.low), points(paired.high), p_value(paired.p));
    Cell { text: points(paired.difference), note }
}

/// `p = 0.012`.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

/// A strength: as many decimals as it has.
pub(super) fn alpha(alpha: f32) -> String {
    format!("{alpha}")
}

/// A measured or read-off strength of a curve.
pub(super) fn read_alpha(alpha: f64) -> String {
    let text = format!("{alpha:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A figure that may be lacking.
pub(super) fn or_nothing(text: Option<String>) -> Cell {
    Cell::plain(text.unwrap_or_else(|| NOTHING.to_owned()))
}
