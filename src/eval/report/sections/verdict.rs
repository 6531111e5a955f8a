//! The answer in a few sentences and figures.

use super::View;
use crate::eval::report::figures;
use crate::eval::report::figures::{alpha, per_cent};
use crate::eval::report::messages::Messages;
use crate::eval::report::page::{Cell, Tile};
use crate::eval::statistics::summary::level;
use crate::eval::{ArmSummary, Summary};

/// The sentences, and in which tone they are.
pub(super) fn sentences(view: &View<'_>) -> (Vec<String>, &'static str) {
    let (messages, summary) = (view.messages, view.summary);
    let Some(found) = summary.recommendations.first() else {
        return (vec![messages.no_recommendation()], "none");
    };
    let baseline = view.baseline().and_then(level);
    let mut sentences = vec![messages.recommendation(found, baseline), messages.reason(found, &summary.goals)];
    sentences.push(messages.range(found, &summary.goals));
    if found.is_feasible {
        sentences.extend(found.below.map(|below| messages.below(below)));
        sentences.extend(doubts(summary, messages));
    } else {
        let too_far = summary.too_far().and_then(|level| Some((level.alpha, level.kl?)));
        sentences.extend(too_far.map(|(alpha, kl)| messages.absurd(alpha, kl, summary.goals.max_kl)));
        let broken = summary.recommended().and_then(|arm| arm.broken).filter(|broken| broken.hits > 0);
        sentences.extend(broken.map(|broken| messages.broken_there(&broken)));
    }
    (sentences, if found.is_feasible { "good" } else { "bad" })
}

fn doubts(summary: &Summary, messages: Messages) -> Vec<String> {
    let Some(arm) = summary.recommended() else { return vec![] };
    let goals = &summary.goals;
    let dsr = arm.dsr().and_then(|dsr| Some((messages.dsr(), dsr.n, dsr.low?, goals.target_dsr)));
    let benign = arm.benign.map(|benign| (messages.benign_answered(), benign.n, benign.low, goals.min_benign));
    let below = [dsr, benign].into_iter().flatten().filter(|(_, _, low, goal)| low < goal);
    below.map(|(what, n, low, goal)| messages.doubt(&what, n, low, goal)).collect()
}

/// The figures of the recommended arm, with the plain model's below.
pub(super) fn tiles(view: &View<'_>) -> Vec<Tile> {
    let (messages, summary) = (view.messages, view.summary);
    let (Some(found), Some(arm)) = (summary.recommendations.first(), summary.recommended()) else { return vec![] };
    let tile = |name: String, cell: fn(&ArmSummary) -> Option<Cell>| {
        let baseline = view.baseline().filter(|baseline| baseline.arm != arm.arm).and_then(cell);
        Some(Tile { name, value: cell(arm)?.text, note: messages.tile_note(baseline.map(|baseline| baseline.text)) })
    };
    let first = Tile {
        name: messages.tile_alpha(found.is_feasible),
        value: alpha(found.at.alpha),
        note: messages.tile_range(found.range),
    };
    let kl = arm.utility.kl_per_token;
    let kl = kl.map(|kl| Tile { name: messages.kl(), value: figures::estimate(&kl, 3).text, note: String::new() });
    let tiles = [
        Some(first),
        tile(messages.dsr(), |arm| Some(Cell::plain(per_cent(arm.dsr()?.value)))),
        tile(messages.benign_answered(), |arm| Some(figures::rate(&arm.benign?))),
        tile(messages.near_miss_refused(), |arm| Some(figures::rate(&arm.near_miss?))),
        kl,
    ];
    tiles.into_iter().flatten().collect()
}
