//! A heat map of rates.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::{Canvas, RGBColor, ReportError, WIDTH, anchored, drawn, failed, width_of};

const CELL_HEIGHT: i32 = 36;
const HEAD: i32 = 52;
const NAMES: u32 = 16;
/// A cell narrower than this has no number in it.
const NARROWEST: i32 = 27;

/// From refusing nothing over half to refusing everything: vermilion, nearly white, blue (Okabe & Ito).
const NOTHING: RGBColor = RGBColor(213, 94, 0);
const HALF: RGBColor = RGBColor(246, 240, 228);
const EVERYTHING: RGBColor = RGBColor(0, 114, 178);

/// What is drawn.
#[derive(Debug)]
pub(in crate::eval::report) struct Heat<'a> {
    /// What the columns are.
    pub across: &'a str,
    /// The columns' names: short.
    pub columns: &'a [String],
    /// The rows: name and a rate a column, where there is one.
    pub rows: &'a [(String, Vec<Option<f64>>)],
}

/// Draws the map.
pub(in crate::eval::report) fn heat(map: &Heat<'_>) -> Result<String, ReportError> {
    let rows = i32::try_from(map.rows.len()).unwrap_or(i32::MAX / CELL_HEIGHT - HEAD);
    drawn((HEAD + rows * CELL_HEIGHT + 4).cast_unsigned(), |canvas| draw(canvas, map))
}

fn draw(canvas: &Canvas<'_>, map: &Heat<'_>) -> Result<(), ReportError> {
    let names = map.rows.iter().map(|row| width_of(&row.0, NAMES)).max().unwrap_or(0);
    let left = (names + 14).clamp(60, 230);
    let columns = i32::try_from(map.columns.len().max(1)).unwrap_or(i32::MAX);
    let edge = |column: i32| left + (WIDTH.cast_signed() - 2 - left) * column / columns;
    let width = edge(1) - left;
    let size: u32 = if width >= 40 { 16 } else { 13 };
    // Not every column is named if their names would run together.
    let longest = map.columns.iter().map(|name| width_of(name, size)).max().unwrap_or(0) + 8;
    let step = usize::try_from((longest + width - 1) / width.max(1)).unwrap_or(1).max(1);
    let centred = |size| anchored(size, HPos::Center, VPos::Center);
    canvas.draw(&Text::new(map.across, ((left + WIDTH.cast_signed()) / 2, 14), centred(NAMES))).map_err(failed)?;
    for (column, name) in (0..columns).zip(map.columns).step_by(step) {
        let at = ((edge(column) + edge(column + 1)) / 2, 38);
        canvas.draw(&Text::new(name.as_str(), at, centred(size))).map_err(failed)?;
    }
    for (row, (name, rates)) in (0..).zip(map.rows) {
        let (top, bottom) = (HEAD + row * CELL_HEIGHT, HEAD + (row + 1) * CELL_HEIGHT - 2);
        let middle = (top + bottom) / 2;
        let style = anchored(NAMES, HPos::Right, VPos::Center);
        canvas.draw(&Text::new(name.as_str(), (left - 8, middle), style)).map_err(failed)?;
        for (column, rate) in (0..columns).zip(rates) {
            let Some(rate) = rate else { continue };
            let (start, end) = (edge(column), edge(column + 1) - 2);
            canvas.draw(&Rectangle::new([(start, top), (end, bottom)], colour(*rate).filled())).map_err(failed)?;
            if width >= NARROWEST {
                let ink = if *rate < 0.9 { RGBColor(1, 1, 1) } else { RGBColor(255, 255, 255) };
                let style = centred(size).color(&ink);
                let text = format!("{:.0}", rate * 100.0);
                canvas.draw(&Text::new(text, ((start + end) / 2, middle), style)).map_err(failed)?;
            }
        }
    }
    Ok(())
}

fn colour(rate: f64) -> RGBColor {
    let (from, to, share) = if rate < 0.5 { (NOTHING, HALF, rate * 2.0) } else { (HALF, EVERYTHING, rate * 2.0 - 1.0) };
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}
