//! The trade-off: how many attacks are refused against how many harmless requests are answered.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::labels::{Area, Wanted, place};
use super::{Canvas, FAINT, GOAL, INK, Look, ReportError, WIDTH, WRITING, anchored, drawn, failed, mark, per_cent};
use super::{width_of, writing};

const HEIGHT: u32 = 520;
const LABELS: u32 = 15;
/// Points of a curve this near to each other share a label.
const NEAR: i32 = 11;

/// A point of a curve, or a defence.
#[derive(Debug, Clone)]
pub(in crate::eval::report) struct Mark {
    /// Value, lower and upper end of the benign pass rate.
    pub benign: [f64; 3],
    /// Value, lower and upper end of the defence success rate.
    pub dsr: [f64; 3],
    /// What is written beside it.
    pub label: String,
}

/// What is drawn.
#[derive(Debug)]
pub(in crate::eval::report) struct TradeOff<'a> {
    /// The axes' names: benign pass rate, defence success rate.
    pub axes: [&'a str; 2],
    /// Curves along α, each with its look.
    pub curves: &'a [(Look, Vec<Mark>)],
    /// Single points.
    pub defences: &'a [Mark],
    /// Lowest benign pass rate and defence success rate that are aimed at.
    pub goal: [f64; 2],
    /// The point that is recommended.
    pub recommended: Option<&'a Mark>,
}

/// Draws the trade-off, safer upwards and more useful to the right.
pub(in crate::eval::report) fn tradeoff(chart: &TradeOff<'_>) -> Result<String, ReportError> {
    drawn(HEIGHT, |canvas| draw(canvas, chart))
}

fn draw(canvas: &Canvas<'_>, chart: &TradeOff<'_>) -> Result<(), ReportError> {
    let all = || chart.curves.iter().flat_map(|curve| &curve.1).chain(chart.defences);
    let lowest = |of: fn(&Mark) -> f64, goal: f64| all().map(of).fold(goal, f64::min);
    // Intervals may be cut off on the left, points may not: with few prompts the intervals are far wider than the
    // curve, and it would shrink into a corner.
    let across = room(lowest(|mark| mark.benign[0], chart.goal[0]));
    let up = room(lowest(|mark| mark.dsr[0], chart.goal[1]));
    let mut context = ChartBuilder::on(canvas)
        .margin(10)
        .x_label_area_size(58)
        .y_label_area_size(76)
        .build_cartesian_2d(across.clone(), up.clone())
        .map_err(failed)?;
    let goal = Rectangle::new([(chart.goal[0], chart.goal[1]), (across.end, up.end)], GOAL.mix(0.16).filled());
    context.draw_series([goal]).map_err(failed)?;
    context
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT.mix(0.35))
        .axis_style(INK)
        .label_style(writing(WRITING))
        .axis_desc_style(writing(WRITING))
        .x_labels(6)
        .y_labels(7)
        .x_label_formatter(&|share| if *share <= 1.0001 { per_cent(*share) } else { String::new() })
        .y_label_formatter(&|share| if *share <= 1.0001 { per_cent(*share) } else { String::new() })
        .x_desc(chart.axes[0])
        .y_desc(chart.axes[1])
        .draw()
        .map_err(failed)?;
    let inside = |value: f64, range: &std::ops::Range<f64>| value.clamp(range.start, range.end);
    let pixel = |benign: f64, dsr: f64| context.backend_coord(&(inside(benign, &across), inside(dsr, &up)));
    for (look, marks) in curves_and_defences(chart) {
        let bar = look.colour.mix(0.35).stroke_width(1);
        for mark in marks {
            let [benign, dsr] = [mark.benign, mark.dsr];
            let flat = vec![pixel(benign[1], dsr[0]), pixel(benign[2], dsr[0])];
            let upright = vec![pixel(benign[0], dsr[1]), pixel(benign[0], dsr[2])];
            canvas.draw(&PathElement::new(flat, bar)).map_err(failed)?;
            canvas.draw(&PathElement::new(upright, bar)).map_err(failed)?;
        }
    }
    for (look, marks) in chart.curves {
        let path: Vec<_> = marks.iter().map(|mark| pixel(mark.benign[0], mark.dsr[0])).collect();
        canvas.draw(&PathElement::new(path, look.colour.stroke_width(2))).map_err(failed)?;
    }
    if let Some(found) = chart.recommended {
        let at = pixel(found.benign[0], found.dsr[0]);
        canvas.draw(&Circle::new(at, 10, INK.stroke_width(2))).map_err(failed)?;
    }
    for (look, marks) in curves_and_defences(chart) {
        for found in marks {
            mark(canvas, pixel(found.benign[0], found.dsr[0]), look)?;
        }
    }
    write_labels(canvas, chart, &pixel)
}

fn curves_and_defences<'a>(chart: &TradeOff<'a>) -> impl Iterator<Item = (Look, &'a [Mark])> {
    let curves = chart.curves.iter().map(|(look, marks)| (*look, marks.as_slice()));
    curves.chain([(Look::of_defences(), chart.defences)])
}

fn write_labels(
    canvas: &Canvas<'_>,
    chart: &TradeOff<'_>,
    pixel: &impl Fn(f64, f64) -> (i32, i32),
) -> Result<(), ReportError> {
    let at = |mark: &Mark| pixel(mark.benign[0], mark.dsr[0]);
    let mut taken: Vec<Area> = vec![];
    let mut wanted: Vec<((i32, i32), String, RGBColor)> = vec![];
    for (_, marks) in curves_and_defences(chart) {
        taken.extend(marks.iter().map(|mark| Area::around(at(mark), 6)));
    }
    for (_, marks) in chart.curves {
        let ends = marks.windows(2).map(|pair| (at(&pair[0]), at(&pair[1])));
        taken.extend(ends.flat_map(|(from, to)| along(from, to)));
    }
    taken.extend(chart.recommended.map(|mark| Area::around(at(mark), 11)));
    let ink = Look::of_defences().colour;
    wanted.extend(chart.defences.iter().map(|mark| (at(mark), mark.label.clone(), ink)));
    for (index, (look, marks)) in chart.curves.iter().enumerate() {
        let near = |a: &Mark, b: &Mark| {
            let (a, b) = (at(a), at(b));
            (a.0 - b.0).abs() <= NEAR && (a.1 - b.1).abs() <= NEAR
        };
        let groups: Vec<&[Mark]> = marks.chunk_by(near).collect();
        for (place, group) in groups.iter().enumerate() {
            // All curves begin at the plain model. Of the others only the ends are named, or nothing could be read.
            let is_named = index == 0 || place + 1 == groups.len();
            let (first, last) = (&group[0], &group[group.len() - 1]);
            let label = if group.len() > 1 { format!("{}–{}", first.label, last.label) } else { first.label.clone() };
            if is_named {
                wanted.push((at(&group[group.len() / 2]), label, look.colour));
            }
        }
    }
    let boxes: Vec<Wanted> = wanted
        .iter()
        .map(|(at, text, _)| Wanted { at: *at, size: (width_of(text, LABELS), LABELS.cast_signed()) })
        .collect();
    let bounds = Area { left: 88, top: 4, right: WIDTH.cast_signed() - 2, bottom: HEIGHT.cast_signed() - 70 };
    for ((point, text, colour), found) in wanted.iter().zip(place(&boxes, &taken, bounds)) {
        let Some(found) = found else { continue };
        let middle = ((found.left + found.right) / 2, (found.top + found.bottom) / 2);
        let facing = (point.0.clamp(found.left, found.right), point.1.clamp(found.top, found.bottom));
        if (facing.0 - point.0).abs().max((facing.1 - point.1).abs()) > 12 {
            canvas.draw(&PathElement::new(vec![*point, facing], FAINT.stroke_width(1))).map_err(failed)?;
        }
        let style = anchored(LABELS, HPos::Center, VPos::Center).color(colour);
        canvas.draw(&Text::new(text.as_str(), middle, style)).map_err(failed)?;
    }
    Ok(())
}

/// Small boxes that cover the straight line between two pixels.
fn along(from: (i32, i32), to: (i32, i32)) -> impl Iterator<Item = Area> {
    let (across, up) = (to.0 - from.0, to.1 - from.1);
    let steps = (across.abs().max(up.abs()) / 4).max(1);
    (0..=steps).map(move |step| Area::around((from.0 + across * step / steps, from.1 + up * step / steps), 2))
}

/// The axis of a rate whose lowest point is `lowest`: up to 1, with a margin for marks at both ends.
fn room(lowest: f64) -> std::ops::Range<f64> {
    let length = (1.0 - lowest).max(0.05);
    1.0 - length * 1.12..1.0 + length * 0.14
}
