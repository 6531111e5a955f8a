//! What was run, on what, and what was left out.

use jiff::Timestamp;

use super::{View, remarks};
use crate::eval::report::page::{Block, Section};

pub(super) fn section(view: &View<'_>) -> Option<Section> {
    let blocks = vec![Block::Terms { terms: facts(view) }];
    let blocks = blocks.into_iter().chain(remarks::blocks(view)).collect();
    Some(Section { id: "run", heading: view.messages.what_was_run(), blocks })
}

fn facts(view: &View<'_>) -> Vec<(String, String)> {
    let (messages, about, asked) = (view.messages, &view.summary.about, &view.summary.asked);
    let mut facts = vec![];
    let mut add = |name: String, text: String| {
        if !text.is_empty() {
            facts.push((name, text));
        }
    };
    if !about.model.file.is_empty() || !about.model.name.is_empty() {
        let (name, text) = messages.model(&about.model);
        add(name, text);
    }
    if let Some(vector) = &about.vector {
        let (name, text) = messages.vector(vector);
        add(name, text);
    }
    if !about.judge.name.is_empty() {
        let error = messages.judge_error(about.judge.known_error.as_ref());
        let description =
            if about.judge.description.is_empty() { String::new() } else { format!(" ({})", about.judge.description) };
        add(messages.judge(), format!("{}{description}. {error}", about.judge.name));
    }
    add(messages.comparison_judge(), about.comparison_judge.clone().unwrap_or_default());
    let counted = |counts: &mut dyn Iterator<Item = (String, usize)>| {
        counts.map(|(name, n)| format!("{name}: {n}")).collect::<Vec<_>>().join("; ")
    };
    let kinds = asked.kinds.iter().map(|(kind, n)| (messages.kind(*kind), *n));
    let mut prompts = counted(&mut kinds.into_iter());
    if asked.choices > 0 {
        let separator = if prompts.is_empty() { "" } else { "; " };
        prompts = format!("{prompts}{separator}{}", messages.choices(asked.choices));
    }
    add(messages.prompts(), prompts);
    add(messages.attack_families(), counted(&mut asked.families.iter().map(|(name, n)| (name.clone(), *n))));
    add(messages.languages(), counted(&mut asked.languages.iter().map(|(name, n)| (name.clone(), *n))));
    add(messages.sources(), about.sources.join(", "));
    add(messages.command(), about.command.clone());
    let (name, text) = messages.settings(about.seed, about.max_tokens);
    add(name, text);
    add(messages.machine(), about.machine.clone());
    let ended = about.ended_unix.and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
    let ended = ended.map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string());
    let time = about.seconds.map(|seconds| messages.duration(seconds)).into_iter().chain(ended);
    add(messages.time(), time.collect::<Vec<_>>().join(", "));
    add(messages.program(), about.program.clone());
    facts
}
