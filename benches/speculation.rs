//! Guessing ahead: what a batch of several tokens costs beside one, and answers with guessing on against off, the two in
//! turn: greedy ones that go round in circles, which is what a model does that quotes, and ones so hot that there is
//! nothing to guess.
//!
//! usage: cargo bench --bench speculation -- MODEL.gguf [ROUNDS] -- decode with guessing on against off

mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use antidote::engine::{
    CancelToken, Completion, ContextOptions, Limits, LoadOptions, Model, Sampler, Sampling, Session, Speculation,
    Steering,
};
use common::{arguments, median, spread};

const ANSWER: usize = 128;

fn main() {
    let arguments = arguments();
    let [path, rest @ ..] = arguments.as_slice() else {
        println!("speculation: skipped; usage: cargo bench --bench speculation -- MODEL.gguf [ROUNDS]");
        return;
    };
    let rounds: usize = rest.first().map_or(5, |rounds| rounds.parse().expect("a number of rounds"));
    let path = Path::new(path);
    let options = ContextOptions::for_chat(Model::outline(path).expect("a model"), None);
    let model = Arc::new(Model::load(path, &options, LoadOptions::default()).expect("the model loads"));
    let session = |speculation| {
        let options = ContextOptions { speculation, ..options.clone() };
        Session::new(&model, &options, Steering::default()).expect("a session")
    };
    rows(&mut session(Speculation::Off));
    let (mut off, mut on) = (session(Speculation::Off), session(Speculation::Auto));
    let hot = Sampling { temperature: 100.0, top_k: 0, top_p: 1.0, min_p: 0.0, seed: Some(1), ..Sampling::default() };
    for (what, sampling) in [("greedy", Sampling::greedy()), ("hot", hot)] {
        let mut ratios = vec![];
        let mut guessed = (0, 0);
        for round in 0..rounds {
            let (with, without) = if round % 2 == 0 {
                let with = answer(&mut on, &sampling);
                (with, answer(&mut off, &sampling))
            } else {
                let without = answer(&mut off, &sampling);
                (answer(&mut on, &sampling), without)
            };
            guessed = (with.drafted_tokens, with.accepted_tokens);
            let rate = |answer: &Completion| answer.decode_rate().expect("a rate");
            ratios.push(rate(&with) / rate(&without));
        }
        let (low, high) = spread(&ratios);
        println!(
            "{what}: guessing on is {:.2}x off (median of {rounds} pairs, {low:.2} to {high:.2}; {} guessed, {} right)",
            median(&ratios),
            guessed.0,
            guessed.1
        );
    }
}

fn answer(session: &mut Session, sampling: &Sampling) -> Completion {
    session.forget();
    let model = Arc::clone(session.model());
    let prompt = model.tokenize(&"the press and the lathe ".repeat(12));
    let mut sampler = Sampler::new(sampling, model.n_vocab());
    let limits = Limits { ignore_end: true, ..Limits::tokens(ANSWER) };
    session
        .answer(&prompt, &mut sampler, &limits, &CancelToken::default(), &mut |_| ControlFlow::Continue(()))
        .expect("an answer")
}

/// Time of a batch of so many rows, in tokens made one at a time.
fn rows(session: &mut Session) {
    let text = session.model().tokenize(&"the press and the lathe ".repeat(20));
    let mut time = |rows: usize| {
        let times: Vec<f64> = (0..7)
            .map(|_| {
                session.logits(&text[..60]).expect("logits");
                let begin = Instant::now();
                session.logits(&text[..60 + rows]).expect("logits");
                begin.elapsed().as_secs_f64()
            })
            .collect();
        times.into_iter().fold(f64::INFINITY, f64::min)
    };
    let one = time(1);
    let costs = [2, 3, 4, 5, 8, 12, 16].map(|rows| format!("{rows} rows {:.2}", time(rows) / one));
    println!("cost of a batch, in single tokens: {}", costs.join(", "));
}
