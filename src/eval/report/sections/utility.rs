//! How much the model changed.

use super::View;
use super::arms::table;
use super::tradeoff::spot;
use crate::eval::ArmSummary;
use crate::eval::report::charts::{self, Line, Lines, Look};
use crate::eval::report::page::{Block, Figure, Section, Table};
use crate::eval::report::{ReportError, figures};
use crate::eval::statistics::Estimate;

pub(super) fn section(view: &View<'_>) -> Result<Option<Section>, ReportError> {
    let messages = view.messages;
    let is_of_references = view.summary.arms.iter().any(|arm| arm.utility.is_of_references);
    let kl = along(view, messages.kl_caption(), &messages.kl(), |arm| arm.utility.kl_per_token)?;
    let caption = messages.perplexity_caption(is_of_references);
    let ratio = along(view, caption, &messages.perplexity_ratio(), |arm| arm.utility.perplexity_ratio)?;
    let mut blocks: Vec<Block> = [kl, ratio].into_iter().flatten().map(Block::Figure).collect();
    let all: Vec<&ArmSummary> = view.summary.arms.iter().collect();
    // The arms of the recommended curve, or all if there is none.
    let main = view.curves.first().map_or_else(|| all.clone(), |curve| curve.arms.clone());
    let has_more = all.len() > main.len();
    blocks.extend(figures_of(view, messages.utility_table(), &main).map(Block::Table));
    if has_more {
        let whole = figures_of(view, messages.utility_of_all(), &all).map(Block::Table);
        blocks.extend(whole.map(|table| Block::Fold { title: messages.utility_of_all(), blocks: vec![table] }));
    }
    Ok((!blocks.is_empty()).then(|| Section { id: "change", heading: messages.utility(), blocks }))
}

fn figures_of(view: &View<'_>, caption: String, arms: &[&ArmSummary]) -> Option<Table> {
    let messages = view.messages;
    table(
        view,
        caption,
        arms,
        &[
            (messages.exact(), &|arm| Some(figures::rate(&arm.exact?))),
            (messages.kl(), &|arm| Some(figures::estimate(&arm.utility.kl_per_token?, 4))),
            (messages.perplexity(), &|arm| Some(figures::estimate(&arm.utility.perplexity?, 2))),
            (messages.perplexity_ratio(), &|arm| Some(figures::estimate(&arm.utility.perplexity_ratio?, 3))),
            (messages.choice(), &|arm| Some(figures::rate(&arm.choice?))),
            (messages.win_rate(), &|arm| Some(figures::share(&arm.win_rate?))),
            (messages.answer_tokens(), &|arm| Some(figures::estimate(&arm.answer_tokens?, 1))),
        ],
    )
}

fn along(
    view: &View<'_>,
    caption: String,
    name: &str,
    read: fn(&ArmSummary) -> Option<Estimate>,
) -> Result<Option<Figure>, ReportError> {
    let line = |(index, curve): (usize, &crate::eval::statistics::summary::Curve<'_>)| Line {
        look: Look::of_line(index),
        spots: curve.arms.iter().filter_map(|arm| spot(arm, read(arm)?)).collect(),
    };
    let lines: Vec<Line> = view.curves.iter().enumerate().map(line).collect();
    if lines.iter().all(|line| line.spots.len() < 2) {
        return Ok(None);
    }
    let svg = charts::lines(&Lines {
        axes: [&view.messages.strength(), name],
        lines: &lines,
        is_rate: false,
        range: view.recommended_range(),
        recommended: view.recommended_alpha(),
    })?;
    Ok(Some(Figure { svg, alt: caption.clone(), caption, reading: String::new(), keys: view.curve_keys() }))
}
