//! Turning the dial: how long it takes until tokens are steered anew, and that nothing is computed again for it.
//!
//! usage: cargo bench --bench alpha -- MODEL.gguf [CHANGES] -- the time an α change takes

mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use antidote::engine::{ContextOptions, Limits, LoadOptions, Model, Sampler, Sampling, Session};
use common::{arguments, median, spread, steering};

fn main() {
    let arguments = arguments();
    let [path, rest @ ..] = arguments.as_slice() else {
        println!("alpha: skipped; usage: cargo bench --bench alpha -- MODEL.gguf [CHANGES]");
        return;
    };
    let changes: u16 = rest.first().map_or(31, |changes| changes.parse().expect("a number of changes"));
    let path = Path::new(path);
    let options = ContextOptions::for_chat(Model::outline(path).expect("a model"), None);
    let model = Model::load(path, &options, LoadOptions::default()).expect("the model loads");
    let mut session = Session::new(&model, &options, steering(&model)).expect("a session");
    let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab());
    let limits = Limits { max_tokens: Some(4), ignore_end: true };
    let mut known = model.tokenize(&"the press and the lathe ".repeat(20));
    let mut times = vec![];
    for change in 0..changes {
        let begin = Instant::now();
        session.set_alpha(None, 0.5 + f32::from(change) / 100.0).expect("a strength");
        times.push(begin.elapsed().as_secs_f64() * 1e6);
        let answer =
            session.answer(&known, &mut sampler, limits, &mut |_| ControlFlow::Continue(())).expect("an answer");
        if change > 0 {
            assert_eq!(answer.reused_tokens, known.len() - 1, "only the last token is processed");
        }
        known.truncate(known.len().min(session.n_cached()));
    }
    let (low, high) = spread(&times);
    println!(
        "a change of α: {:.0} µs (median of {changes}, {low:.0} to {high:.0}); nothing computed again",
        median(&times)
    );
}
