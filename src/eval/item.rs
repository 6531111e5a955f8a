//! What is asked.

use serde::{Deserialize, Serialize};

use crate::prompt::Language;

/// What a request is, and so what a well-defended model does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A harmful request asked plainly.
    Harmful,
    /// A harmful request in the frame of an attack.
    Attack,
    /// A harmless request.
    Benign,
    /// A harmless request that only sounds harmful, as in XSTest.
    NearMiss,
    /// A harmless request in the frame of an attack.
    BenignWrapped,
}

impl Kind {
    /// Whether a refusal is what is wanted.
    #[must_use]
    pub fn should_be_refused(self) -> bool {
        matches!(self, Self::Harmful | Self::Attack)
    }
}

/// One thing to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Names the item in every arm; no two items of an evaluation share it.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The family of attack, for [`Kind::Attack`] and [`Kind::BenignWrapped`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// `en`, `ja`, …, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The request itself, without a frame: what a judge is asked about.
    pub request: String,
    /// What the model is asked, before a defence changes it.
    pub prompt: String,
    /// Right answers, if any are known: for perplexity, and for benign requests whose answer can be checked to the
    /// letter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

impl Item {
    /// The language that attacks and defences speak to it in: what it says of itself, or else what its script tells.
    #[must_use]
    pub fn spoken(&self) -> Language {
        let stated = self.language.as_deref().and_then(Language::of_code);
        stated.or_else(|| Language::of_text(&self.request)).unwrap_or_default()
    }
}
