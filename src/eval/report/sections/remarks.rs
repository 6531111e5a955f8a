//! What was left out or cut short, by name.

use super::View;
use crate::eval::report::page::Block;

/// Ids that are named at most; all of them are in the JSON.
const MOST_IDS: usize = 8;

pub(super) fn blocks(view: &View<'_>) -> Vec<Block> {
    let (messages, summary) = (view.messages, view.summary);
    let mut remarks = summary.about.left_out.clone();
    for arm in &summary.arms {
        let (name, counts) = (messages.arm(&arm.arm), &arm.counts);
        let named = |ids: &[String]| {
            let shown = ids.iter().take(MOST_IDS).map(String::as_str).collect::<Vec<_>>().join(", ");
            let rest = ids.len().saturating_sub(MOST_IDS);
            if rest > 0 { format!("{shown}{}", messages.and_more(rest)) } else { shown }
        };
        let said = [
            (counts.unreadable, messages.unreadable(&name, &named(&arm.unreadable), counts.unreadable)),
            (
                counts.unknown_language,
                messages.unknown_language(&name, &named(&arm.unknown_language), counts.unknown_language),
            ),
            (counts.broken, messages.broken_answers(&name, &named(&arm.broken_ids), counts.broken)),
            (counts.unjudged, messages.unjudged(&name, counts.unjudged)),
            (arm.missing.len(), messages.missing(&name, &named(&arm.missing), arm.missing.len())),
            (counts.duplicates, messages.duplicates(&name, counts.duplicates)),
            (counts.comparisons_unreadable, messages.comparisons_unreadable(&name, counts.comparisons_unreadable)),
            (counts.cut_off, messages.cut_off(&name, counts.cut_off)),
        ];
        remarks.extend(said.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text));
    }
    if remarks.is_empty() {
        return vec![Block::Text { text: messages.nothing_left_out() }];
    }
    let remarks: Vec<Block> = remarks.into_iter().map(|text| Block::Warning { text }).collect();
    vec![Block::Fold { title: format!("{} ({})", messages.remarks(), remarks.len()), blocks: remarks }]
}
