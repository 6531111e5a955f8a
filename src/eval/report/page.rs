//! What is on a report, before it is HTML or Markdown: all text as it is read, nothing escaped.

use serde::Serialize;

/// The whole report.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub language: &'static str,
    pub title: String,
    pub subtitle: String,
    /// The answer in a few sentences.
    pub verdict: Vec<String>,
    /// `good` if the goals are reached, `bad` if not, `none` if there is no recommendation.
    pub tone: &'static str,
    pub tiles: Vec<Tile>,
    pub sections: Vec<Section>,
    pub footer: String,
}

/// A figure in large type.
#[derive(Debug, Serialize)]
pub(super) struct Tile {
    pub name: String,
    pub value: String,
    pub note: String,
}

/// A part of the report under a heading.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    /// Its anchor: ASCII.
    pub id: &'static str,
    pub heading: String,
    pub blocks: Vec<Block>,
}

/// Something in a section.
#[derive(Debug, Serialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub(super) enum Block {
    Text {
        text: String,
    },
    /// Something to beware of.
    Warning {
        text: String,
    },
    Figure(Figure),
    Table(Table),
    /// Definitions: what, and what it means.
    Terms {
        terms: Vec<(String, String)>,
    },
    /// Shown when it is asked for.
    Fold {
        title: String,
        blocks: Vec<Block>,
    },
    Sample(Box<SampleCard>),
}

/// A chart.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    /// The drawing: the one thing that is not escaped. The drawing library escapes the text in it.
    pub svg: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    pub caption: String,
    /// How to read it.
    pub reading: String,
    pub keys: Vec<KeyEntry>,
}

/// A line of a chart's legend.
#[derive(Debug, Serialize)]
pub(super) struct KeyEntry {
    pub sign: String,
    /// As CSS writes it.
    pub colour: String,
    pub name: String,
}

/// A table; its first column names the rows.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub name: String,
    pub cells: Vec<Cell>,
    /// The recommended one, or the best.
    pub is_marked: bool,
}

/// A field of a table.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Cell {
    pub text: String,
    /// The interval and the number of prompts.
    pub note: String,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), note: String::new() }
    }
}

/// An item with two answers.
#[derive(Debug, Serialize)]
pub(super) struct SampleCard {
    pub title: String,
    pub why: String,
    /// Whether it is what is wanted.
    pub is_good: bool,
    pub request: Piece,
    pub answers: [Piece; 2],
}

/// Text of a prompt or a model, which may be anything.
#[derive(Debug, Serialize)]
pub(super) struct Piece {
    pub title: String,
    pub text: String,
    pub verdict: String,
    /// Unsafe: shown when it is asked for.
    pub is_folded: bool,
}
