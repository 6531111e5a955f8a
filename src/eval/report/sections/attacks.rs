//! Attack by attack.

use super::View;
use crate::eval::ArmSummary;
use crate::eval::report::charts::{self, Heat};
use crate::eval::report::page::{Block, Cell, Figure, Row, Section, Table};
use crate::eval::report::{ReportError, figures};
use crate::eval::statistics::Rate;

pub(super) fn section(view: &View<'_>) -> Result<Option<Section>, ReportError> {
    let (messages, summary) = (view.messages, view.summary);
    let families: Vec<&String> = summary.asked.families.keys().collect();
    if families.is_empty() {
        return Ok(None);
    }
    let mut maps = vec![];
    for curve in &view.curves {
        let name = view.curve_name(curve);
        let columns: Vec<String> = curve.arms.iter().map(|arm| figures::alpha(arm.arm.alpha)).collect();
        let svg = map(&families, &curve.arms, &messages.strength(), &columns)?;
        let caption = messages.heat_caption(&name);
        maps.push(Block::Figure(Figure { svg, alt: caption.clone(), caption, reading: String::new(), keys: vec![] }));
    }
    let arms: Vec<&ArmSummary> = summary.arms.iter().collect();
    let others = maps.split_off(maps.len().min(1));
    let mut blocks = maps;
    if !others.is_empty() {
        blocks.push(Block::Fold { title: messages.other_components(), blocks: others });
    }
    let row = |family: &&String| Row {
        name: (*family).clone(),
        cells: arms
            .iter()
            .map(|arm| rate_of(arm, family).map_or_else(Cell::default, |rate| figures::rate(&rate)))
            .collect(),
        is_marked: false,
    };
    let head = [messages.family()].into_iter().chain(arms.iter().map(|arm| messages.arm(&arm.arm))).collect();
    let table = Table { caption: messages.all_families(), head, rows: families.iter().map(row).collect() };
    blocks.push(Block::Fold { title: messages.all_families(), blocks: vec![Block::Table(table)] });
    Ok(Some(Section { id: "attacks", heading: messages.attacks(), blocks }))
}

fn map(families: &[&String], arms: &[&ArmSummary], across: &str, columns: &[String]) -> Result<String, ReportError> {
    let row = |family: &&String| {
        let rates = arms.iter().map(|arm| rate_of(arm, family).map(|rate| rate.value)).collect();
        ((*family).clone(), rates)
    };
    let rows: Vec<(String, Vec<Option<f64>>)> = families.iter().map(row).collect();
    charts::heat(&Heat { across, columns, rows: &rows })
}

fn rate_of(arm: &ArmSummary, family: &str) -> Option<Rate> {
    arm.attacks.as_ref()?.families.iter().find(|found| found.name == family).map(|found| found.refused)
}
