//! How long a start takes. With the demo model: from the start of the program to the end of a chat in which nothing is
//! said, that is, everything up to the first prompt and leaving again. With a MODEL and llama.cpp's `llama-completion`
//! at its defaults: to the end of an answer of one token to a short prompt, the two in turn (A B A B …).
//!
//! usage: cargo bench --bench start -- [RUNS [MODEL.gguf LLAMA_COMPLETION]] -- start to chat, or to the first token

mod common;

use std::process::{Command, Stdio};
use std::time::Instant;

use common::{arguments, completion, median, one_answer, spread};

fn main() {
    let arguments = arguments();
    let runs: usize = arguments.first().map_or(15, |runs| runs.parse().expect("a number of runs"));
    if let [_, model, llama_completion] = arguments.as_slice() {
        return first_token(runs, model, llama_completion);
    }
    let start = |_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
        milliseconds(command.arg("chat"))
    };
    let times: Vec<f64> = (0..runs).map(start).collect();
    let (low, high) = spread(&times);
    println!("start to chat with the demo model: {:.0} ms (median of {runs}, {low:.0} to {high:.0})", median(&times));
}

fn first_token(runs: usize, model: &str, llama_completion: &str) {
    let pairs: Vec<(f64, f64)> = (0..runs)
        .map(|_| (milliseconds(&mut one_answer(model, 1)), milliseconds(&mut completion(llama_completion, model, 1))))
        .collect();
    let ratios: Vec<f64> = pairs.iter().map(|(ours, theirs)| ours / theirs).collect();
    let (ours, theirs): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let (low, high) = spread(&ratios);
    println!(
        "start to first token: {:.0} ms against {:.0} ms, {:.2}x (median of {runs} pairs, {low:.2} to {high:.2})",
        median(&ours),
        median(&theirs),
        median(&ratios)
    );
}

fn milliseconds(command: &mut Command) -> f64 {
    let begin = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("the program runs").success());
    begin.elapsed().as_secs_f64() * 1000.0
}
