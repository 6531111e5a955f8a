//! Prefill and decode against llama.cpp's own `llama-bench` on the same GGUF, at the same threads, attention and cache
//! settings, the two in turn (A B A B …).
//!
//! usage: cargo bench --bench speed -- MODEL.gguf LLAMA_BENCH [ROUNDS]

mod common;

use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;

use antidote::engine::{ContextOptions, LoadOptions, Model, Session, Steering};
use common::{Rates, arguments, measure, median, spread};

fn main() {
    let arguments = arguments();
    let [model_path, llama_bench, rest @ ..] = arguments.as_slice() else {
        println!("speed: skipped; usage: cargo bench --bench speed -- MODEL.gguf LLAMA_BENCH [ROUNDS]");
        return;
    };
    let rounds: usize = rest.first().map_or(5, |rounds| rounds.parse().expect("a number of rounds"));
    let path = Path::new(model_path);
    // llama-bench makes its context just long enough; without flash attention a longer one costs a few percent, because
    // the values lie further apart.
    let n_ctx = NonZeroU32::new((common::PROMPT + common::ANSWER) as u32);
    let options = ContextOptions::for_chat(Model::outline(path).expect("a model"), n_ctx);
    let model = Model::load(path, &options, LoadOptions::default()).expect("the model loads");
    let mut session = Session::new(&model, &options, Steering::default()).expect("a session");

    let (mut ours, mut theirs) = (vec![], vec![]);
    for round in 1..=rounds {
        ours.push(measure(&mut session));
        theirs.push(peer(llama_bench, model_path, options.threads));
        let (our, their) = (ours[round - 1], theirs[round - 1]);
        println!(
            "round {round}: prefill {:7.1} against {:7.1} tok/s, decode {:6.1} against {:6.1} tok/s",
            our.prefill, their.prefill, our.decode, their.decode
        );
    }
    for (what, rate) in [("prefill", Rates::prefill as fn(Rates) -> f64), ("decode", Rates::decode)] {
        let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(our, their)| rate(*our) / rate(*their)).collect();
        let (low, high) = spread(&ratios);
        println!("{what}: {:.3}x llama-bench (median of {rounds} pairs, {low:.3} to {high:.3})", median(&ratios));
    }
}

/// One run of llama-bench at our own settings.
fn peer(llama_bench: &str, model: &str, threads: i32) -> Rates {
    let (prompt, answer) = (common::PROMPT.to_string(), common::ANSWER.to_string());
    let output = Command::new(llama_bench)
        .args(["-m", model, "-t", &threads.to_string(), "-p", &prompt, "-n", &answer, "-r", "1", "-fa", "0"])
        .args(["-ctk", "f16", "-ctv", "f16", "-b", "512", "-ub", "512", "-o", "json"])
        .output()
        .expect("llama-bench runs");
    let tests: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("llama-bench prints JSON");
    let rate = |n: &str| {
        let test = tests.iter().find(|test| test[n].as_u64() > Some(0)).expect("both tests ran");
        test["avg_ts"].as_f64().expect("tokens per second")
    };
    Rates { prefill: rate("n_prompt"), decode: rate("n_gen") }
}
