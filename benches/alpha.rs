//! Turning the dial: how much later the next token comes if α was changed before it, and that nothing is computed again
//! for it. llama.cpp reserves its graph anew in the decode call after a change, so the change itself says nothing.
//!
//! usage: cargo bench --bench alpha -- MODEL.gguf [PAIRS] -- the time from a change of α to the next token

mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use antidote::engine::{CancelToken, ContextOptions, Limits, LoadOptions, Model, Sampler, Session};
use common::{arguments, median, spread, steering};

fn main() {
    let arguments = arguments();
    let [path, rest @ ..] = arguments.as_slice() else {
        println!("alpha: skipped; usage: cargo bench --bench alpha -- MODEL.gguf [PAIRS]");
        return;
    };
    let pairs: u16 = rest.first().map_or(31, |pairs| pairs.parse().expect("a number of pairs"));
    let path = Path::new(path);
    let options = ContextOptions::for_chat(Model::outline(path).expect("a model"), None);
    let model = Arc::new(Model::load(path, &options, LoadOptions::default()).expect("the model loads"));
    let mut session = Session::new(&model, &options, steering(&model)).expect("a session");
    let known = model.tokenize(&"the press and the lathe ".repeat(20));
    let limits = Limits { ignore_end: true, ..Limits::tokens(1) };
    // From the change, or from where it would be, to the token: the last token of the prompt is processed in between.
    let mut to_next_token = |alpha: Option<f32>, is_first: bool| {
        let begin = Instant::now();
        if let Some(alpha) = alpha {
            session.set_alpha(None, alpha).expect("a strength");
        }
        let mut ignore = |_: &str| ControlFlow::Continue(());
        let answer = session
            .answer(&known, &mut Sampler::default(), &limits, &CancelToken::default(), &mut ignore)
            .expect("an answer");
        let time = begin.elapsed().as_secs_f64() * 1e3;
        assert!(is_first || answer.reused_tokens == known.len() - 1, "only the last token is processed");
        time
    };
    to_next_token(None, true);
    let (mut with, mut without) = (vec![], vec![]);
    for pair in 0..pairs {
        with.push(to_next_token(Some(0.5 + f32::from(pair) / 100.0), false));
        without.push(to_next_token(None, false));
    }
    let later: Vec<f64> = with.iter().zip(&without).map(|(with, without)| with - without).collect();
    let (low, high) = spread(&later);
    println!(
        "the next token comes {:.2} ms after a change of α and {:.2} ms without one: {:.2} ms later (medians of {pairs} \
         pairs, {low:.2} to {high:.2}); nothing computed again",
        median(&with),
        median(&without),
        median(&later)
    );
}
