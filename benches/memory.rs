//! Peak memory of a short chat, against llama.cpp's `llama-completion` at its defaults: a short prompt and 64 tokens of an
//! answer. Linux only, where the kernel keeps the peak (`VmHWM`).
//!
//! usage: cargo bench --bench memory -- MODEL.gguf LLAMA_COMPLETION -- peak memory of a short chat

mod common;

use std::process::{Command, Stdio};
use std::time::Duration;

use common::{arguments, completion, one_answer};

const ANSWER: usize = 64;

fn main() {
    let arguments = arguments();
    let [model, llama_completion] = arguments.as_slice() else {
        println!("memory: skipped; usage: cargo bench --bench memory -- MODEL.gguf LLAMA_COMPLETION");
        return;
    };
    let ours = peak_mib(one_answer(model, ANSWER));
    let theirs = peak_mib(completion(llama_completion, model, ANSWER));
    println!("peak memory: {ours:.0} MiB against {theirs:.0} MiB, {:.2}x", ours / theirs);
}

/// The most that `command` ever had in memory. Looked up while it runs, because nothing is left of it afterwards.
fn peak_mib(mut command: Command) -> f64 {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.expect("the program starts");
    let mut peak = 0.0;
    while child.try_wait().expect("the program runs").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = f64::max(peak, kib.unwrap_or(0.0) / 1024.0);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().expect("the program ends").success());
    peak
}
