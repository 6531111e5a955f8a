//! How many components it takes.

use super::View;
use crate::eval::EqualDsr;
use crate::eval::report::figures;
use crate::eval::report::page::{Block, Cell, Row, Section, Table};

pub(super) fn section(view: &View<'_>) -> Option<Section> {
    let (messages, rows) = (view.messages, &view.summary.equal_dsr);
    if rows.is_empty() {
        return None;
    }
    let head = [
        messages.conditions(),
        "α".to_owned(),
        messages.benign_answered(),
        messages.near_miss_refused(),
        messages.kl(),
        messages.perplexity_ratio(),
    ];
    let table = Table {
        caption: messages.sparsity_table(),
        head: head.into(),
        rows: rows.iter().flat_map(|row| lines(view, row)).collect(),
    };
    let blocks = vec![Block::Table(table), Block::Text { text: messages.sparsity_reading() }];
    Some(Section { id: "components", heading: messages.sparsity(), blocks })
}

fn lines(view: &View<'_>, row: &EqualDsr) -> Vec<Row> {
    let messages = view.messages;
    let share = |share: Option<f64>| figures::or_nothing(share.map(figures::per_cent));
    let number = |number: Option<f64>| figures::or_nothing(number.map(|number| format!("{number:.3}")));
    let line = |on: &crate::eval::OnCurve| {
        let name = messages.curve(on.sparsity, view.own_sparsity());
        let cells = on.point.map_or_else(
            || [vec![Cell::plain(messages.not_reached())], vec![Cell::default(); 4]].concat(),
            |point| {
                vec![
                    Cell::plain(figures::read_alpha(point.alpha)),
                    share(point.benign),
                    share(point.near_miss),
                    number(point.kl_per_token),
                    number(point.perplexity_ratio),
                ]
            },
        );
        let is_marked = row.dsr == view.summary.goals.target_dsr;
        Row { name: format!("{}, {name}", messages.at_dsr(&figures::per_cent(row.dsr))), cells, is_marked }
    };
    row.curves.iter().map(line).collect()
}
