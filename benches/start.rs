//! From the start of the program to the end of a chat in which nothing is said: model and vector loaded and checked,
//! everything up to the chat's first prompt, and leaving again.
//!
//! usage: cargo bench --bench start -- [RUNS]

mod common;

use std::process::{Command, Stdio};
use std::time::Instant;

use common::{arguments, median, spread};

fn main() {
    let runs: usize = arguments().first().map_or(15, |runs| runs.parse().expect("a number of runs"));
    let start = |_| {
        let begin = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_antidote")).arg("chat").stdin(Stdio::null()).status();
        assert!(status.expect("the program runs").success());
        begin.elapsed().as_secs_f64() * 1000.0
    };
    let times: Vec<f64> = (0..runs).map(start).collect();
    let (low, high) = spread(&times);
    println!("start to chat with the demo model: {:.0} ms (median of {runs}, {low:.0} to {high:.0})", median(&times));
}
