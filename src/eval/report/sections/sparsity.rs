//! How many components it takes.

use super::View;
use crate::eval::EqualDsr;
use crate::eval::report::figures;
use crate::eval::report::page::{Block, Cell, Row, Section, Table};

pub(super) fn section(view: &View<'_>) -> Option<Section> {
    let (words, rows) = (view.words, &view.summary.equal_dsr);
    if rows.is_empty() {
        return None;
    }
    let head = [
        words.conditions(),
        "α".to_owned(),
        words.benign_answered(),
        words.near_miss_refused(),
        words.kl(),
        words.perplexity_ratio(),
    ];
    let table = Table {
        caption: words.sparsity_table(),
        head: head.into(),
        rows: rows.iter().flat_map(|row| lines(view, row)).collect(),
    };
    let blocks = vec![Block::Table(table), Block::Text { text: words.sparsity_reading() }];
    Some(Section { id: "components", heading: words.sparsity(), blocks })
}

fn lines(view: &View<'_>, row: &EqualDsr) -> Vec<Row> {
    let words = view.words;
    let share = |share: Option<f64>| figures::or_nothing(share.map(figures::per_cent));
    let number = |number: Option<f64>| figures::or_nothing(number.map(|number| format!("{number:.3}")));
    let line = |on: &crate::eval::OnCurve| {
        let name = words.curve(on.sparsity, view.own_sparsity());
        let cells = on.point.map_or_else(
            || [vec![Cell::plain(words.not_reached())], vec![Cell::default(); 4]].concat(),
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
        Row { name: format!("{}, {name}", words.at_dsr(&figures::per_cent(row.dsr))), cells, is_marked }
    };
    row.curves.iter().map(line).collect()
}
