//! A [`Summary`] for people and for programs: HTML, Markdown, JSON and CSV.
//!
//! HTML and Markdown show the same page; `sections/` says what is on it, `messages/` how it is said.

mod charts;
mod figures;
mod html;
mod markdown;
mod messages;
mod page;
mod sections;
mod table;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::eval::Summary;
use crate::files::write_atomically;
use crate::prompt::Language;
use messages::Messages;

/// A report that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The drawing library failed.
    #[error("cannot draw a chart of the report: {0}")]
    Chart(String),
    /// The template engine failed.
    #[error("cannot render the report's page: {0}")]
    Page(#[from] minijinja::Error),
    /// A number has no place in JSON.
    #[error("cannot write the summary as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The table of figures failed.
    #[error("cannot write the summary as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A file cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The report as one HTML page that needs nothing else: no network, no script.
///
/// # Errors
/// The drawing library or the template engine fails.
pub fn html(summary: &Summary, language: Language) -> Result<String, ReportError> {
    html::render(&sections::page(summary, Messages(language))?, Messages(language))
}

/// The report as Markdown, without the charts.
///
/// # Errors
/// The drawing library fails: the page is the same.
pub fn markdown(summary: &Summary, language: Language) -> Result<String, ReportError> {
    Ok(markdown::render(&sections::page(summary, Messages(language))?))
}

/// The summary as JSON, from which the report can be made again.
///
/// # Errors
/// None in practice: every figure of a summary is finite.
pub fn json(summary: &Summary) -> Result<String, ReportError> {
    Ok(serde_json::to_string_pretty(summary)? + "\n")
}

/// Every figure of every arm as CSV, one a line: `defence,alpha,sparsity,measure,family,value,low,high,n`.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn csv(summary: &Summary) -> Result<String, ReportError> {
    table::csv(summary)
}

/// Writes `report.html`, `report.md`, `summary.json` and `summary.csv` into `folder`, each whole or not at all, and
/// returns their paths.
///
/// # Errors
/// As for [`html`], or a file cannot be written.
pub fn write(folder: &Path, summary: &Summary, language: Language) -> Result<Vec<PathBuf>, ReportError> {
    let files = [
        ("report.html", html(summary, language)?),
        ("report.md", markdown(summary, language)?),
        ("summary.json", json(summary)?),
        ("summary.csv", csv(summary)?),
    ];
    let write = |(name, text): (&str, String)| {
        let path = folder.join(name);
        match write_atomically(&path, text.as_bytes()) {
            Ok(()) => Ok(path),
            Err(source) => Err(ReportError::Write { path, source }),
        }
    };
    files.into_iter().map(write).collect()
}
