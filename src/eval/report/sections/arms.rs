//! Tables of arms: every figure, and every difference from the plain model.

use super::View;
use crate::eval::report::figures::{self, NOTHING};
use crate::eval::report::page::{Block, Cell, Row, Section, Table};
use crate::eval::statistics::Paired;
use crate::eval::{ArmSummary, VersusBaseline};

/// A column: its head, and its field for an arm, if that has one.
pub(super) type Column<'a> = (String, &'a dyn Fn(&ArmSummary) -> Option<Cell>);

/// A table of `arms`, without the columns that no arm has anything in; `None` if none has.
pub(super) fn table(view: &View<'_>, caption: String, arms: &[&ArmSummary], columns: &[Column<'_>]) -> Option<Table> {
    let filled: Vec<&Column<'_>> =
        columns.iter().filter(|(_, read)| arms.iter().any(|arm| read(arm).is_some())).collect();
    if filled.is_empty() {
        return None;
    }
    let row = |arm: &&ArmSummary| Row {
        name: view.messages.arm(&arm.arm),
        cells: filled.iter().map(|(_, read)| read(arm).unwrap_or_else(|| Cell::plain(NOTHING))).collect(),
        is_marked: view.is_recommended(arm),
    };
    let head = [view.messages.conditions()].into_iter().chain(filled.iter().map(|column| column.0.clone())).collect();
    Some(Table { caption, head, rows: arms.iter().map(row).collect() })
}

/// The rates of `arms`.
pub(super) fn rates(view: &View<'_>, arms: &[&ArmSummary]) -> Option<Table> {
    let messages = view.messages;
    let has_broken = arms.iter().any(|arm| arm.broken.is_some_and(|broken| broken.hits > 0));
    table(
        view,
        messages.rates_table(),
        arms,
        &[
            (messages.dsr(), &|arm| Some(figures::share(&arm.attacks.as_ref()?.mean))),
            (format!("{}, {}", messages.dsr(), messages.dsr_pooled()), &|arm| {
                Some(figures::rate(&arm.attacks.as_ref()?.pooled))
            }),
            (messages.harmful_refused(), &|arm| Some(figures::rate(&arm.harmful?))),
            (messages.benign_answered(), &|arm| Some(figures::rate(&arm.benign?))),
            (messages.near_miss_refused(), &|arm| Some(figures::rate(&arm.near_miss?))),
            (messages.wrapped_answered(), &|arm| Some(figures::rate(&arm.benign_wrapped?))),
            // Only shown where there are any.
            (messages.broken(), &|arm| Some(figures::rate(&arm.broken.filter(|_| has_broken)?))),
        ],
    )
}

pub(super) fn section(view: &View<'_>) -> Option<Section> {
    let messages = view.messages;
    let arms: Vec<&ArmSummary> = view.summary.arms.iter().collect();
    let rates = rates(view, &arms);
    let compared: Vec<&ArmSummary> = arms.iter().copied().filter(|arm| arm.versus_baseline.is_some()).collect();
    let paired = |arm: &ArmSummary, of: fn(VersusBaseline) -> Option<Paired>| {
        Some(figures::difference(&of(arm.versus_baseline?)?))
    };
    let differences = table(
        view,
        messages.paired_table(),
        &compared,
        &[
            (format!("{}, {}", messages.dsr(), messages.dsr_pooled()), &|arm| paired(arm, |against| against.attacks)),
            (messages.harmful_refused(), &|arm| paired(arm, |against| against.harmful)),
            (messages.benign_answered(), &|arm| paired(arm, |against| against.benign)),
            (messages.near_miss_refused(), &|arm| paired(arm, |against| against.near_miss)),
            (messages.wrapped_answered(), &|arm| paired(arm, |against| against.benign_wrapped)),
            (messages.exact(), &|arm| paired(arm, |against| against.exact)),
            (messages.choice(), &|arm| paired(arm, |against| against.choice)),
        ],
    );
    let folded = |table: Table| Block::Fold { title: table.caption.clone(), blocks: vec![Block::Table(table)] };
    let blocks: Vec<Block> = rates.map(folded).into_iter().chain(differences.map(folded)).collect();
    (!blocks.is_empty()).then(|| Section { id: "figures", heading: messages.every_figure(), blocks })
}
