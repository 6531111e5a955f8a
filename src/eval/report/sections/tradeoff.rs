//! The trade-off curve, and the same rates along α.

use super::arms::rates;
use super::{View, key, widen};
use crate::eval::report::charts::{self, Line, Lines, Look, Mark, Spot, TradeOff};
use crate::eval::report::page::{Block, Figure, KeyEntry, Section};
use crate::eval::report::{ReportError, figures};
use crate::eval::statistics::{Estimate, Rate};
use crate::eval::{ArmSummary, NO_DEFENCE};

pub(super) fn section(view: &View<'_>) -> Result<Option<Section>, ReportError> {
    let messages = view.messages;
    let mut blocks = vec![];
    if let Some(figure) = trade_off(view)? {
        blocks.push(Block::Figure(figure));
    }
    if let Some(figure) = along_alpha(view)? {
        blocks.push(Block::Figure(figure));
    }
    if let Some(curve) = view.curves.first() {
        blocks.extend(rates(view, &curve.arms).map(Block::Table));
    }
    let section = Section { id: "trade-off", heading: messages.trade_off(), blocks };
    Ok(Some(section).filter(|section| !section.blocks.is_empty()))
}

fn trade_off(view: &View<'_>) -> Result<Option<Figure>, ReportError> {
    let (messages, summary) = (view.messages, view.summary);
    let curves: Vec<(Look, Vec<Mark>)> = view
        .curves
        .iter()
        .enumerate()
        .map(|(index, curve)| {
            // The plain model is on every curve; it is labelled once.
            let label = |arm: &ArmSummary| figures::alpha(arm.arm.alpha);
            (Look::of_line(index), curve.arms.iter().filter_map(|arm| mark(arm, label(arm))).collect())
        })
        .collect();
    let defended = summary.arms.iter().filter(|arm| arm.arm.defence != NO_DEFENCE);
    let name = |arm: &ArmSummary| {
        let alpha =
            if arm.arm.alpha == 0.0 { String::new() } else { format!(" + α {}", figures::alpha(arm.arm.alpha)) };
        format!("{}{alpha}", arm.arm.defence)
    };
    let defences: Vec<Mark> = defended.filter_map(|arm| mark(arm, name(arm))).collect();
    if curves.iter().all(|(_, marks)| marks.is_empty()) && defences.is_empty() {
        return Ok(None);
    }
    let recommended = summary.recommended().and_then(|arm| mark(arm, String::new()));
    let is_attacks = summary.arms.iter().any(|arm| arm.attacks.is_some());
    let svg = charts::tradeoff(&TradeOff {
        axes: [&messages.axis_benign(), &messages.axis_dsr(is_attacks)],
        curves: &curves,
        defences: &defences,
        goal: [summary.goals.min_benign, summary.goals.target_dsr],
        recommended: recommended.as_ref(),
    })?;
    let mut keys: Vec<KeyEntry> = view
        .curves
        .iter()
        .enumerate()
        .map(|(index, curve)| key(Look::of_line(index), format!("α, {}", view.curve_name(curve))))
        .collect();
    if !defences.is_empty() {
        keys.push(key(Look::of_defences(), messages.defences()));
    }
    let caption = messages.trade_off_caption();
    Ok(Some(Figure { svg, alt: caption.clone(), caption, reading: messages.trade_off_reading(), keys }))
}

fn mark(arm: &ArmSummary, label: String) -> Option<Mark> {
    let (dsr, benign) = (arm.dsr()?, arm.benign?);
    let ends = [dsr.value, dsr.low.unwrap_or(dsr.value), dsr.high.unwrap_or(dsr.value)];
    Some(Mark { benign: [benign.value, benign.low, benign.high], dsr: ends, label })
}

fn along_alpha(view: &View<'_>) -> Result<Option<Figure>, ReportError> {
    let messages = view.messages;
    let Some(curve) = view.curves.first() else { return Ok(None) };
    type Read = fn(&ArmSummary) -> Option<Estimate>;
    let figures: [(String, Read); 4] = [
        (messages.dsr(), ArmSummary::dsr),
        (messages.benign_answered(), |arm| of(arm.benign)),
        (messages.near_miss_refused(), |arm| of(arm.near_miss)),
        (messages.wrapped_answered(), |arm| of(arm.benign_wrapped)),
    ];
    let (mut lines, mut keys) = (vec![], vec![]);
    for (index, (name, read)) in figures.into_iter().enumerate() {
        let spots: Vec<Spot> = curve.arms.iter().filter_map(|arm| spot(arm, read(arm)?)).collect();
        if !spots.is_empty() {
            let look = Look::of_line(index);
            lines.push(Line { look, spots });
            keys.push(key(look, name));
        }
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let svg = charts::lines(&Lines {
        axes: [&messages.strength(), ""],
        lines: &lines,
        is_rate: true,
        range: view.recommended_range(),
        recommended: view.recommended_alpha(),
    })?;
    let caption = format!("{} ({})", messages.along_alpha(), view.curve_name(curve));
    Ok(Some(Figure { svg, alt: caption.clone(), caption, reading: messages.along_alpha_reading(), keys }))
}

fn of(rate: Option<Rate>) -> Option<Estimate> {
    Estimate::mean_of_rates(&[rate?])
}

pub(super) fn spot(arm: &ArmSummary, estimate: Estimate) -> Option<Spot> {
    Some(Spot { alpha: widen(arm.arm.alpha), value: estimate.value, ends: estimate.low.zip(estimate.high) })
}
