//! What the benchmarks share: one measurement, and medians.
#![allow(dead_code, reason = "each benchmark uses its own part")]

use std::ops::ControlFlow;

use antidote::engine::{Limits, Sampler, Sampling, Session};

/// Tokens of the prompt that is measured.
pub const PROMPT: usize = 256;
/// Tokens of the answer that is measured.
pub const ANSWER: usize = 48;

/// Tokens per second.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    pub prefill: f64,
    pub decode: f64,
}

impl Rates {
    pub fn prefill(self) -> f64 {
        self.prefill
    }

    pub fn decode(self) -> f64 {
        self.decode
    }
}

/// What cargo passes on, without its own flag.
pub fn arguments() -> Vec<String> {
    std::env::args().skip(1).filter(|argument| argument != "--bench").collect()
}

/// Prefill of a fresh prompt; then, from a short prompt so that both begin at depth 0 as llama-bench's do, an answer
/// of fixed length through sampling and detokenising, as a person gets it.
pub fn measure(session: &mut Session<'_>) -> Rates {
    let model = session.model();
    let words = model.tokenize(&"the press and the lathe ".repeat(PROMPT));
    let mut answer = |prompt: usize, n: usize| {
        session.forget();
        let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab());
        let limits = Limits { max_tokens: Some(n), ignore_end: true };
        session.answer(&words[..prompt], &mut sampler, limits, &mut |_| ControlFlow::Continue(())).expect("an answer")
    };
    let prefill = answer(PROMPT, 1).prefill_rate().expect("a prompt");
    let decode = answer(1, ANSWER).decode_rate().expect("an answer");
    Rates { prefill, decode }
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

/// The least and the greatest.
pub fn spread(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}
