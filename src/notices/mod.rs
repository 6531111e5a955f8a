//! *Notices*: conditions that a person must know of, because an answer is not what it seems to be. They are found in one
//! place, worded in one place, and what each front end does about them is one table ([`Notice::verdict`]); front ends
//! only show them.

mod ranges;
mod words;

use std::path::PathBuf;

use crate::engine::{FinishReason, PartialSteering, Steering};
use crate::prompt::{Language, Reply};

pub use ranges::ranges;

/// A condition that a person must know of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// No vector is loaded, and nobody asked for the plain model.
    Unsteered,
    /// A vector suggests no α, and none was given.
    NoAlpha {
        /// The vector.
        path: PathBuf,
    },
    /// A vector steers at some of its layers only (`--allow-partial`).
    Partial(PartialSteering),
    /// α lies outside of what the vector was measured for.
    AlphaOutOfRange {
        /// The vector.
        name: String,
        /// Its α.
        alpha: f32,
        /// The smallest useful α.
        low: f32,
        /// The largest.
        high: f32,
    },
    /// The model has no chat template and none was chosen, so ChatML is assumed.
    TemplateAssumed,
    /// The template cannot be told not to think.
    ThinkingStays,
    /// The template knows no system role: the system prompt stands at the head of the first message.
    SystemMerged,
    /// Control tokens are written in a message; they are sent as text.
    ControlTokensAsText,
    /// The oldest turns were dropped, because the context is full.
    TurnsDropped {
        /// How many.
        turns: usize,
    },
    /// The answer was cut off.
    Cut {
        /// At what.
        at: Limit,
        /// It had to follow a grammar or a schema, and may not.
        is_constrained: bool,
    },
}

/// What cuts an answer off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// `--max-tokens`.
    MaxTokens,
    /// The context.
    Context,
}

/// Who shows notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontEnd {
    /// A chat with a person, who sees the dial and can turn it.
    TypedChat,
    /// A chat on a pipe.
    PipedChat,
    /// Answers to standard output.
    Run,
    /// Hidden states on the disk.
    Dump,
    /// Figures.
    Eval,
}

/// What a front end does about a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Says it and goes on.
    Say,
    /// Says it and ends with an error: nobody is there who could decide, and what was made would be taken for something
    /// else.
    Refuse,
}

impl Notice {
    /// What `front_end` does about it.
    #[must_use]
    pub fn verdict(&self, front_end: FrontEnd) -> Verdict {
        use FrontEnd::{Dump, Eval, PipedChat, Run, TypedChat};
        match (self, front_end) {
            // Loaded, and doing nothing: it would look like protection. An evaluation tries strengths of its own.
            (Self::NoAlpha { .. }, PipedChat | Run | Dump) => Verdict::Refuse,
            // Kept for long, and read as the model's own.
            (Self::TemplateAssumed, Dump | Eval) => Verdict::Refuse,
            // A program reads it.
            (Self::Cut { is_constrained: true, .. }, PipedChat | Run) => Verdict::Refuse,
            (_, TypedChat | PipedChat | Run | Dump | Eval) => Verdict::Say,
        }
    }

    /// What there is to say about `steering`.
    #[must_use]
    pub fn of_steering(steering: &Steering) -> Vec<Self> {
        let out_of_range = |vector: &crate::engine::SteeringVector| {
            let (low, high) = vector.vector.file().header().alpha_range?;
            let is_out = vector.alpha != 0.0 && !(low..=high).contains(&vector.alpha);
            is_out.then(|| Self::AlphaOutOfRange { name: vector.name.clone(), alpha: vector.alpha, low, high })
        };
        let partial = steering.partial().into_iter().map(Self::Partial);
        partial.chain(steering.vectors().iter().filter_map(out_of_range)).collect()
    }

    /// What there is to say about an answer, which had to follow something if it `is_constrained`.
    #[must_use]
    pub fn of_reply(reply: &Reply, is_constrained: bool) -> Vec<Self> {
        let dropped = (reply.dropped_turns > 0).then_some(Self::TurnsDropped { turns: reply.dropped_turns });
        let merged = reply.system_merged.then_some(Self::SystemMerged);
        let as_text = reply.has_control_texts.then_some(Self::ControlTokensAsText);
        let cut = match reply.answer.finish {
            FinishReason::Length => Some(Limit::MaxTokens),
            FinishReason::ContextFull => Some(Limit::Context),
            FinishReason::EndOfTurn | FinishReason::Stop | FinishReason::Interrupted => None,
        };
        let cut = cut.map(|at| Self::Cut { at, is_constrained });
        [merged, as_text, dropped, cut].into_iter().flatten().collect()
    }
}

/// A notice that a front end refuses to go on with.
#[derive(Debug, thiserror::Error)]
#[error("{}", .notice.text(*.language))]
pub struct Refused {
    /// Why.
    pub notice: Notice,
    /// In which language it is said.
    pub language: Language,
}

/// Says each of `notices` with `say`, as `front_end` does.
///
/// # Errors
/// The first that `front_end` refuses.
pub fn heed(
    notices: impl IntoIterator<Item = Notice>,
    front_end: FrontEnd,
    language: Language,
    mut say: impl FnMut(&str),
) -> Result<(), Refused> {
    for notice in notices {
        match notice.verdict(front_end) {
            Verdict::Say => say(&notice.text(language)),
            Verdict::Refuse => return Err(Refused { notice, language }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Notice> {
        let partial = PartialSteering { name: "refusal".to_owned(), applied: vec![1, 2], not_applied: vec![3] };
        let cut = |at, is_constrained| Notice::Cut { at, is_constrained };
        vec![
            Notice::Unsteered,
            Notice::NoAlpha { path: "v.sv".into() },
            Notice::Partial(partial),
            Notice::AlphaOutOfRange { name: "refusal".to_owned(), alpha: 3.0, low: 0.1, high: 0.5 },
            Notice::TemplateAssumed,
            Notice::ThinkingStays,
            Notice::SystemMerged,
            Notice::ControlTokensAsText,
            Notice::TurnsDropped { turns: 2 },
            cut(Limit::MaxTokens, false),
            cut(Limit::Context, false),
            cut(Limit::MaxTokens, true),
            cut(Limit::Context, true),
        ]
    }

    /// The table condition × front end: R refuses, S says.
    #[test]
    fn the_same_condition_gets_the_same_answer() {
        use FrontEnd::{Dump, Eval, PipedChat, Run, TypedChat};
        let row = |notice: &Notice| -> String {
            let verdict = |front_end| if notice.verdict(front_end) == Verdict::Refuse { 'R' } else { 'S' };
            [TypedChat, PipedChat, Run, Dump, Eval].map(verdict).iter().collect()
        };
        let table: Vec<String> = all().iter().map(row).collect();
        let expected = [
            "SSSSS", "SRRRS", "SSSSS", "SSSSS", "SSSRR", "SSSSS", "SSSSS", "SSSSS", "SSSSS", "SSSSS", "SSSSS", "SRRSS",
            "SRRSS",
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn every_notice_is_said_in_both_languages_with_the_same_flags() {
        for notice in all() {
            let [en, ja] = [Language::En, Language::Ja].map(|language| notice.text(language));
            assert!(ja.chars().any(|c| ('ぁ'..='ん').contains(&c)), "{ja}");
            let flags = |text: &str| -> Vec<String> {
                let is_flag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_');
                let words = text.split(|c| !is_flag(c)).filter(|word| word.starts_with("--") || word.starts_with('/'));
                let mut words: Vec<String> = words.map(str::to_owned).collect();
                words.sort();
                words
            };
            assert_eq!(flags(&en), flags(&ja), "{en}: {ja}");
        }
    }
}
