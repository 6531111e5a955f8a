//! A derivation as a picture: how well each layer separates, how much each number of components keeps, and where the
//! prompts lie.

use ndarray::Array1;
use plotters::coord::{CoordTranslate, Shift};
use plotters::prelude::*;

use super::contrast_classes::ContrastClasses;
use super::derivation::Derivation;
use super::lanczos::leading;
use super::rows::Rows;
use super::sparsify::energy_curve;
use crate::dump::Dump;
use crate::vector::{HeldOut, LayerStats};

/// Width and height in pixels.
const SIZE: (u32, u32) = (1200, 900);
/// Height of the line on top that says what is shown.
const HEAD: u32 = 52;
/// Points that are drawn of a side at most: beyond it they cover each other, and the file only grows.
const MOST_POINTS: usize = 1000;
/// Points of a curve at most.
const CURVE_POINTS: usize = 160;
/// Bytes of states that are copied into memory while the two components are found.
const MEMORY: usize = 128 << 20;

/// Vermilion and blue, which colour-blind people tell apart (Okabe & Ito), and a green that goes with both.
const HARMFUL: RGBColor = RGBColor(213, 94, 0);
const BENIGN: RGBColor = RGBColor(0, 114, 178);
const MEASURED: RGBColor = RGBColor(0, 130, 96);
const INK: RGBColor = RGBColor(32, 32, 32);
const FAINT: RGBColor = RGBColor(150, 150, 150);

/// The picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw the plot: {0}")]
pub struct PlotError(String);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for PlotError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws `derivation`, which was made from `dump`, as SVG on a white ground, so that it can be read on a page of any
/// colour.
///
/// # Errors
/// What the drawing library answers.
pub fn draw(dump: &Dump, derivation: &Derivation) -> Result<String, PlotError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (head, body) = root.split_vertically(HEAD);
        let header = &derivation.vector.header;
        let text = format!("{}: {}, {}", header.model.name, header.concept, header.method);
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        head.draw(&Text::new(text, (28, 20), ("sans-serif", 24).into_font().color(&INK)))?;
        let panels = body.split_evenly((2, 2));
        separation(&panels[0], derivation)?;
        areas(&panels[1], derivation)?;
        energy(&panels[2], derivation)?;
        states(&panels[3], dump, derivation)?;
        root.present()?;
    }
    Ok(svg)
}

/// Cohen's d by layer.
fn separation(area: &Area<'_>, derivation: &Derivation) -> Result<(), PlotError> {
    let layers = &derivation.vector.layers;
    let of = |number: fn(&LayerStats) -> Option<f32>| -> Vec<(f64, f64)> {
        let point = |stats: &LayerStats, layer: u32| Some((f64::from(layer), f64::from(number(stats)?)));
        layers.iter().filter_map(|layer| point(&layer.stats, layer.layer)).collect()
    };
    let fitted = of(|stats| Some(stats.separation));
    let held_out = of(|stats| stats.held_out.map(|held_out| held_out.cohens_d));
    let values = fitted.iter().chain(&held_out).map(|point| point.1);
    let (low, high) = values.fold((0.0, 0.5), |(low, high): (f64, f64), value| (low.min(value), high.max(value)));
    let margin = (high - low) * 0.08;
    let bottom = if low < 0.0 { low - margin } else { 0.0 };
    let mut chart =
        framed(area, "Separation by layer").build_cartesian_2d(layer_range(derivation), bottom..high + margin)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .axis_desc_style(text(15))
        .label_style(text(13))
        .x_labels(derivation.vector.layers.len().clamp(2, 12))
        .x_label_formatter(&|layer| whole_number(*layer))
        .x_desc("layer")
        .y_desc("Cohen's d of the sparse direction")
        .draw()?;
    chart
        .draw_series(LineSeries::new(fitted.iter().copied(), FAINT.stroke_width(2)))?
        .label("fitted prompts")
        .legend(dash(FAINT.stroke_width(2)));
    if !held_out.is_empty() {
        chart
            .draw_series(LineSeries::new(held_out.iter().copied(), MEASURED.stroke_width(2)).point_size(3))?
            .label("held-out prompts")
            .legend(dash(MEASURED.stroke_width(2)));
    }
    name_series(&mut chart, SeriesLabelPosition::LowerRight)
}

/// AUC on held-out prompts by layer.
fn areas(area: &Area<'_>, derivation: &Derivation) -> Result<(), PlotError> {
    let auc = |held_out: HeldOut| f64::from(held_out.auc);
    let layers = derivation.vector.layers.iter();
    let areas: Vec<(f64, f64)> =
        layers.filter_map(|layer| Some((f64::from(layer.layer), auc(layer.stats.held_out?)))).collect();
    let title = if areas.is_empty() { "No prompts were held out" } else { "On held-out prompts" };
    let low = areas.iter().map(|point| point.1).fold(0.45, f64::min);
    let mut chart = framed(area, title).build_cartesian_2d(layer_range(derivation), (low - 0.02).max(-0.02)..1.03)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .axis_desc_style(text(15))
        .label_style(text(13))
        .x_labels(derivation.vector.layers.len().clamp(2, 12))
        .x_label_formatter(&|layer| whole_number(*layer))
        .y_label_formatter(&|auc| format!("{auc:.1}"))
        .x_desc("layer")
        .y_desc("AUC: harmful above benign")
        .draw()?;
    let range = layer_range(derivation);
    chart
        .draw_series(LineSeries::new([(range.start, 0.5), (range.end, 0.5)], FAINT.stroke_width(2)))?
        .label("chance")
        .legend(dash(FAINT.stroke_width(2)));
    if !areas.is_empty() {
        chart
            .draw_series(LineSeries::new(areas.iter().copied(), MEASURED.stroke_width(2)).point_size(3))?
            .label("sparse direction")
            .legend(dash(MEASURED.stroke_width(2)));
    }
    name_series(&mut chart, SeriesLabelPosition::MiddleRight)
}

/// Energy kept against the number of components, for every layer, with what was kept.
fn energy(area: &Area<'_>, derivation: &Derivation) -> Result<(), PlotError> {
    let n_embd = derivation.directions.first().map_or(1, Array1::len);
    let mut chart = framed(area, "Energy kept by the k largest components")
        .build_cartesian_2d((1.0..(n_embd as f64).max(2.0)).log_scale(), 0.0..1.03)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .axis_desc_style(text(15))
        .label_style(text(13))
        .x_label_formatter(&|k| whole_number(*k))
        .y_label_formatter(&|share| format!("{:.0}%", share * 100.0))
        .x_desc("components kept, k")
        .y_desc("share of the squared length")
        .draw()?;
    let best = derivation.best;
    let others = (0..derivation.directions.len()).filter(|position| *position != best);
    for (drawn, position) in others.enumerate() {
        let line = curve(&derivation.directions[position]);
        let series = chart.draw_series(LineSeries::new(line, FAINT.mix(0.6).stroke_width(1)))?;
        if drawn == 0 {
            series.label("other layers").legend(dash(FAINT.stroke_width(1)));
        }
    }
    let number = derivation.vector.layers[best].layer;
    chart
        .draw_series(LineSeries::new(curve(&derivation.directions[best]), MEASURED.stroke_width(3)))?
        .label(format!("layer {number}, the best separating"))
        .legend(dash(MEASURED.stroke_width(3)));
    let kept = derivation.vector.layers.iter();
    let kept = kept.map(|layer| (layer.indices.len() as f64, f64::from(layer.stats.energy_kept)));
    chart
        .draw_series(kept.map(|point| Circle::new(point, 3, INK.filled())))?
        .label("kept in the vector")
        .legend(|(x, y)| Circle::new((x + 9, y), 3, INK.filled()));
    name_series(&mut chart, SeriesLabelPosition::LowerRight)
}

/// The states of the layer that separates best on their first two principal components.
fn states(area: &Area<'_>, dump: &Dump, derivation: &Derivation) -> Result<(), PlotError> {
    let number = derivation.vector.layers[derivation.best].layer;
    let place = Places::find(dump, derivation, number as usize);
    let split = &derivation.split;
    let groups = [
        ("harmful", &split.fit.harmful, HARMFUL, true),
        ("benign", &split.fit.benign, BENIGN, true),
        ("harmful, held out", &split.harmful_held_out, HARMFUL, false),
        ("benign, held out", &split.benign_held_out, BENIGN, false),
    ];
    let groups = groups.map(|(name, rows, colour, is_fitted)| (name, place.of(rows), colour, is_fitted));
    let points = || groups.iter().flat_map(|group| &group.1);
    let range = |along: fn(&(f64, f64)) -> f64| {
        let (low, high) = points()
            .map(along)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let margin = ((high - low) * 0.06).max(f64::from(f32::EPSILON));
        low - margin..high + margin
    };
    // Room above the points for the legend.
    let (across, up) = (range(|point| point.0), range(|point| point.1));
    let up = up.start..up.end + (up.end - up.start) * 0.35;
    let mut chart = framed(area, format!("States of layer {number}")).build_cartesian_2d(across, up)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .axis_desc_style(text(15))
        .label_style(text(13))
        .x_desc(place.axis("first", 0))
        .y_desc(place.axis("second", 1))
        .draw()?;
    for (name, points, colour, is_fitted) in groups.iter().filter(|group| !group.1.is_empty()) {
        let style = if *is_fitted { colour.mix(0.7).filled() } else { colour.stroke_width(2) };
        let radius = if *is_fitted { 3 } else { 5 };
        chart
            .draw_series(points.iter().map(|point| Circle::new(*point, radius, style)))?
            .label(*name)
            .legend(move |(x, y)| Circle::new((x + 9, y), radius, style));
    }
    name_series(&mut chart, SeriesLabelPosition::UpperRight)
}

/// Where states lie on two principal components of the states that were fitted on.
struct Places<'a> {
    dump: &'a Dump,
    layer: usize,
    mean: Array1<f64>,
    components: [Array1<f64>; 2],
    /// Share of the variance along each.
    shares: [f64; 2],
}

impl<'a> Places<'a> {
    fn find(dump: &'a Dump, derivation: &Derivation, layer: usize) -> Self {
        let read = |row: usize, out: &mut [f32]| dump.read_state(row, layer, out);
        let classes = ContrastClasses::new(&read, &derivation.split.fit, dump.n_embd(), MEMORY);
        let rows = Rows::pooled(&classes);
        let whole = rows.squared_lengths().sum();
        let (mut components, mut shares): (Vec<Array1<f64>>, _) = (vec![], [0.0; 2]);
        for share in &mut shares {
            // States that vary along one axis alone have no second component: everything lies at 0 of it.
            let found = leading(&rows, &components, classes.smallest_distance());
            *share = found.as_ref().map_or(0.0, |found| found.value / whole);
            components.push(found.map_or_else(|| Array1::zeros(dump.n_embd()), |found| found.direction));
        }
        // Harmful to the right, whatever sign the iteration gave.
        if components[0].dot(&classes.difference()) < 0.0 {
            components[0] *= -1.0;
        }
        let second = components.pop().unwrap_or_default();
        let first = components.pop().unwrap_or_default();
        Self { dump, layer, mean: classes.mean(), components: [first, second], shares }
    }

    fn axis(&self, which: &str, component: usize) -> String {
        format!("{which} principal component ({:.0}% of the variance)", self.shares[component] * 100.0)
    }

    /// Places of some of `rows`.
    fn of(&self, rows: &[usize]) -> Vec<(f64, f64)> {
        let mut state = vec![0.0; self.dump.n_embd()];
        let mut place = |row: usize| {
            self.dump.read_state(row, self.layer, &mut state);
            let [first, second] = &self.components;
            let along = |component: &Array1<f64>| {
                let centred = state.iter().zip(&self.mean).map(|(value, mean)| f64::from(*value) - mean);
                centred.zip(component).map(|(value, weight)| value * weight).sum::<f64>()
            };
            (along(first), along(second))
        };
        rows.iter().step_by(rows.len().div_ceil(MOST_POINTS).max(1)).map(|row| place(*row)).collect()
    }
}

/// The energy curve at numbers of components that lie evenly on a logarithmic axis.
fn curve(direction: &Array1<f64>) -> Vec<(f64, f64)> {
    let energies = energy_curve(direction);
    let n = energies.len();
    let exponent = |point: usize| point as f64 / (CURVE_POINTS - 1) as f64;
    let mut numbers: Vec<usize> =
        (0..CURVE_POINTS).map(|point| ((n as f64).powf(exponent(point)).round() as usize).clamp(1, n)).collect();
    numbers.dedup();
    numbers.into_iter().map(|k| (k as f64, energies[k - 1])).collect()
}

fn layer_range(derivation: &Derivation) -> std::ops::Range<f64> {
    let layers = &derivation.vector.layers;
    let first = layers.first().map_or(0.0, |layer| f64::from(layer.layer));
    let last = layers.last().map_or(1.0, |layer| f64::from(layer.layer));
    if last > first { first..last } else { first - 0.5..last + 0.5 }
}

/// A number on an axis of whole numbers; nothing where the axis has a mark in between.
fn whole_number(number: f64) -> String {
    if (number - number.round()).abs() < 1e-6 { format!("{number:.0}") } else { String::new() }
}

/// A chart with its title and room for the axes.
fn framed<'a, 'b>(area: &'a Area<'b>, title: impl AsRef<str>) -> ChartBuilder<'a, 'b, SVGBackend<'b>> {
    let mut chart = ChartBuilder::on(area);
    chart.caption(title, text(19)).margin(16).x_label_area_size(46).y_label_area_size(64);
    chart
}

/// The piece of a line that stands beside its name.
fn dash(style: ShapeStyle) -> impl Fn((i32, i32)) -> PathElement<(i32, i32)> {
    move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style)
}

/// The box with the names of what is drawn.
fn name_series<'a, C: CoordTranslate>(
    chart: &mut ChartContext<'a, SVGBackend<'a>, C>,
    position: SeriesLabelPosition,
) -> Result<(), PlotError> {
    chart
        .configure_series_labels()
        .position(position)
        .background_style(WHITE.mix(0.85))
        .border_style(FAINT)
        .label_font(text(14))
        .draw()?;
    Ok(())
}

fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}
