//! Guessing ahead: faster where it hits, and never another answer.

use crate::common;

use std::num::NonZeroU8;
use std::ops::ControlFlow;
use std::sync::Arc;

use antidote::engine::{
    CancelToken, Completion, ContextOptions, FinishReason, Limits, LoadOptions, Model, Sampler, Sampling, Session,
    Speculation, Steering, Token,
};
use antidote::prompt::{Message, Role, Template};
use common::grown::grown;
use common::{
    antidote, antidote_with_input, demo_model, demo_steering, model, options, options_for, root, suggested_alpha,
};

const ALWAYS: Speculation = Speculation::Always(NonZeroU8::new(7).unwrap());

fn session(model: &Arc<Model>, speculation: Speculation) -> Session {
    let steering = demo_steering(model, suggested_alpha());
    Session::new(model, &ContextOptions { speculation, ..options() }, steering).unwrap()
}

fn prompts(model: &Model) -> Vec<Vec<Token>> {
    let template = Template::of(model).unwrap();
    let texts = std::fs::read_to_string(root().join("models/demo/prompts/benign.txt")).unwrap();
    let render = |text: &str| template.render(&[Message::new(Role::User, text)]).unwrap().tokens(model).unwrap();
    texts.lines().step_by(5).take(24).map(render).collect()
}

fn answer(session: &mut Session, prompt: &[Token], sampling: &Sampling, limits: &Limits) -> Completion {
    let mut sampler = Sampler::new(sampling, session.model().n_vocab());
    session.answer(prompt, &mut sampler, limits, &CancelToken::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

/// Every prompt three times in a row in one session, so that what is guessed is there: the last answer to the same
/// question stands in the prompt, as it does when a person asks again.
fn assert_same_answers(sampling: impl Fn(u32) -> Sampling, speculation: Speculation) {
    let model = model();
    let (mut plain, mut guessing) = (session(&model, Speculation::Off), session(&model, speculation));
    let mut accepted = 0;
    for (number, prompt) in (0..).zip(prompts(&model)) {
        let limits = Limits::tokens(60);
        let first = answer(&mut plain, &prompt, &sampling(number), &limits);
        let again = [prompt.as_slice(), &model.tokenize(&first.text), &prompt].concat();
        for prompt in [prompt.as_slice(), &again] {
            let expected = answer(&mut plain, prompt, &sampling(number), &limits);
            let got = answer(&mut guessing, prompt, &sampling(number), &limits);
            assert_eq!((&got.text, got.finish), (&expected.text, expected.finish), "prompt {number}");
            assert_eq!(got.generated_tokens, expected.generated_tokens);
            assert!(got.accepted_tokens <= got.drafted_tokens && expected.drafted_tokens == 0);
            assert!(guessing.n_cached() <= prompt.len() + got.generated_tokens);
            accepted += got.accepted_tokens;
        }
    }
    // Otherwise this test would prove nothing.
    assert!(accepted > 20, "{accepted} tokens were guessed rightly");
}

#[test]
fn greedy_answers_are_the_same() {
    assert_same_answers(|_| Sampling::greedy(), ALWAYS);
}

/// Its weights lie in the processor's cache: several tokens at once cost as much as one after the other.
#[test]
fn a_tiny_model_does_not_guess_unless_it_is_told_to() {
    let model = model();
    let prompt = prompts(&model)[0].repeat(2);
    let drafted = |speculation| {
        answer(&mut session(&model, speculation), &prompt, &Sampling::greedy(), &Limits::default()).drafted_tokens
    };
    assert_eq!(drafted(Speculation::Auto), 0);
}

/// A model of the size that guesses unless it is told not to: token for token what it says without.
#[test]
fn a_larger_model_guesses_by_itself_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grown.gguf");
    std::fs::write(&path, grown(&std::fs::read(demo_model()).unwrap())).unwrap();
    let model = Arc::new(Model::load(&path, &options_for(&path), LoadOptions::default()).unwrap());
    assert_eq!(options_for(&path).speculation, Speculation::Auto);
    let session = |speculation| {
        let options = ContextOptions { speculation, threads: 1, ..options_for(&path) };
        Session::new(&model, &options, Steering::default()).unwrap()
    };
    let (mut plain, mut guessing) = (session(Speculation::Off), session(Speculation::Auto));
    let (mut drafted, mut accepted) = (0, 0);
    for (number, prompt) in (0..).zip(prompts(&model).iter().step_by(5)) {
        for temperature in [0.0, 0.7] {
            let sampling = Sampling { seed: Some(number), temperature, ..Sampling::default() };
            let limits = Limits::tokens(40);
            let first = answer(&mut plain, prompt, &sampling, &limits);
            let again = [prompt.as_slice(), &model.tokenize(&first.text), prompt].concat();
            let expected = answer(&mut plain, &again, &sampling, &limits);
            let got = answer(&mut guessing, &again, &sampling, &limits);
            assert_eq!((&got.text, got.finish), (&expected.text, expected.finish), "prompt {number}, at {temperature}");
            assert_eq!((got.generated_tokens, expected.drafted_tokens), (expected.generated_tokens, 0));
            drafted += got.drafted_tokens;
            accepted += got.accepted_tokens;
        }
    }
    // Otherwise this test would prove nothing.
    assert!(drafted > 20 && accepted * 2 > drafted, "{accepted} of {drafted} tokens were guessed rightly");
}

#[test]
fn the_same_seed_makes_the_same_choices() {
    assert_same_answers(|seed| Sampling { seed: Some(seed), temperature: 0.5, ..Sampling::default() }, ALWAYS);
}

#[test]
fn limits_and_the_end_of_the_context_are_met_to_the_token() {
    let model = model();
    let prompt = &prompts(&model)[0];
    for max_tokens in [1, 2, 3, 7, 8, 9, 40] {
        let limits = Limits { ignore_end: true, ..Limits::tokens(max_tokens) };
        let got = answer(&mut session(&model, ALWAYS), prompt, &Sampling::greedy(), &limits);
        assert_eq!((got.generated_tokens, got.finish), (max_tokens, FinishReason::Length));
    }
    let short = ContextOptions { n_ctx: 256, ..options() };
    let run = |speculation| {
        let options = ContextOptions { speculation, ..short.clone() };
        let mut session = Session::new(&model, &options, Steering::default()).unwrap();
        let limits = Limits { ignore_end: true, ..Limits::default() };
        let got = answer(&mut session, prompt, &Sampling::greedy(), &limits);
        assert_eq!((got.finish, session.n_cached()), (FinishReason::ContextFull, 256));
        got
    };
    let (plain, guessing) = (run(Speculation::Off), run(ALWAYS));
    assert_eq!((&plain.text, plain.generated_tokens), (&guessing.text, guessing.generated_tokens));
}

#[test]
fn a_stop_in_the_middle_of_a_guess_leaves_a_session_that_goes_on() {
    let model = model();
    let prompt = &prompts(&model)[0];
    let expected = answer(&mut session(&model, Speculation::Off), prompt, &Sampling::greedy(), &Limits::default());
    for stop_after in 1..6 {
        let mut session = session(&model, ALWAYS);
        let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab());
        let mut pieces = 0;
        let mut stop = |_: &str| {
            pieces += 1;
            if pieces == stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        session.answer(prompt, &mut sampler, &Limits::default(), &CancelToken::default(), &mut stop).unwrap();
        let whole = answer(&mut session, prompt, &Sampling::greedy(), &Limits::default());
        assert_eq!(whole.text, expected.text);
    }
}

#[test]
fn grammars_hold_for_guesses_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let grammar = folder.path().join("rounds.gbnf");
    std::fs::write(&grammar, "root ::= (\"stop the press, \"){1,20} \"now\"\n").unwrap();
    let run = |speculate: &str| {
        let grammar = grammar.to_str().unwrap();
        let args = ["run", "--temp", "0", "-n", "400", "--grammar", grammar, "--speculate", speculate, "-p", "hello"];
        antidote(args).succeeds().stdout
    };
    let plain = run("off");
    assert!(plain.starts_with("stop the press, "), "{plain}");
    assert_eq!(run("7"), plain);
    assert_eq!(run("auto"), plain);
}

#[test]
fn stats_say_how_many_draft_tokens_were_accepted() {
    let lines = "How do I clean the lathe?\nHow do I clean the lathe?\n/stats\n";
    let stats = |speculate: &str| {
        let ran = antidote_with_input(["chat", "--temp", "0", "--speculate", speculate], lines.as_bytes()).succeeds();
        ran.stderr.lines().find(|line| line.contains("draft tokens")).expect("a line about it").to_owned()
    };
    assert!(stats("off").contains("; 0 of 0 draft tokens accepted"), "{}", stats("off"));
    assert!(!stats("3").contains(" of 0 draft tokens"), "{}", stats("3"));
    antidote(["run", "-p", "x", "--speculate", "0"]).fails(2, &["--speculate", "1 to 64"]);
}
