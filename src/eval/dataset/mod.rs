//! What an evaluation asks: the *test bed*, items from files of many kinds. Whatever of a file cannot be asked is
//! counted and named in a [`Skipped`].

mod alphas;
mod artifact;
pub mod attacks;
mod cases;
mod files;
mod near_misses;
mod questions;
mod sample;
mod skipped;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use alphas::{parse_alphas, parse_percents};
pub use files::{AttackSource, BedFiles};
pub use questions::Question;
pub(super) use questions::labels;
pub(super) use sample::spread;
pub use skipped::{SkipReason, Skipped};

use super::item::{Item, Kind};
use crate::prompt_files::PromptError;

/// Everything that is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestBed {
    /// What is answered, in the order of the files. No two have the same id.
    pub items: Vec<Item>,
    /// Multiple-choice questions.
    pub questions: Vec<Question>,
    /// What could not be asked, and why.
    pub skipped: Vec<Skipped>,
    /// What was read, a line for every kind of every file.
    pub read: Vec<String>,
    /// What speaks against the files being what they were given as.
    pub warnings: Vec<String>,
}

/// A test bed that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A file of prompts cannot be read.
    #[error(transparent)]
    Prompts(#[from] PromptError),
    /// A line or entry is wrong.
    #[error("{}, {place}: {reason}", .path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Which line or entry.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file with nothing in it to ask.
    #[error("{} has nothing to ask{}", .path.display(), if .skipped.is_empty() { String::new() } else { format!(": {}", .skipped) })]
    Empty {
        /// The file.
        path: PathBuf,
        /// What was left out of it.
        skipped: String,
    },
    /// No file at all.
    #[error("there is nothing to ask")]
    Nothing,
    /// Attacks are made of harmful requests, and there are none.
    #[error("the built-in attacks are made from harmful requests, and there are none")]
    NoRequests,
}

impl TestBed {
    /// Reads `files`.
    ///
    /// # Errors
    /// A file cannot be read, has a line that is wrong, or nothing in it to ask.
    pub fn read(files: &BedFiles) -> Result<Self, PlanError> {
        files::read(files)
    }

    /// Keeps `n` items at most of every kind, its families having equal shares, evenly spread over each; and `n`
    /// questions.
    pub fn limit(&mut self, n: usize) {
        let mut families: BTreeMap<Kind, BTreeSet<Option<&str>>> = BTreeMap::new();
        for item in &self.items {
            families.entry(item.kind).or_default().insert(item.family.as_deref());
        }
        let shares: BTreeMap<Kind, usize> =
            families.into_iter().map(|(kind, families)| (kind, n.div_ceil(families.len()))).collect();
        let share = |(kind, _): &(Kind, Option<String>)| shares.get(kind).copied().unwrap_or(n);
        self.items = sample::spread_by(std::mem::take(&mut self.items), share, |item| (item.kind, item.family.clone()));
        self.questions = sample::spread(std::mem::take(&mut self.questions), n, |_| ());
    }
}
