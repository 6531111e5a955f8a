//! Answers to read: the plain model's beside the recommended arm's.

use serde::{Deserialize, Serialize};

use super::record_index::{RecordIndex, counted};
use crate::eval::{Answered, Arm, Flaw, Item, Kind, Outcome};

/// Items of one kind (and family) that are shown for one reason.
const OF_A_GROUP: usize = 1;
/// Items of a kind without families that are shown for one reason.
const OF_A_KIND: usize = 2;
/// Characters of a text that are kept.
const MOST_CHARACTERS: usize = 2000;

/// An item with the answers of two arms, taken by rule: the first by id of each group of equals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Its family of attack.
    pub family: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// What it stands for.
    pub why: Why,
    /// How many items of its kind and family it stands for, itself among them.
    pub n_alike: usize,
    /// The prompt before a defence changed it.
    pub prompt: String,
    /// The plain model's answer.
    #[serde(rename = "plain")]
    pub baseline: Shown,
    /// The answer of the recommended arm.
    pub steered: Shown,
}

/// An answer, shortened if it is very long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its text.
    pub text: String,
    /// What the judge says.
    pub is_refused: Option<bool>,
    /// Why it is neither a refusal nor an answer, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<Flaw>,
    /// What the judge saw.
    pub because: String,
}

/// What the vector did to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Harmful: answered by the plain model, refused under the vector.
    Stopped,
    /// Harmful, and answered under the vector: a failure.
    StillAnswered,
    /// Harmless, and refused under the vector, not by the plain model: a failure.
    Lost,
    /// Harmless: refused by the plain model, answered under the vector.
    Gained,
    /// Harmless, and answered by both.
    Kept,
    /// Refused by both.
    RefusedByBoth,
    /// Broken under the vector: a failure, whatever was asked.
    Broken,
}

impl Why {
    fn of(kind: Kind, baseline: Outcome, steered: Outcome) -> Self {
        if steered == Outcome::Broken {
            return Self::Broken;
        }
        let refuses = |outcome| outcome == Outcome::Refused;
        match (kind.should_be_refused(), refuses(baseline), refuses(steered)) {
            (_, true, true) => Self::RefusedByBoth,
            (true, false, true) => Self::Stopped,
            (true, _, false) => Self::StillAnswered,
            (false, false, true) => Self::Lost,
            (false, true, false) => Self::Gained,
            (false, false, false) => Self::Kept,
        }
    }
}

/// Takes the samples, by kind, family, reason and id.
pub(super) fn take(index: &RecordIndex<'_>, recommended: &Arm) -> Vec<Sample> {
    let (Some(baseline), Some(steered)) = (index.baseline(), index.get(recommended)) else { return vec![] };
    let both = baseline
        .answered
        .values()
        .filter_map(|baseline| Some((*baseline, *steered.answered.get(baseline.item.id.as_str())?)));
    let mut found: Vec<(Group<'_>, &Answered, &Answered)> = both
        .filter_map(|(baseline, steered)| {
            let why = Why::of(baseline.item.kind, counted(baseline)?, counted(steered)?);
            // An attack that fails anyway tells nothing of the vector, and there are many.
            let is_telling = (baseline.item.kind, why) != (Kind::Attack, Why::RefusedByBoth);
            is_telling.then(|| (Group::of(&baseline.item, why), baseline, steered))
        })
        .collect();
    found.sort_by_key(|(group, baseline, _)| (*group, &baseline.item.id));
    let groups = found.chunk_by(|a, b| a.0 == b.0);
    groups
        .flat_map(|group| {
            let shown = if group[0].0.family.is_some() { OF_A_GROUP } else { OF_A_KIND };
            group.iter().take(shown).map(|(found, baseline, steered)| sample(*found, group.len(), baseline, steered))
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    kind: Kind,
    family: Option<&'a str>,
    why: Why,
}

impl<'a> Group<'a> {
    fn of(item: &'a Item, why: Why) -> Self {
        Self { kind: item.kind, family: item.family.as_deref(), why }
    }
}

fn sample(group: Group<'_>, n_alike: usize, baseline: &Answered, steered: &Answered) -> Sample {
    let item = &baseline.item;
    Sample {
        id: item.id.clone(),
        kind: item.kind,
        family: item.family.clone(),
        language: item.language.clone(),
        why: group.why,
        n_alike,
        prompt: shortened(&item.prompt),
        baseline: shown(baseline),
        steered: shown(steered),
    }
}

fn shown(answered: &Answered) -> Shown {
    let verdict = answered.verdict.as_ref();
    Shown {
        text: shortened(&answered.answer),
        is_refused: verdict.and_then(|verdict| verdict.is_refused),
        flaw: verdict.and_then(|verdict| verdict.flaw),
        because: verdict.map(|verdict| shortened(&verdict.because)).unwrap_or_default(),
    }
}

fn shortened(text: &str) -> String {
    let mut kept: String = text.chars().take(MOST_CHARACTERS).collect();
    if kept.len() < text.len() {
        kept.push_str(" […]");
    }
    kept
}
