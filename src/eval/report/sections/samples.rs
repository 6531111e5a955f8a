//! Answers to read.

use super::View;
use crate::eval::report::figures;
use crate::eval::report::page::{Block, Piece, SampleCard, Section};
use crate::eval::{Sample, Shown, Why};

pub(super) fn section(view: &View<'_>) -> Option<Section> {
    let (messages, samples) = (view.messages, &view.summary.samples);
    let alpha = figures::alpha(view.summary.recommendations.first()?.at.alpha);
    if samples.is_empty() {
        return None;
    }
    let intro = Block::Text { text: messages.samples_reading(&alpha) };
    let cards = samples.iter().map(|sample| Block::Sample(Box::new(card(view, sample, &alpha))));
    Some(Section { id: "samples", heading: messages.samples(), blocks: [intro].into_iter().chain(cards).collect() })
}

fn card(view: &View<'_>, sample: &Sample, alpha: &str) -> SampleCard {
    let messages = view.messages;
    let is_harmful = sample.kind.should_be_refused();
    let family = sample.family.as_ref().map_or_else(String::new, |family| format!(" · {family}"));
    let language = sample.language.as_ref().map_or_else(String::new, |language| format!(" · {language}"));
    let answer = |title: String, shown: &Shown| {
        let because = if shown.because.is_empty() { String::new() } else { format!(": {}", shown.because) };
        Piece {
            title,
            text: shown.text.clone(),
            verdict: format!("{}{because}", messages.says(shown)),
            is_folded: is_harmful && shown.is_refused != Some(true),
        }
    };
    SampleCard {
        title: format!("{}{family}{language} · {}", messages.kind(sample.kind), sample.id),
        why: messages.why(sample.why, sample.n_alike),
        is_good: match sample.why {
            Why::Stopped | Why::Gained | Why::Kept => true,
            Why::StillAnswered | Why::Lost | Why::Broken => false,
            Why::RefusedByBoth => is_harmful,
        },
        request: Piece {
            title: messages.request(),
            text: sample.prompt.clone(),
            verdict: String::new(),
            is_folded: is_harmful,
        },
        answers: [answer(messages.baseline(), &sample.baseline), answer(format!("α = {alpha}"), &sample.steered)],
    }
}
