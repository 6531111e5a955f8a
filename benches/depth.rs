//! Answering in the middle of a conversation, 1024 tokens deep, at our defaults against llama.cpp's `llama-completion` at
//! its own, the two in turn (A B A B …).
//!
//! usage: cargo bench --bench depth -- MODEL.gguf LLAMA_COMPLETION [ROUNDS] -- decode at depth 1024

mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use antidote::engine::{
    CancelToken, ContextOptions, Limits, LoadOptions, Model, Sampler, Session, Speculation, Steering,
};
use common::{arguments, completion_of, median, spread};

const DEPTH: usize = 1024;
const ANSWER: usize = 32;

fn main() {
    let arguments = arguments();
    let [model_path, llama_completion, rest @ ..] = arguments.as_slice() else {
        println!("depth: skipped; usage: cargo bench --bench depth -- MODEL.gguf LLAMA_COMPLETION [ROUNDS]");
        return;
    };
    let rounds: usize = rest.first().map_or(3, |rounds| rounds.parse().expect("a number of rounds"));
    let path = Path::new(model_path);
    let outline = Model::outline(path).expect("a model");
    // Every token is computed: guessing ahead is another benchmark's subject.
    let options = ContextOptions { speculation: Speculation::Off, ..ContextOptions::for_chat(outline, None) };
    let model = Arc::new(Model::load(path, &options, LoadOptions::default()).expect("the model loads"));
    let mut text = String::new();
    while model.tokenize(&text).len() < DEPTH {
        text.push_str("the press and the lathe ");
    }
    let mut session = Session::new(&model, &options, Steering::default()).expect("a session");
    let tokens = model.tokenize(&text);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&file, &text).expect("a file");

    let mut ratios = vec![];
    for round in 1..=rounds {
        let mut sampler = Sampler::default();
        let limits = Limits { ignore_end: true, ..Limits::tokens(ANSWER) };
        let answer =
            session.answer(&tokens, &mut sampler, &limits, &CancelToken::default(), &mut |_| ControlFlow::Continue(()));
        let ours = answer.expect("an answer").decode_rate().expect("a rate");
        let theirs = decode_rate(completion_of(llama_completion, model_path, file.path(), ANSWER));
        println!("round {round}: {ours:.1} against {theirs:.1} tok/s after {} tokens", tokens.len());
        ratios.push(ours / theirs);
    }
    let (low, high) = spread(&ratios);
    println!(
        "decode at depth {DEPTH}: {:.2}x llama-completion (median of {rounds} rounds, {low:.2} to {high:.2})",
        median(&ratios)
    );
}

/// What llama.cpp prints at the end: `eval time = … ms / … runs (… ms per token, 14.07 tokens per second)`.
fn decode_rate(mut command: std::process::Command) -> f64 {
    let output = command.output().expect("llama-completion runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.contains(" eval time") && !line.contains("prompt eval"));
    let line = line.unwrap_or_else(|| panic!("no rate in {text}"));
    let rate = line.rsplit(',').next().and_then(|rest| rest.split_whitespace().next());
    rate.and_then(|rate| rate.parse().ok()).unwrap_or_else(|| panic!("no rate in {line}"))
}
