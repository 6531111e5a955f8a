//! Many requests in one scheduler against one after another: the same answers, each under its own steering, whoever
//! shares the batch.

use crate::common;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use antidote::engine::{
    CancelToken, Completion, ContextOptions, ContextParams, EngineError, Event, FinishReason, Handle, HiddenStates,
    Limits, Model, OwnedEvent, Reading, Request, RequestId, Reuse, Sampler, Sampling, Scheduler, Scorer, Session,
    Speculation, Steering, Token, Wanted,
};
use antidote::prompt::{Message, Role, Template};
use common::{demo_steering, model, options, root, suggested_alpha};

/// Prompts of the test bed, in their template: every `step`-th.
fn prompts(model: &Model, step: usize) -> Vec<Vec<Token>> {
    let template = Template::of(model).unwrap();
    let texts = antidote::prompt_files::read(&root().join("models/demo/prompts/test.jsonl")).unwrap();
    let render = |text: &String| template.render(&[Message::new(Role::User, text)]).unwrap().tokens(model).unwrap();
    texts.iter().step_by(step).map(render).collect()
}

fn scheduler(model: &Arc<Model>, n_slots: u32, n_ctx: u32) -> Scheduler {
    Scheduler::new(model, ContextParams::for_many(model, &options(), n_slots, n_ctx)).unwrap()
}

/// The likeliest answer of `max_tokens` at most.
fn greedy(prompt: &[Token], steering: &Steering, max_tokens: usize) -> Request {
    Request::text(prompt.to_vec(), steering.clone(), Sampler::default(), Limits::tokens(max_tokens))
}

type Ended = HashMap<RequestId, Result<Completion, EngineError>>;

/// Steps until nothing is left, and what became of each request.
fn run(scheduler: &mut Scheduler) -> Ended {
    let mut ended = Ended::new();
    scheduler.run(&mut |id, event| {
        let end = match event {
            Event::Done { completion, .. } => Ok(completion),
            Event::Failed { error, .. } => Err(error),
            _ => return ControlFlow::Continue(()),
        };
        assert!(ended.insert(id, end).is_none(), "a request ended twice");
        ControlFlow::Continue(())
    });
    ended
}

fn all(scheduler: &mut Scheduler, requests: impl IntoIterator<Item = Request>) -> Vec<Completion> {
    let ids: Vec<RequestId> = requests.into_iter().map(|request| scheduler.submit(request)).collect();
    let mut ended = run(scheduler);
    ids.iter().map(|id| ended.remove(id).expect("every request ends").expect("and is answered")).collect()
}

fn alone(model: &Arc<Model>, prompt: &[Token], steering: &Steering, max_tokens: usize) -> Completion {
    let mut session = Session::new(model, &options(), steering.clone()).unwrap();
    let (limits, cancel) = (Limits::tokens(max_tokens), CancelToken::default());
    session.answer(prompt, &mut Sampler::default(), &limits, &cancel, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn answers_at_once_are_those_one_after_another() {
    let model = model();
    let prompts = prompts(&model, 32);
    for alpha in [0.0, suggested_alpha()] {
        let steering = demo_steering(&model, alpha);
        let one_by_one: Vec<_> = prompts.iter().map(|prompt| alone(&model, prompt, &steering, 96)).collect();
        // Fewer slots than prompts, so that slots change hands.
        let mut scheduler = scheduler(&model, 7, 512);
        let requests = |prompts: &[Vec<Token>]| -> Vec<Request> {
            prompts.iter().map(|prompt| greedy(prompt, &steering, 96)).collect()
        };
        let answers = all(&mut scheduler, requests(&prompts));
        let differing = one_by_one.iter().zip(&answers).filter(|(one, many)| {
            assert_eq!(one.prompt_tokens, many.prompt_tokens);
            one.text != many.text || one.finish != many.finish || one.generated_tokens != many.generated_tokens
        });
        // Sums are taken in another order in a product with more rows, so a near tie may be decided otherwise.
        assert!(differing.count() <= 1, "α = {alpha}");
        // Who shares a batch with whom is another matter when it is done again in another order.
        let mut backwards = prompts.clone();
        backwards.reverse();
        let again = all(&mut scheduler, requests(&backwards));
        let differing = again.iter().rev().zip(&answers).filter(|(again, before)| again.text != before.text).count();
        assert!(differing <= 1, "α = {alpha}: {differing} answers depend on who shares the batch");
    }
}

/// Logits after each of the last `n` tokens of the prompts, processed side by side under their own steering.
fn logits_side_by_side(model: &Arc<Model>, prompts: &[Vec<Token>], steerings: &[Steering]) -> Vec<Vec<f32>> {
    let mut scheduler = scheduler(model, u32::try_from(prompts.len()).unwrap(), 512);
    let requests = prompts.iter().zip(steerings).map(|(prompt, steering)| {
        let wanted = Wanted::Logits { first: prompt.len() - 1 };
        Request::new(prompt.clone(), steering.clone(), wanted)
    });
    let ids: Vec<_> = requests.map(|request| scheduler.submit(request)).collect();
    let mut found = HashMap::new();
    scheduler.run(&mut |id, event| {
        if let Event::Logits { logits, .. } = event {
            found.insert(id, logits.to_vec());
        }
        ControlFlow::Continue(())
    });
    ids.iter().map(|id| found.remove(id).unwrap()).collect()
}

/// Each request's text, at eight strengths in one batch, is the text at that strength alone; and at α = 0 the plain
/// model's, whoever is steered beside it.
#[test]
fn every_request_has_its_own_strength() {
    let model = model();
    let alphas = [0.0, 0.1, 0.17, 0.29, 0.0, 0.5, 0.34, -0.2];
    let steerings: Vec<Steering> = alphas.iter().map(|alpha| demo_steering(&model, *alpha)).collect();
    let prompts: Vec<_> = prompts(&model, 40).into_iter().take(8).collect();
    let mut mixed = scheduler(&model, 8, 512);
    let requests: Vec<_> = prompts.iter().zip(&steerings).map(|(prompt, it)| greedy(prompt, it, 96)).collect();
    let answers = all(&mut mixed, requests);
    let expected: Vec<_> =
        prompts.iter().zip(&steerings).map(|(prompt, steering)| alone(&model, prompt, steering, 96)).collect();
    let differing = answers.iter().zip(&expected).filter(|(mixed, alone)| mixed.text != alone.text).count();
    assert!(differing <= 1, "{differing} of 8 answers are not those of their strength");
    let plain = alone(&model, &prompts[5], &Steering::default(), 96);
    assert_ne!(answers[5].text, plain.text, "otherwise this proves nothing");
}

#[test]
fn logits_in_a_mixed_batch_are_those_of_the_control_vector_and_plain_rows_are_plain_to_the_bit() {
    let model = model();
    let alphas = [0.0, 0.3, 1.0, 0.0, -0.5];
    let prompts: Vec<_> = prompts(&model, 60).into_iter().take(alphas.len()).collect();
    let steerings: Vec<Steering> = alphas.iter().map(|alpha| demo_steering(&model, *alpha)).collect();
    let mixed = logits_side_by_side(&model, &prompts, &steerings);
    for (number, prompt) in prompts.iter().enumerate() {
        let own = std::slice::from_ref(&steerings[number]);
        let alone = logits_side_by_side(&model, std::slice::from_ref(prompt), own).remove(0);
        if alphas[number] == 0.0 {
            assert!(mixed[number] == alone, "row {number} is not the plain model's");
        }
        let error = distance(&mixed[number], &alone);
        assert!(error <= 1e-4, "α = {}: {error:.1e}", alphas[number]);
    }
}

/// States that were made under one strength never serve another: a slot that is used again gives the bits of a fresh
/// context.
#[test]
fn a_slot_that_is_used_again_under_another_strength_is_like_a_new_one() {
    let model = model();
    let prompt = prompts(&model, 300).remove(0);
    let wanted = || Wanted::Logits { first: prompt.len() - 1 };
    let logits = |scheduler: &mut Scheduler, alpha: f32| {
        let mut found = (vec![], 0);
        scheduler.submit(Request::new(prompt.clone(), demo_steering(&model, alpha), wanted()));
        scheduler.run(&mut |_, event| {
            match event {
                Event::Logits { logits, .. } => found.0 = logits.to_vec(),
                Event::Done { completion, .. } => found.1 = completion.reused_tokens,
                _ => {}
            }
            ControlFlow::Continue(())
        });
        found
    };
    for n_slots in [1, 3] {
        let mut used = scheduler(&model, n_slots, 512);
        for alpha in [0.3, 0.0, 0.7, 0.3] {
            let fresh = logits(&mut scheduler(&model, n_slots, 512), alpha).0;
            let (again, reused) = logits(&mut used, alpha);
            if reused == 0 {
                assert!(again == fresh, "α = {alpha} in {n_slots} slots");
            } else {
                assert_eq!((alpha, n_slots), (0.3, 3), "only a slot that still holds this strength serves it");
            }
        }
    }
}

#[test]
fn what_an_idle_or_a_busy_slot_holds_is_not_processed_again() {
    let model = model();
    let steering = demo_steering(&model, 0.2);
    let prompt: Vec<Token> = prompts(&model, 300)[0].iter().cycle().take(120).copied().collect();
    let mut scheduler = scheduler(&model, 3, 512);
    let first = all(&mut scheduler, [greedy(&prompt, &steering, 4)]).remove(0);
    assert_eq!(first.reused_tokens, 0);
    let longer: Vec<Token> = prompt.iter().chain(&prompt[..30]).copied().collect();
    // Two at once: one takes the idle slot, the other a copy of it.
    let again = all(&mut scheduler, [greedy(&longer, &steering, 4), greedy(&longer, &steering, 4)]);
    assert!(again.iter().all(|answer| answer.reused_tokens >= 120), "{again:?}");
    assert_eq!(again[0].text, again[1].text);
    let other = all(&mut scheduler, [greedy(&longer, &demo_steering(&model, 0.21), 4)]).remove(0);
    assert_eq!(other.reused_tokens, 0, "another strength");
    let refused = Request { reuse: Reuse::NOTHING, ..greedy(&longer, &steering, 4) };
    assert_eq!(all(&mut scheduler, [refused]).remove(0).reused_tokens, 0);
}

#[test]
fn limits_and_prompts_that_do_not_fit_are_told() {
    let model = model();
    let prompts = prompts(&model, 300);
    let long: Vec<Token> = prompts[0].iter().cycle().take(256).copied().collect();
    let mut scheduler = scheduler(&model, 2, 256);
    assert_eq!(scheduler.n_ctx(), 256);
    let ids: Vec<_> = [&prompts[0], &long, &prompts[1], &vec![]]
        .map(|prompt| scheduler.submit(greedy(prompt, &Steering::default(), 3)))
        .into();
    let ended = run(&mut scheduler);
    for id in [&ids[0], &ids[2]] {
        let answer = ended[id].as_ref().unwrap();
        assert_eq!((answer.finish, answer.generated_tokens), (FinishReason::Length, 3), "{answer:?}");
    }
    assert!(matches!(ended[&ids[1]], Err(EngineError::PromptTooLong { n_prompt: 256, n_ctx: 256 })));
    assert!(matches!(ended[&ids[3]], Err(EngineError::EmptyPrompt)));
    // One place behind the prompt: the first token of the answer has room and the second has not.
    let nearly: Vec<Token> = prompts[0].iter().cycle().take(255).copied().collect();
    let answer = all(&mut scheduler, [greedy(&nearly, &Steering::default(), 50)]).remove(0);
    assert!(answer.generated_tokens <= 2, "{answer:?}");
}

#[test]
fn no_tokens_are_no_tokens() {
    let model = model();
    let prompt = prompts(&model, 300).remove(0);
    let answer = all(&mut scheduler(&model, 2, 512), [greedy(&prompt, &Steering::default(), 0)]).remove(0);
    assert_eq!((answer.generated_tokens, answer.text.as_str(), answer.finish), (0, "", FinishReason::Length));
    assert_eq!(alone(&model, &prompt, &Steering::default(), 0).generated_tokens, 0);
}

#[test]
fn an_answer_ends_at_a_stop_string() {
    let model = model();
    let prompt = prompts(&model, 300).remove(0);
    let whole = alone(&model, &prompt, &Steering::default(), 96).text;
    let stop = whole.split(' ').nth(2).expect("an answer of several words").to_owned();
    let limits = Limits { stop: vec!["never said".to_owned(), stop.clone()], ..Limits::tokens(96) };
    let request = Request::text(prompt, Steering::default(), Sampler::default(), limits);
    let answer = all(&mut scheduler(&model, 2, 512), [request]).remove(0);
    assert_eq!((answer.finish, answer.text.as_str()), (FinishReason::Stop, &whole[..whole.find(&stop).unwrap()]));
}

/// A strength beyond all numbers breaks its own request and nobody else's, and leaves no trace.
#[test]
fn a_failing_request_among_good_ones_fails_alone() {
    let model = model();
    let prompts: Vec<_> = prompts(&model, 60).into_iter().take(5).collect();
    let fine = demo_steering(&model, 0.29);
    // Verified at a strength that works.
    let mut broken = fine.clone();
    broken.set_alpha(None, 1e38);
    for n_slots in [1, 4] {
        let mut scheduler = scheduler(&model, n_slots, 512);
        let steerings = [&fine, &broken, &fine, &broken, &fine];
        let ids: Vec<_> =
            prompts.iter().zip(steerings).map(|(prompt, it)| scheduler.submit(greedy(prompt, it, 40))).collect();
        let ended = run(&mut scheduler);
        for (number, id) in ids.iter().enumerate() {
            if number % 2 == 1 {
                assert!(matches!(ended[id], Err(EngineError::OutputNotFinite { alpha }) if alpha == 1e38));
            } else {
                let expected = alone(&model, &prompts[number], &fine, 40).text;
                assert_eq!(ended[id].as_ref().unwrap().text, expected, "{n_slots} slots, prompt {number}");
            }
        }
        // Every slot once more, where broken ones were.
        let again = all(&mut scheduler, prompts.iter().map(|prompt| greedy(prompt, &fine, 40)));
        for (prompt, answer) in prompts.iter().zip(again) {
            assert_eq!(answer.text, alone(&model, prompt, &fine, 40).text);
        }
    }
}

#[test]
fn a_request_that_is_cancelled_before_it_begins_in_its_prompt_or_in_its_answer_ends_alone() {
    let model = model();
    let prompts = prompts(&model, 60);
    let steering = demo_steering(&model, 0.2);
    let expected = alone(&model, &prompts[0], &steering, 96);
    // Small micro-batches, so that the long prompt takes many steps.
    let params = ContextParams { n_batch: 32, ..ContextParams::for_many(&model, &options(), 3, 1024) };
    let mut scheduler = Scheduler::new(&model, params).unwrap();
    let long: Vec<Token> = prompts[1].iter().cycle().take(600).copied().collect();
    let [before, within_prompt, within_answer] = std::array::from_fn(|_| CancelToken::default());
    before.cancel();
    let good = scheduler.submit(greedy(&prompts[0], &steering, 96));
    let never = scheduler.submit(greedy(&prompts[0], &steering, 96).cancelled_by(&before));
    let prompted = scheduler.submit(greedy(&long, &steering, 96).cancelled_by(&within_prompt));
    let limits = Limits { ignore_end: true, ..Limits::tokens(400) };
    let endless = Request::text(prompts[2].clone(), steering.clone(), Sampler::default(), limits);
    let answered = scheduler.submit(endless.cancelled_by(&within_answer));
    let (mut ended, mut pieces) = (HashMap::new(), 0);
    for step in 0.. {
        let goes_on = scheduler.step(&mut |id, event| {
            match event {
                Event::Text(_) if id == answered => pieces += 1,
                Event::Done { completion, .. } => {
                    ended.insert(id, completion);
                }
                Event::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
            ControlFlow::Continue(())
        });
        if step == 6 {
            within_prompt.cancel();
        }
        if pieces >= 5 {
            within_answer.cancel();
        }
        if !goes_on {
            break;
        }
    }
    assert_eq!((&ended[&good].text, ended[&good].finish), (&expected.text, expected.finish));
    for id in [never, prompted, answered] {
        assert_eq!(ended[&id].finish, FinishReason::Interrupted);
    }
    assert_eq!((ended[&never].generated_tokens, ended[&prompted].generated_tokens), (0, 0));
    assert!((5..=6).contains(&ended[&answered].generated_tokens), "within one token: {:?}", ended[&answered]);
    // The slots go on.
    let again = all(&mut scheduler, [greedy(&long, &steering, 4), greedy(&prompts[0], &steering, 96)]);
    assert_eq!(again[1].text, expected.text);
}

/// Between two tokens of an answer that runs, at most one micro-batch of prompts is processed.
#[test]
fn a_long_prompt_does_not_stall_answers_that_run() {
    let model = model();
    let prompts = prompts(&model, 60);
    let params = ContextParams { n_batch: 64, ..ContextParams::for_many(&model, &options(), 4, 2048) };
    let mut scheduler = Scheduler::new(&model, params).unwrap();
    let limits = Limits { ignore_end: true, ..Limits::tokens(60) };
    let request = Request::text(prompts[0].clone(), Steering::default(), Sampler::default(), limits);
    let runs = scheduler.submit(request);
    let long: Vec<Token> = prompts[1].iter().cycle().take(1500).copied().collect();
    let mut is_submitted = false;
    let (mut since, mut longest, mut n_during) = (0, 0, 0);
    let mut long_ended = false;
    loop {
        let mut got = false;
        let goes_on = scheduler.step(&mut |id, event| {
            match event {
                Event::Text(_) if id == runs => got = true,
                Event::Done { .. } if id != runs => long_ended = true,
                _ => {}
            }
            ControlFlow::Continue(())
        });
        if got && !is_submitted {
            scheduler.submit(greedy(&long, &Steering::default(), 1));
            is_submitted = true;
        }
        since = if got { 0 } else { since + 1 };
        longest = longest.max(since);
        n_during += usize::from(got && is_submitted && !long_ended);
        if !goes_on {
            break;
        }
    }
    assert!(n_during >= 20, "the answer got {n_during} tokens while 1500 were processed 64 at a time");
    assert!(longest <= 2, "{longest} steps without a token");
}

/// Whoever is first to end leaves a hole, which is closed: the answers stay the same.
#[test]
fn answers_of_very_different_lengths_are_moved_together_and_stay_the_same() {
    let model = model();
    let prompts: Vec<_> = prompts(&model, 40).into_iter().take(8).collect();
    let steering = demo_steering(&model, 0.1);
    let mut scheduler = scheduler(&model, 8, 512);
    let n_tokens = |number: usize| [2, 60, 3, 5, 50, 4, 70, 9][number];
    let requests = prompts.iter().enumerate().map(|(number, prompt)| {
        let limits = Limits { ignore_end: true, ..Limits::tokens(n_tokens(number)) };
        Request::text(prompt.clone(), steering.clone(), Sampler::default(), limits)
    });
    let requests: Vec<_> = requests.collect();
    let answers = all(&mut scheduler, requests);
    for (number, (prompt, answer)) in prompts.iter().zip(&answers).enumerate() {
        assert_eq!(answer.generated_tokens, n_tokens(number));
        let mut session = Session::new(&model, &options(), steering.clone()).unwrap();
        let limits = Limits { ignore_end: true, ..Limits::tokens(n_tokens(number)) };
        let mut ignore = |_: &str| ControlFlow::Continue(());
        let expected =
            session.answer(prompt, &mut Sampler::default(), &limits, &CancelToken::default(), &mut ignore).unwrap();
        let same = expected.text.bytes().zip(answer.text.bytes()).take_while(|(a, b)| a == b).count();
        // Beyond the end of its turn a model rambles, and ties are near.
        assert!(same * 2 >= expected.text.len().min(40), "prompt {number}: {:?} {:?}", expected.text, answer.text);
    }
}

/// A tiny micro-batch and samplers of their own.
#[test]
fn the_same_seed_gives_the_same_answer_whoever_shares_the_batch() {
    let model = model();
    let prompts: Vec<_> = prompts(&model, 60).into_iter().take(4).collect();
    let sampled = |prompt: &[Token], seed: u32| {
        let sampling =
            Sampling { seed: Some(seed), temperature: 2.0, min_p: 0.0, top_k: 0, top_p: 1.0, ..Sampling::default() };
        let sampler = Sampler::new(&sampling, model.n_vocab());
        Request::text(prompt.to_vec(), Steering::default(), sampler, Limits::tokens(60))
    };
    let together = all(&mut scheduler(&model, 4, 512), prompts.iter().map(|prompt| sampled(prompt, 7)));
    let mut differing = 0;
    for (prompt, answer) in prompts.iter().zip(&together) {
        let alone = all(&mut scheduler(&model, 1, 512), [sampled(prompt, 7)]).remove(0);
        differing += usize::from(alone.text != answer.text);
    }
    assert!(differing <= 1, "{differing} of 4 differ");
    let other = all(&mut scheduler(&model, 4, 512), prompts.iter().map(|prompt| sampled(prompt, 8)));
    assert!(other.iter().zip(&together).any(|(a, b)| a.text != b.text), "another seed, another answer");
}

/// One request of each kind at once, in one context.
#[test]
fn text_logits_and_hidden_states_share_a_scheduler() {
    let model = model();
    let prompts: Vec<_> = prompts(&model, 60).into_iter().take(3).collect();
    let steering = demo_steering(&model, 0.3);
    let mut scheduler = scheduler(&model, 3, 512);
    let text = scheduler.submit(greedy(&prompts[0], &steering, 60));
    let wanted = Wanted::HiddenStates(Reading::Last);
    let states = scheduler.submit(Request::new(prompts[1].clone(), Steering::default(), wanted));
    let rows = scheduler.submit(Request::new(prompts[2].clone(), steering.clone(), Wanted::Logits { first: 2 }));
    let (mut said, mut state, mut n_rows) = (String::new(), vec![], 0);
    scheduler.run(&mut |id, event| {
        match event {
            Event::Text(piece) if id == text => said.push_str(piece),
            Event::HiddenStates(read) if id == states => state = read.to_vec(),
            Event::Logits { index, logits } if id == rows => {
                assert_eq!((index, logits.len()), (n_rows, model.n_vocab()));
                n_rows += 1;
            }
            Event::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    assert_eq!(said, alone(&model, &prompts[0], &steering, 60).text);
    assert_eq!(n_rows, prompts[2].len() - 2);
    let read = |steering: &Steering| {
        let mut reader = HiddenStates::new(&model, &options()).unwrap();
        reader.steer(steering).unwrap();
        let mut states = vec![];
        reader
            .read::<EngineError>(&prompts[1..2], |_, read| {
                states.extend_from_slice(read);
                Ok(())
            })
            .unwrap();
        states
    };
    assert_eq!(state.len(), model.n_layer() * model.n_embd());
    let (plain, steered) = (distance(&state, &read(&Steering::default())), distance(&state, &read(&steering)));
    assert!(plain < 0.02 && steered > 3.0 * plain, "{plain:.4} from the plain model's, {steered:.4} from the steered");
}

/// ‖a − b‖ / ‖b‖
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = a.iter().zip(b).map(|(a, b)| square(a - b)).sum();
    (difference / b.iter().map(|b| square(*b)).sum::<f64>()).sqrt()
}

#[test]
fn a_scheduler_runs_on_a_thread_of_its_own() {
    let model = model();
    let prompts: Vec<_> = prompts(&model, 60).into_iter().take(4).collect();
    let steering = demo_steering(&model, 0.29);
    let handle = Handle::spawn(&model, ContextParams::for_many(&model, &options(), 3, 512)).unwrap();
    // From several threads at once.
    std::thread::scope(|scope| {
        for prompt in &prompts {
            let (handle, model, steering) = (&handle, &model, &steering);
            scope.spawn(move || {
                let answer = handle.submit(greedy(prompt, steering, 60)).wait().unwrap();
                assert_eq!(answer.text, alone(model, prompt, steering, 60).text);
            });
        }
    });
    let limits = Limits { ignore_end: true, ..Limits::default() };
    let endless = || Request::text(prompts[0].clone(), Steering::default(), Sampler::default(), limits.clone());
    // A stream that is dropped frees its slot.
    for _ in 0..4 {
        let mut stream = handle.submit(endless());
        assert!(stream.any(|event| matches!(event, OwnedEvent::Text(_))));
    }
    assert!(handle.submit(greedy(&prompts[1], &steering, 4)).wait().is_ok());
    // And so does a handle.
    let stream = handle.submit(endless());
    drop(handle);
    assert_eq!(stream.wait().unwrap().finish, FinishReason::Interrupted);
}

#[test]
fn rows_of_a_text_are_the_logits_of_a_session() {
    let model = model();
    let prompt = prompts(&model, 640).remove(0);
    let (head, answer) = prompt.split_at(5);
    // Batches shorter than the text, so that it is cut.
    let options = ContextOptions { n_batch: 8, ..options() };
    let steering = demo_steering(&model, suggested_alpha());
    let mut scorer = Scorer::new(&model, &options, &CancelToken::default()).unwrap();
    let mut rows: Vec<Vec<f32>> = vec![];
    scorer
        .score(&steering, head, answer, &mut |row, logits| {
            assert_eq!(row, rows.len());
            rows.push(logits.to_vec());
        })
        .unwrap();
    assert_eq!(rows.len(), answer.len());
    let mut session = Session::new(&model, &options, steering.clone()).unwrap();
    for (row, logits) in rows.iter().enumerate() {
        let expected = session.logits(&prompt[..head.len() + row]).unwrap();
        let furthest = logits.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest < 0.05, "row {row} is off by {furthest}");
    }
    assert!(matches!(scorer.score(&steering, &[], answer, &mut |_, _| ()), Err(EngineError::EmptyPrompt)));
    let long: Vec<Token> = prompt.iter().cycle().take(scorer.n_ctx() + 2).copied().collect();
    let score = scorer.score(&steering, &long, answer, &mut |_, _| ());
    assert!(matches!(score, Err(EngineError::PromptTooLong { .. })));
    let cancel = CancelToken::default();
    cancel.cancel();
    let mut stopped = Scorer::new(&model, &options, &cancel).unwrap();
    assert!(matches!(stopped.score(&steering, head, answer, &mut |_, _| ()), Err(EngineError::Interrupted)));
}

/// Guessing ahead goes on in a scheduler with many slots while one request runs alone.
#[test]
fn a_request_that_runs_alone_is_guessed_ahead() {
    let model = model();
    let prompt = prompts(&model, 300)[0].repeat(3);
    let speculation = Speculation::Always(std::num::NonZeroU8::new(3).unwrap());
    let options = ContextOptions { speculation, ..options() };
    let params = ContextParams::for_many(&model, &options, 3, 512);
    let mut guessing = Scheduler::new(&model, params).unwrap();
    let answer = all(&mut guessing, [greedy(&prompt, &Steering::default(), 60)]).remove(0);
    assert!(answer.drafted_tokens > 0);
    assert_eq!(answer.text, alone(&model, &prompt, &Steering::default(), 60).text);
}
