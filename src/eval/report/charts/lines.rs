//! Figures along α.

use plotters::prelude::*;

use super::{Canvas, FAINT, GOAL, INK, Look, ReportError, WRITING, drawn, failed, mark, per_cent, widened, writing};

const HEIGHT: u32 = 360;

/// A figure at one α.
#[derive(Debug, Clone, Copy)]
pub(in crate::eval::report) struct Spot {
    pub alpha: f64,
    pub value: f64,
    /// The interval, if there is one.
    pub ends: Option<(f64, f64)>,
}

/// One line.
#[derive(Debug)]
pub(in crate::eval::report) struct Line {
    pub look: Look,
    pub spots: Vec<Spot>,
}

/// What is drawn.
#[derive(Debug)]
pub(in crate::eval::report) struct Lines<'a> {
    /// The axes' names: α, the figure.
    pub axes: [&'a str; 2],
    pub lines: &'a [Line],
    /// Whether the figure is a rate, 0 to 1.
    pub is_rate: bool,
    /// A range of α that is marked.
    pub range: Option<(f64, f64)>,
    /// An α that is marked.
    pub recommended: Option<f64>,
}

/// Draws the lines.
pub(in crate::eval::report) fn lines(chart: &Lines<'_>) -> Result<String, ReportError> {
    drawn(HEIGHT, |canvas| draw(canvas, chart))
}

fn draw(canvas: &Canvas<'_>, chart: &Lines<'_>) -> Result<(), ReportError> {
    let spots = || chart.lines.iter().flat_map(|line| &line.spots);
    let span = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (first, last) = span(&mut spots().map(|spot| spot.alpha));
    if first > last {
        return Ok(());
    }
    let margin = (last - first) * 0.03;
    let across = widened(first - margin, last + margin, 0.1);
    let up = if chart.is_rate {
        -0.02..1.04
    } else {
        let (low, high) = span(&mut spots().map(|spot| spot.value));
        let margin = (high - low) * 0.1;
        let wide = widened(low - margin, high + margin, 1e-3);
        if low >= 0.0 { wide.start.max(-0.02 * (high - low).max(1e-3))..wide.end } else { wide }
    };
    let mut context = ChartBuilder::on(canvas)
        .margin(10)
        .x_label_area_size(58)
        .y_label_area_size(82)
        .build_cartesian_2d(across, up.clone())
        .map_err(failed)?;
    if let Some((low, high)) = chart.range {
        let marked = widened(low, high, margin.max(1e-6));
        let band = Rectangle::new([(marked.start, up.start), (marked.end, up.end)], GOAL.mix(0.16).filled());
        context.draw_series([band]).map_err(failed)?;
    }
    let is_rate = chart.is_rate;
    context
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT.mix(0.35))
        .axis_style(INK)
        .label_style(writing(WRITING))
        .axis_desc_style(writing(WRITING))
        .x_labels(7)
        .y_labels(6)
        .y_label_formatter(&|value| if is_rate { per_cent(*value) } else { plain(*value) })
        .x_label_formatter(&|alpha| plain(*alpha))
        .x_desc(chart.axes[0])
        .y_desc(chart.axes[1])
        .draw()
        .map_err(failed)?;
    let pixel = |alpha: f64, value: f64| context.backend_coord(&(alpha, value.clamp(up.start, up.end)));
    if let Some(alpha) = chart.recommended {
        let path = vec![pixel(alpha, up.start), pixel(alpha, up.end)];
        canvas.draw(&PathElement::new(path, GOAL.stroke_width(2))).map_err(failed)?;
    }
    for line in chart.lines {
        for spot in &line.spots {
            let Some((low, high)) = spot.ends else { continue };
            let path = vec![pixel(spot.alpha, low), pixel(spot.alpha, high)];
            canvas.draw(&PathElement::new(path, line.look.colour.mix(0.4).stroke_width(2))).map_err(failed)?;
        }
        let path: Vec<_> = line.spots.iter().map(|spot| pixel(spot.alpha, spot.value)).collect();
        canvas.draw(&PathElement::new(path, line.look.colour.stroke_width(2))).map_err(failed)?;
        for spot in &line.spots {
            mark(canvas, pixel(spot.alpha, spot.value), line.look)?;
        }
    }
    Ok(())
}

/// A number with as many decimals as it has, four at most.
fn plain(number: f64) -> String {
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
