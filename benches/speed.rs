//! Prefill and decode at depth 0 against llama.cpp's own `llama-bench` on the same GGUF, at the same threads and cache
//! type, with either of its attention settings; all in turn (A B C A B C …).
//!
//! usage: cargo bench --bench speed -- MODEL.gguf LLAMA_BENCH [ROUNDS]

mod common;

use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use antidote::engine::{ContextOptions, LoadOptions, Model, Session, Speculation, Steering};
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
    let outline = Model::outline(path).expect("a model");
    // Every token is computed: guessing ahead is another benchmark's subject.
    let options = ContextOptions { speculation: Speculation::Off, ..ContextOptions::for_chat(outline, n_ctx) };

    let (mut ours, mut off, mut on) = (vec![], vec![], vec![]);
    for round in 1..=rounds {
        // Loaded anew each time, as llama-bench does it: where in memory a model happens to lie makes some percent.
        let model = Arc::new(Model::load(path, &options, LoadOptions::default()).expect("the model loads"));
        ours.push(measure(&mut Session::new(&model, &options, Steering::default()).expect("a session")));
        drop(model);
        for (attention, rates) in [("0", &mut off), ("1", &mut on)] {
            rates.push(peer(llama_bench, model_path, options.threads, attention));
        }
        let [our, off, on] = [&ours, &off, &on].map(|rates| rates[round - 1]);
        println!(
            "round {round}: prefill {:7.1} against {:7.1} and {:7.1} tok/s, decode {:6.1} against {:6.1} and {:6.1} tok/s",
            our.prefill, off.prefill, on.prefill, our.decode, off.decode, on.decode
        );
    }
    for (theirs, at) in [(&off, "plain attention"), (&on, "fused attention")] {
        for (what, rate) in [("prefill", Rates::prefill as fn(Rates) -> f64), ("decode", Rates::decode)] {
            let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(our, their)| rate(*our) / rate(*their)).collect();
            let (low, high) = spread(&ratios);
            let ratio = median(&ratios);
            println!("{what}: {ratio:.3}x llama-bench with {at} (median of {rounds} rounds, {low:.3} to {high:.3})");
        }
    }
}

/// One run of llama-bench at our own settings but for the attention.
fn peer(llama_bench: &str, model: &str, threads: i32, attention: &str) -> Rates {
    let (prompt, answer) = (common::PROMPT.to_string(), common::ANSWER.to_string());
    let output = Command::new(llama_bench)
        .args(["-m", model, "-t", &threads.to_string(), "-p", &prompt, "-n", &answer, "-r", "1", "-fa", attention])
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
