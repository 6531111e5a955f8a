//! The vector against the defences by prompt, and what each costs.

use super::View;
use super::arms::table;
use crate::eval::report::figures;
use crate::eval::report::page::{Block, Cell, Row, Section, Table};
use crate::eval::{ArmSummary, NO_DEFENCE, PairedComparison};

pub(super) fn section(view: &View<'_>) -> Option<Section> {
    let (messages, summary) = (view.messages, view.summary);
    let is_compared =
        |arm: &&ArmSummary| arm.arm.is_baseline() || arm.arm.defence != NO_DEFENCE || view.is_recommended(arm);
    let arms: Vec<&ArmSummary> = summary.arms.iter().filter(is_compared).collect();
    let has_defences = arms.iter().any(|arm| arm.arm.defence != NO_DEFENCE);
    let mut blocks = vec![];
    if has_defences {
        let compared = table(
            view,
            messages.defence_table(),
            &arms,
            &[
                (messages.dsr(), &|arm| Some(figures::share(&arm.dsr()?))),
                (messages.benign_answered(), &|arm| Some(figures::rate(&arm.benign?))),
                (messages.near_miss_refused(), &|arm| Some(figures::rate(&arm.near_miss?))),
                (messages.wrapped_answered(), &|arm| Some(figures::rate(&arm.benign_wrapped?))),
                (messages.added_tokens(), &|arm| Some(Cell::plain(format!("{:.1}", arm.added_tokens?.value)))),
                (messages.calls(), &|arm| Some(Cell::plain(format!("{:.1}", arm.calls?.value)))),
            ],
        );
        blocks.extend(compared.map(Block::Table));
    }
    if !summary.paired_comparisons.is_empty() {
        let head = [messages.defence()].into_iter().chain(messages.duel_head()).collect();
        let rows = summary.paired_comparisons.iter().map(|comparison| row(view, comparison)).collect();
        blocks.push(Block::Table(Table { caption: messages.duel_table(), head, rows }));
    }
    if !summary.costs.is_empty() {
        blocks.push(Block::Table(costs(view)));
    }
    (!blocks.is_empty()).then(|| Section { id: "defences", heading: messages.defence_table_heading(), blocks })
}

fn row(view: &View<'_>, comparison: &PairedComparison) -> Row {
    let share = |share: f64| Cell::plain(figures::per_cent(share));
    let arm = comparison.arm.as_ref().map(|arm| view.messages.arm(arm));
    let cells = vec![
        share(comparison.dsr),
        share(comparison.benign),
        figures::or_nothing(arm),
        figures::or_nothing(comparison.arm_dsr.map(figures::per_cent)),
        comparison.refused.as_ref().map_or_else(|| figures::or_nothing(None), figures::difference),
    ];
    Row { name: comparison.defence.clone(), cells, is_marked: comparison.is_best }
}

fn costs(view: &View<'_>) -> Table {
    let messages = view.messages;
    let rows = view.summary.costs.iter().map(|cost| Row {
        name: messages.arm(&cost.arm),
        cells: vec![
            Cell { text: format!("{:.2}", cost.first_token_seconds), note: format!("n = {}", cost.n) },
            Cell::plain(format!("{:.1}", cost.tokens_per_second)),
            Cell::plain(format!("{:.2}", cost.answer_seconds)),
        ],
        is_marked: false,
    });
    Table {
        caption: messages.cost_table(),
        head: vec![messages.conditions(), messages.first_token(), messages.speed(), messages.answer_time()],
        rows: rows.collect(),
    }
}
