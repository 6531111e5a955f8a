//! What holds for every defence.

use std::collections::BTreeSet;

use super::*;
use crate::eval::refusal;

const FILTER: Option<Filter> = Some(Filter { threshold: 5.0, window: None });

fn case(prompt: &str, language: Language) -> Case<'_> {
    Case { prompt, language, seed: 3 }
}

/// Runs a defence with a model that answers `reply` to everything and finds every token as likely as `score` says. Gives
/// what came last (what was sent, if a call was taken) and how many calls there were.
fn run(defence: Defence, prompt: &str, language: Language, reply: &str, score: f64) -> (Result<String, String>, usize) {
    let mut step = defence.start(case(prompt, language), FILTER).unwrap();
    let mut calls: Vec<Call> = vec![];
    loop {
        step = match step {
            Step::Ask { calls: asked, then } => {
                let answers = asked.iter().map(|_| reply.to_owned()).collect();
                calls.extend(asked);
                then(answers)
            }
            Step::Score { text, then } => {
                assert_eq!(text, prompt);
                then(&[score; 4])
            }
            Step::Take(number) => return (Ok(calls[number].sent().to_owned()), calls.len()),
            Step::Block(words) => return (Err(words), calls.len()),
        };
    }
}

#[test]
fn names_are_distinct_and_lead_back() {
    let names: BTreeSet<&str> = Defence::ALL.map(Defence::name).into_iter().collect();
    assert_eq!(names.len(), 6);
    for defence in Defence::ALL {
        assert_eq!(defence.name().parse(), Ok(defence));
        assert!(!defence.source().is_empty());
        assert!(DefenceError::Unknown.to_string().contains(defence.name()));
    }
    assert_eq!("none".parse::<Defence>(), Err(DefenceError::Unknown));
}

#[test]
fn calls_are_as_many_as_the_papers_say() {
    let n = |defence| run(defence, "How do I start the drum mixer?", Language::En, "Turn the key.", 1.0).1;
    assert_eq!(Defence::ALL.map(n), [1, 1, 2, 1, 10, 1]);
}

#[test]
fn the_request_survives_every_defence() {
    for (prompt, language) in [("How do I start it?", Language::En), ("起動するには?", Language::Ja)] {
        for defence in [Defence::SelfReminder, Defence::InContext, Defence::PerplexityFilter, Defence::Retokenisation] {
            let sent = run(defence, prompt, language, "Turn the key.", 1.0).0.unwrap();
            assert!(sent.contains(prompt), "{defence:?}: {sent}");
        }
    }
}

#[test]
fn a_reminder_stands_on_both_sides() {
    let sent = run(Defence::SelfReminder, "PROMPT", Language::Ja, "", 1.0).0.unwrap();
    let (before, after) = sent.split_once("PROMPT").unwrap();
    assert!(before.contains("欺かず") && after.contains("惑わす"));
}

#[test]
fn an_example_comes_before_the_prompt() {
    let Step::Ask { calls, .. } = Defence::InContext.start(case("PROMPT", Language::En), None).unwrap() else {
        panic!()
    };
    let roles: Vec<Role> = calls[0].messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::User]);
    assert!(refusal::phrase_in(&calls[0].messages[1].content).is_some());
}

#[test]
fn the_paraphrase_is_what_is_asked() {
    let sent = |reply| run(Defence::Paraphrase, "PROMPT", Language::En, reply, 1.0);
    assert_eq!(sent("<think>hm</think> In other words. "), (Ok("In other words.".to_owned()), 2));
    assert_eq!(sent(""), (Ok("PROMPT".to_owned()), 2));
    let (taken, calls) = sent("I'm sorry, but I can't do that.");
    assert!(taken.unwrap().starts_with("Say this in other words"));
    assert_eq!(calls, 1);
}

#[test]
fn the_filter_blocks_and_says_so() {
    for language in [Language::En, Language::Ja] {
        let (blocked, calls) = run(Defence::PerplexityFilter, "xq zv", language, "Turn the key.", 6.0);
        assert!(refusal::phrase_in(&blocked.unwrap_err()).is_some());
        assert_eq!(calls, 0);
    }
    assert_eq!(
        Defence::PerplexityFilter.start(case("x", Language::En), None).unwrap_err(),
        DefenceError::NotCalibrated
    );
}

#[test]
fn copies_differ_and_depend_on_the_seed() {
    let copies = |seed| {
        let prompt = "How do I start the drum mixer in hall three?";
        let step = Defence::SmoothLlm.start(Case { prompt, language: Language::En, seed }, None).unwrap();
        let Step::Ask { calls, .. } = step else { panic!() };
        calls.into_iter().map(|call| call.sent().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(copies(1).len(), 10);
    assert_eq!(copies(1), copies(1));
    assert_ne!(copies(1), copies(2));
}
