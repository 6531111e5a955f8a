//! What of a file was not asked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names shown; the rest is counted.
const SHOWN: usize = 5;

/// Why something was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// Another item has the same id.
    DuplicateId,
    /// The same was asked before: kind, family, request and prompt are another item's.
    DuplicatePrompt,
    /// The file keeps a place for it and has no prompt (JailbreakBench's artifacts do, where no attack was found).
    NoPrompt,
    /// The prompt, or the prompt as a defence makes it, is longer than the context.
    TooLong,
    /// A judge gave no answer that can be read.
    Unreadable,
}

/// Things that were not asked, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Why.
    #[serde(rename = "trouble")]
    pub reason: SkipReason,
    /// Where: a file's name, or an arm's.
    pub place: String,
    /// Their ids, or their places in the file.
    pub names: Vec<String>,
}

impl Skipped {
    /// What was skipped, unless nothing was.
    #[must_use]
    pub fn of(reason: SkipReason, place: impl Into<String>, names: Vec<String>) -> Option<Self> {
        (!names.is_empty()).then(|| Self { reason, place: place.into(), names })
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.names.len();
        let reason = match self.reason {
            SkipReason::DuplicateId => "left out: duplicate id",
            SkipReason::DuplicatePrompt => "left out: duplicate prompt",
            SkipReason::NoPrompt => "left out: no prompt",
            SkipReason::TooLong => "not answered: longer than the context",
            SkipReason::Unreadable => "without a verdict: the judge's answer is unreadable",
        };
        let shown = self.names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let rest = if n > SHOWN { format!(" and {} more", n - SHOWN) } else { String::new() };
        write!(f, "{}: {n} {reason} ({shown}{rest})", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_named_and_all_are_counted() {
        let names = (1..=7).map(|number| format!("a-{number}")).collect();
        let skipped = Skipped::of(SkipReason::NoPrompt, "gcg.json", names).unwrap();
        assert_eq!(skipped.to_string(), "gcg.json: 7 left out: no prompt (a-1, a-2, a-3, a-4, a-5 and 2 more)");
        assert_eq!(Skipped::of(SkipReason::NoPrompt, "x", vec![]), None);
    }
}
