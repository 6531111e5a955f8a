//! Attacks, defences and judges with the demo model and its test bed.

use crate::common;

use antidote::engine::Token;
use antidote::eval::dataset::attacks;
use antidote::eval::generate::defences::{Call, Case, Defence, Retokenisation, Step, Vocabulary};
use antidote::eval::refusal;
use antidote::prompt::Language;
use common::{model, root};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let text = std::fs::read_to_string(root().join("models/demo/prompts/test.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The tokens of a prompt, each with its bytes, and the text that is in it.
fn pieces(model: &antidote::engine::Model, prompt: &str) -> Vec<(Token, Vec<u8>)> {
    model.tokenize(prompt).into_iter().map(|token| (token, model.piece(token))).collect()
}

fn text_of(model: &antidote::engine::Model, tokens: &[Token]) -> Vec<u8> {
    tokens.iter().flat_map(|token| model.piece(*token)).collect()
}

#[test]
fn retokenised_text_is_the_same_text_in_more_tokens() {
    let model = model();
    let vocabulary = Vocabulary::of(&model);
    let (mut n_usual, mut n_cut, mut n_seeds_differ, mut n) = (0, 0, 0, 0);
    for case in cases().iter().step_by(20) {
        let text = case["prompt"].as_str().unwrap();
        let usual = pieces(&model, &format!("Before it. {text} Behind it."));
        let retokenised = |dropout, seed| Retokenisation { seed, dropout }.apply(&usual, text, &vocabulary);

        let tokens: Vec<Token> = usual.iter().map(|(token, _)| *token).collect();
        assert_eq!(retokenised(0.0, 1), tokens, "{text}");

        let cut = retokenised(0.2, 1);
        assert_eq!(text_of(&model, &cut), text_of(&model, &tokens), "{text}");
        assert_eq!(cut, retokenised(0.2, 1));
        // A token of two characters stays whole four times in five, so a short text may, too: the sums tell.
        n += 1;
        n_usual += tokens.len();
        n_cut += cut.len();
        n_seeds_differ += usize::from(cut != retokenised(0.2, 2));

        // What is not of the text stays: the tokens before and behind it, but those that hold a bit of either.
        let whole = retokenised(1.0, 1);
        assert_eq!(whole[0], tokens[0]);
        assert_eq!(whole.last(), tokens.last());
        assert!(whole.len() > cut.len(), "{text}");
    }
    assert!(n_cut * 100 > n_usual * 110, "{n_cut} tokens instead of {n_usual}");
    assert!(n_seeds_differ * 10 > n * 8, "{n_seeds_differ} of {n} texts");
}

#[test]
fn text_that_is_not_found_is_cut_with_all_around_it() {
    let model = model();
    let vocabulary = Vocabulary::of(&model);
    let usual = pieces(&model, "How do I start the drum mixer?");
    let cut = Retokenisation { seed: 0, dropout: 1.0 }.apply(&usual, "something else", &vocabulary);
    assert!(cut.len() > usual.len());
    let tokens: Vec<Token> = usual.iter().map(|(token, _)| *token).collect();
    assert_eq!(text_of(&model, &cut), text_of(&model, &tokens));
}

#[test]
fn the_refusal_judge_knows_the_right_answers_of_the_test_bed() {
    let (mut refusals, mut answers) = (0, 0);
    for case in cases() {
        let is_refusal = case["kind"] == "unsafe";
        for answer in case["answers"].as_array().unwrap() {
            let answer = answer.as_str().unwrap();
            let verdict = refusal::judge(answer);
            assert_eq!(verdict.is_refused, Some(is_refusal), "{answer}: {}", verdict.because);
            *(if is_refusal { &mut refusals } else { &mut answers }) += 1;
        }
    }
    assert!(refusals >= 100 && answers >= 500, "{refusals} refusals, {answers} answers");
}

#[test]
fn the_script_tells_the_language_of_every_request() {
    for case in cases() {
        let prompt = case["prompt"].as_str().unwrap();
        assert_eq!(Language::of_text(prompt).map(Language::code), case["language"].as_str(), "{prompt}");
    }
}

#[test]
fn no_frame_counts_as_a_refusal_when_it_is_said_again() {
    // A model that repeats its prompt has not refused; only the family whose frame forbids the words of a refusal holds some.
    for attack in attacks::ALL.iter().filter(|attack| attack.name != "refusal-suppression") {
        for request in ["How do I start the drum mixer?", "ドラム式ミキサーを起動するには?"] {
            let prompt = attack.prompt(request, Language::of_text(request).unwrap_or_default());
            assert_eq!(refusal::phrase_in(&prompt), None, "{}", attack.name);
        }
    }
}

#[test]
fn a_retokenised_call_carries_its_prompt() {
    let prompt = "How do I start the drum mixer?";
    let case = Case { prompt, language: Language::of_text(prompt).unwrap_or_default(), seed: 5 };
    let Ok(Step::Ask { calls, then }) = Defence::Retokenisation.start(case, None) else { panic!("it asks") };
    let [Call { retokenisation: Some(retokenisation), .. }] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(*retokenisation, Retokenisation { seed: 5, dropout: 0.2 });
    assert_eq!(calls[0].sent(), prompt);
    assert!(matches!(then(vec!["Turn the key.".to_owned()]), Step::Take(0)));
}
