//! Charts as SVG, drawn for a narrow column so that their writing can still be read on a telephone. What is drawn in
//! [`INK`] takes the colour of the page's text, so that a chart suits a dark page; names of lines stand in the page,
//! not in the chart, where they can wrap.

mod heat;
mod labels;
mod lines;
mod tradeoff;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) use heat::{Heat, heat};
pub(super) use lines::{Line, Lines, Spot, lines};
pub(super) use tradeoff::{Mark, TradeOff, tradeoff};

use super::ReportError;

/// Width of every chart, in pixels.
const WIDTH: u32 = 640;
/// Size of the writing in a chart of that width, in pixels.
const WRITING: u32 = 17;
/// Ink: `style.css` gives it the colour of the page's text.
const INK: RGBColor = RGBColor(32, 32, 32);
const FAINT: RGBColor = RGBColor(140, 140, 140);
/// What is aimed at.
const GOAL: RGBColor = RGBColor(0, 158, 115);

/// Colours that colour-blind people tell apart (Okabe & Ito), and readable on white and on black.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(190, 130, 0),
    RGBColor(86, 160, 213),
];
/// What marks the points of each line, beside its colour.
const SHAPES: [Shape; 6] = [Shape::Circle, Shape::Square, Shape::Triangle, Shape::Ring, Shape::Frame, Shape::Circle];

/// The look of one line or group of points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    colour: RGBColor,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Circle,
    Square,
    Triangle,
    Ring,
    Frame,
    Diamond,
}

impl Look {
    /// The look of the line at `index`; they repeat after six.
    pub(super) fn of_line(index: usize) -> Self {
        Self { colour: COLOURS[index % COLOURS.len()], shape: SHAPES[index % SHAPES.len()] }
    }

    /// The look of the defences by prompt.
    pub(super) fn of_defences() -> Self {
        Self { colour: RGBColor(150, 80, 140), shape: Shape::Diamond }
    }

    /// Its colour as CSS writes it.
    pub(super) fn css(self) -> String {
        let RGBColor(red, green, blue) = self.colour;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Its shape as a character.
    pub(super) fn sign(self) -> char {
        match self.shape {
            Shape::Circle => '●',
            Shape::Square => '■',
            Shape::Triangle => '▲',
            Shape::Ring => '○',
            Shape::Frame => '□',
            Shape::Diamond => '◆',
        }
    }
}

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws on a canvas [`WIDTH`] wide and `height` high. The result has no XML namespace, which SVG within HTML does not
/// need: the page names no address at all.
fn drawn(height: u32, draw: impl FnOnce(&Canvas<'_>) -> Result<(), ReportError>) -> Result<String, ReportError> {
    let mut svg = String::new();
    {
        let canvas = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw(&canvas)?;
        canvas.present().map_err(|error| ReportError::Chart(error.to_string()))?;
    }
    Ok(svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1))
}

fn failed<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> ReportError {
    ReportError::Chart(error.to_string())
}

fn writing(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

fn anchored(size: u32, across: HPos, up: VPos) -> TextStyle<'static> {
    writing(size).pos(Pos::new(across, up))
}

/// How wide `text` is at `size`, roughly: there are no fonts to ask.
fn width_of(text: &str, size: u32) -> i32 {
    let ems: f64 = text
        .chars()
        .map(|c| {
            if c.is_ascii() {
                0.56
            } else if c > '\u{2e80}' {
                1.0
            } else {
                0.6
            }
        })
        .sum();
    (ems * f64::from(size)).ceil() as i32
}

/// Draws a point's mark at a pixel.
fn mark(canvas: &Canvas<'_>, at: (i32, i32), look: Look) -> Result<(), ReportError> {
    let (filled, outlined) = (look.colour.filled(), look.colour.stroke_width(2));
    let (x, y) = at;
    match look.shape {
        Shape::Circle => canvas.draw(&Circle::new(at, 5, filled)),
        Shape::Ring => canvas.draw(&Circle::new(at, 5, outlined)),
        Shape::Square => canvas.draw(&Rectangle::new([(x - 5, y - 5), (x + 5, y + 5)], filled)),
        Shape::Frame => canvas.draw(&Rectangle::new([(x - 5, y - 5), (x + 5, y + 5)], outlined)),
        Shape::Triangle => canvas.draw(&Polygon::new(vec![(x, y - 6), (x + 6, y + 5), (x - 6, y + 5)], filled)),
        Shape::Diamond => canvas.draw(&Polygon::new(vec![(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], filled)),
    }
    .map_err(failed)
}

fn per_cent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// `low..high`, widened where it is nothing.
fn widened(low: f64, high: f64, least: f64) -> std::ops::Range<f64> {
    if high - low >= least { low..high } else { (low + high - least) / 2.0..(low + high + least) / 2.0 }
}
