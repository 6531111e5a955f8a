//! Many answers at once against one after another, and the scorer against the session, on the demo model.

use crate::common;

use std::ops::ControlFlow;
use std::sync::Arc;

use antidote::engine::{
    ContextOptions, Done, EngineError, FinishReason, Interrupter, Job, Limits, Model, ParallelSession, Sampler,
    Sampling, Scorer, Session, Steering, SteeringVector, Token, Work,
};
use antidote::prompt::{Message, Role, Template};
use antidote::vector::SvFile;
use common::{demo_vector, model, options, root, suggested_alpha};

/// Prompts of the test bed, in their template: every `step`-th.
fn prompts(model: &Model, step: usize) -> Vec<Vec<Token>> {
    let template = Template::of(model).unwrap();
    let texts = antidote::prompt_files::read(&root().join("models/demo/prompts/test.jsonl")).unwrap();
    let render = |text: &String| model.tokenize(&template.render(&[Message::new(Role::User, text)]).unwrap());
    texts.iter().step_by(step).map(render).collect()
}

fn steering(alpha: f32) -> Steering {
    let vector = Arc::new(SvFile::open(&demo_vector()).unwrap());
    Steering::new(vec![SteeringVector { name: "refusal".to_owned(), vector, alpha }])
}

struct All<'a> {
    prompts: &'a [Vec<Token>],
    max_tokens: usize,
    next: usize,
    done: Vec<Option<Done>>,
}

impl Work for All<'_> {
    type Error = EngineError;

    fn next(&mut self) -> Result<Option<Job>, EngineError> {
        let Some(prompt) = self.prompts.get(self.next) else { return Ok(None) };
        self.next += 1;
        Ok(Some(Job { key: self.next - 1, prompt: prompt.clone(), max_tokens: self.max_tokens }))
    }

    fn done(&mut self, done: Done) -> Result<(), EngineError> {
        let key = done.key;
        assert!(self.done[key].replace(done).is_none(), "an answer came twice");
        Ok(())
    }
}

fn at_once(session: &mut ParallelSession<'_>, prompts: &[Vec<Token>], max_tokens: usize) -> Vec<Done> {
    let mut work = All { prompts, max_tokens, next: 0, done: vec![None; prompts.len()] };
    session.answer(&mut work).unwrap();
    work.done.into_iter().map(|done| done.expect("every prompt is answered")).collect()
}

fn common_prefix(prompts: &[Vec<Token>]) -> &[Token] {
    let n = (0..prompts[0].len()).take_while(|n| prompts.iter().all(|prompt| prompt.get(*n) == prompts[0].get(*n)));
    &prompts[0][..n.count()]
}

#[test]
fn answers_at_once_are_those_one_after_another() {
    let model = model();
    let prompts = prompts(&model, 32);
    for alpha in [0.0, suggested_alpha()] {
        let steering = steering(alpha);
        let mut session = Session::new(&model, &options(), steering.clone()).unwrap();
        let limits = Limits { max_tokens: Some(96), ..Limits::default() };
        let one_by_one: Vec<_> = prompts
            .iter()
            .map(|prompt| {
                session.forget();
                let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab());
                session.answer(prompt, &mut sampler, limits, &mut |_| ControlFlow::Continue(())).unwrap()
            })
            .collect();
        // Fewer sequences than prompts, so that places change hands.
        let many = options().for_many(7, 512);
        let mut parallel = ParallelSession::new(&model, &many, &steering, &Interrupter::default()).unwrap();
        parallel.begin(&steering, common_prefix(&prompts)).unwrap();
        let answers = at_once(&mut parallel, &prompts, 96);
        let differing = one_by_one.iter().zip(&answers).filter(|(one, many)| {
            assert_eq!(one.prompt_tokens, many.prompt_tokens);
            one.text != many.text || one.finish != many.finish || one.generated_tokens != many.generated_tokens
        });
        // Sums are taken in another order in a product with more rows, so a near tie may be decided otherwise.
        assert!(differing.count() <= 1, "α = {alpha}");
        // Who shares a batch with whom is another matter when it is done again in another order.
        let mut backwards = prompts.clone();
        backwards.reverse();
        parallel.begin(&steering, common_prefix(&prompts)).unwrap();
        let again = at_once(&mut parallel, &backwards, 96);
        let differing = again.iter().rev().zip(&answers).filter(|(again, before)| again.text != before.text).count();
        assert!(differing <= 1, "α = {alpha}: {differing} answers depend on who shares the batch");
    }
}

#[test]
fn limits_and_prompts_that_do_not_fit_are_told() {
    let model = model();
    let mut prompts = prompts(&model, 300);
    let long: Vec<Token> = prompts[0].iter().cycle().take(256).copied().collect();
    prompts.insert(1, long);
    let many = options().for_many(2, 256);
    let mut session = ParallelSession::new(&model, &many, &Steering::default(), &Interrupter::default()).unwrap();
    assert_eq!(session.n_ctx(), 256);
    session.begin(&Steering::default(), &[]).unwrap();
    let answers = at_once(&mut session, &prompts, 3);
    assert_eq!((answers[1].finish, answers[1].generated_tokens), (FinishReason::ContextFull, 0));
    for answer in answers.iter().enumerate().filter(|(place, _)| *place != 1).map(|(_, answer)| answer) {
        assert_eq!((answer.finish, answer.generated_tokens), (FinishReason::Length, 3), "{answer:?}");
    }
    // One place behind the prompt: the first token of the answer has room and the second has not.
    let nearly = vec![prompts[0].iter().cycle().take(255).copied().collect::<Vec<_>>()];
    let answer = &at_once(&mut session, &nearly, 50)[0];
    assert!(answer.generated_tokens <= 2, "{answer:?}");
}

#[test]
fn an_interrupted_session_says_so_and_an_empty_prompt_is_an_error() {
    let model = model();
    let (prompts, interrupter) = (prompts(&model, 300), Interrupter::default());
    let many = options().for_many(2, 512);
    let mut session = ParallelSession::new(&model, &many, &Steering::default(), &interrupter).unwrap();
    let mut work = All { prompts: &[vec![]], max_tokens: 3, next: 0, done: vec![None] };
    assert!(matches!(session.answer(&mut work), Err(EngineError::EmptyPrompt)));
    interrupter.interrupt();
    let mut work = All { prompts: &prompts, max_tokens: 3, next: 0, done: vec![None; prompts.len()] };
    assert!(matches!(session.answer(&mut work), Err(EngineError::Interrupted)));
}

#[test]
fn rows_of_a_text_are_the_logits_of_a_session() {
    let model = model();
    let prompt = prompts(&model, 640).remove(0);
    let (head, answer) = prompt.split_at(5);
    // Batches shorter than the text, so that it is cut.
    let options = ContextOptions { n_batch: 8, ..options() };
    let steering = steering(suggested_alpha());
    let mut scorer = Scorer::new(&model, &options, &Interrupter::default()).unwrap();
    scorer.steer(&steering).unwrap();
    let mut rows: Vec<Vec<f32>> = vec![];
    scorer
        .score(head, answer, &mut |row, logits| {
            assert_eq!(row, rows.len());
            rows.push(logits.to_vec());
        })
        .unwrap();
    assert_eq!(rows.len(), answer.len());
    let mut session = Session::new(&model, &options, steering).unwrap();
    for (row, logits) in rows.iter().enumerate() {
        let expected = session.logits(&prompt[..head.len() + row]).unwrap();
        let furthest = logits.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest < 0.05, "row {row} is off by {furthest}");
    }
    assert!(matches!(scorer.score(&[], answer, &mut |_, _| ()), Err(EngineError::EmptyPrompt)));
    let long: Vec<Token> = prompt.iter().cycle().take(scorer.n_ctx() + 2).copied().collect();
    assert!(matches!(scorer.score(&long, &[], &mut |_, _| ()), Err(EngineError::PromptTooLong { .. })));
}
