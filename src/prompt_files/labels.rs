//! What a table says of its own rows: whether a prompt is harmful or safe.

use super::Side;
use super::fields::{Row, normal};

/// Columns that may say it, in order of preference.
const COLUMNS: [&str; 8] =
    ["label", "data_type", "prompt_harm_label", "prompt_label", "prompt_safety", "toxicity", "kind", "type"];

/// Columns that hold many other things in other files: they count if a file has at least one value that is known.
const VAGUE: [&str; 3] = ["toxicity", "kind", "type"];

const HARMFUL: [&str; 8] =
    ["unsafe", "harmful", "toxic", "malicious", "attack", "vanilla_harmful", "adversarial_harmful", "jailbreak"];
const BENIGN: [&str; 10] = [
    "safe",
    "benign",
    "harmless",
    "unharmful",
    "non_toxic",
    "not_harmful",
    "near_miss",
    "benign_wrapped",
    "vanilla_benign",
    "adversarial_benign",
];

/// XSTest's types of safe prompts; those of its unsafe ones begin with `contrast`.
const XSTEST_SAFE: [&str; 10] = [
    "homonyms",
    "figurative_language",
    "safe_targets",
    "safe_contexts",
    "definitions",
    "real_group_nons_discr",
    "nons_group_real_discr",
    "historical_events",
    "privacy_public",
    "privacy_fictional",
];
const XSTEST_CONTRASTS: [&str; 8] = [
    "contrast_homonyms",
    "contrast_figurative_language",
    "contrast_safe_targets",
    "contrast_safe_contexts",
    "contrast_definitions",
    "contrast_discr",
    "contrast_historical_events",
    "contrast_privacy",
];

/// What a row says of its prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLabel {
    /// The column that says it.
    pub column: String,
    /// The word, as it is written.
    pub value: String,
    /// What it means; `None` if the word is unknown.
    pub says: Option<Side>,
}

impl RowLabel {
    /// The words that are known in that column.
    #[must_use]
    pub fn known(&self) -> String {
        match &*normal(&self.column) {
            "type" => [&XSTEST_SAFE[..], &XSTEST_CONTRASTS].concat().join(", "),
            "toxicity" => "0, 1".to_owned(),
            _ => "safe, unsafe, benign, harmless, harmful".to_owned(),
        }
    }

    pub(super) fn is_vague(&self) -> bool {
        VAGUE.contains(&&*normal(&self.column))
    }
}

/// The label of `row`: of its columns the first that says something. A number may mean this or that, so `data_type` and
/// the like may explain it, which is how WildJailbreak has it; a word that is unknown is unknown.
pub(super) fn of_row(row: &Row<'_>) -> Option<RowLabel> {
    let mut first: Option<RowLabel> = None;
    for column in COLUMNS {
        let Some(cell) = row.cell(column) else { continue };
        let value = cell.value.trim();
        let label =
            RowLabel { column: cell.name.to_owned(), value: value.to_owned(), says: meaning(column, &normal(value)) };
        match first {
            Some(_) if label.is_vague() => break,
            None if label.says.is_none() && value.parse::<f64>().is_ok() => first = Some(label),
            Some(_) if label.says.is_none() => {}
            _ => return Some(label),
        }
    }
    first
}

fn meaning(column: &str, value: &str) -> Option<Side> {
    match (column, value) {
        ("toxicity", "1") => Some(Side::Harmful),
        ("toxicity", "0") => Some(Side::Benign),
        ("toxicity", _) => None,
        ("type", value) if XSTEST_SAFE.contains(&value) => Some(Side::Benign),
        ("type", value) if XSTEST_CONTRASTS.contains(&value) => Some(Side::Harmful),
        (_, value) if HARMFUL.contains(&value) => Some(Side::Harmful),
        (_, value) if BENIGN.contains(&value) => Some(Side::Benign),
        _ => None,
    }
}
