//! Where everything in a dump lies, known before the first state is.
//!
//! The safetensors crate wants all tensors in memory before it writes; the format itself needs only their shapes, so
//! the header is written here and the rows follow it as they come.

use std::ops::Range;

use serde_json::json;

use super::meta::{DumpMeta, Label};
use super::{DumpPlan, LABELS, STATES};

/// The data begins at a multiple of this many bytes, as safetensors asks.
const ALIGNMENT: usize = 8;
/// Readers of safetensors refuse a longer header.
pub(super) const MAX_HEADER: usize = 100_000_000;
/// Bytes in which the header's length stands at the start.
pub(super) const LENGTH_BYTES: usize = size_of::<u64>();

/// The bytes of a dump that do not depend on its states, and where they and the states lie.
#[derive(Debug)]
pub(super) struct Layout {
    /// The JSON of the header, padded: from byte [`LENGTH_BYTES`] on.
    pub header: String,
    /// Byte of the first row.
    pub states: u64,
    /// Bytes of a row.
    pub row_bytes: u64,
    pub n_rows: usize,
    /// Behind the rows, at the end of the file: one byte a row.
    pub labels: Vec<u8>,
}

impl Layout {
    /// # Errors
    /// What is wrong with the plan: no file could hold such a dump.
    pub fn of(plan: &DumpPlan) -> Result<Self, String> {
        let DumpPlan { meta, labels, element, .. } = plan;
        let (n_rows, n_layer, n_embd) = (labels.len(), meta.model.n_layer as usize, meta.model.n_embd as usize);
        check_lists(meta, n_rows)?;
        check_pairs(meta, labels)?;
        if n_layer == 0 || n_embd == 0 {
            return Err(format!("a model of {n_layer} layers × {n_embd} has no hidden states"));
        }
        let sizes = || {
            let row_bytes = n_layer.checked_mul(n_embd)?.checked_mul(element.size())?;
            let states_end = row_bytes.checked_mul(n_rows)?;
            let labels_end = states_end.checked_add(n_rows)?;
            // What the unfinished dump needs beside has to fit into a 64-bit offset as well.
            i64::try_from(labels_end.checked_mul(2)?).ok()?;
            Some((row_bytes, states_end, labels_end))
        };
        let too_large = || format!("{n_rows} prompts × {n_layer} layers × {n_embd} is too large");
        let (row_bytes, states_end, labels_end) = sizes().ok_or_else(too_large)?;
        // In the order of the alphabet, which is the same with and without serde_json's `preserve_order`.
        let header = json!({
            "__metadata__": meta.to_strings(),
            STATES: {
                "data_offsets": [0, states_end],
                "dtype": element.safetensors_name(),
                "shape": [n_rows, n_layer, n_embd],
            },
            LABELS: { "data_offsets": [states_end, labels_end], "dtype": "U8", "shape": [n_rows] },
        });
        let mut header = header.to_string();
        let padding = header.len().next_multiple_of(ALIGNMENT) - header.len();
        header.extend(std::iter::repeat_n(' ', padding));
        if header.len() > MAX_HEADER {
            let reason = format!("the metadata of {n_rows} rows needs more than {MAX_HEADER} bytes");
            return Err(format!("{reason}; split it into several dumps"));
        }
        let states = (LENGTH_BYTES + header.len()) as u64;
        let labels = labels.iter().map(|label| label.to_byte()).collect();
        Ok(Self { header, states, row_bytes: row_bytes as u64, n_rows, labels })
    }

    /// What stands in the first bytes of a finished dump.
    pub fn header_length(&self) -> [u8; LENGTH_BYTES] {
        (self.header.len() as u64).to_le_bytes()
    }

    /// Byte of row `row`; that of the labels if `row` is the number of rows.
    pub fn row(&self, row: usize) -> u64 {
        self.states + row as u64 * self.row_bytes
    }

    /// Bytes of the rows `rows`.
    pub fn rows(&self, rows: &Range<usize>) -> Range<u64> {
        self.row(rows.start)..self.row(rows.end)
    }

    /// Length of the finished dump.
    pub fn end(&self) -> u64 {
        self.row(self.n_rows) + self.labels.len() as u64
    }
}

fn check_lists(meta: &DumpMeta, n_rows: usize) -> Result<(), String> {
    let lists = [
        ("prompt hashes", Some(meta.prompt_hashes.len())),
        ("numbers of tokens", meta.n_tokens.as_ref().map(Vec::len)),
        ("last tokens", meta.last_tokens.as_ref().map(Vec::len)),
    ];
    for (what, listed) in lists {
        if let Some(listed) = listed.filter(|listed| *listed != n_rows) {
            return Err(format!("it has {n_rows} labels but {listed} {what}; give one per prompt"));
        }
    }
    Ok(())
}

fn check_pairs(meta: &DumpMeta, labels: &[Label]) -> Result<(), String> {
    let n_harmful = labels.iter().filter(|label| **label == Label::Harmful).count();
    let n_benign = labels.len() - n_harmful;
    if meta.is_paired && n_harmful != n_benign {
        return Err(format!(
            "pairs need the same number of prompts on both sides, but {n_harmful} are harmful and {n_benign} benign"
        ));
    }
    Ok(())
}
