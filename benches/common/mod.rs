//! What the benchmarks share: one measurement, and medians.
#![allow(dead_code, reason = "each benchmark uses its own part")]

pub mod random;

/// The program's allocator, so that what runs in here is as fast as in the program.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "../../src/bin/antidote/process/huge_pages.rs"]
#[allow(unused_imports, reason = "its unit tests are the program's")]
mod huge_pages;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use antidote::engine::{CancelToken, Limits, Model, Sampler, Session, Steering, SteeringVector, Trial};
use antidote::vector::{ControlVector, Header, Keep, LayerStats, Scale, Sign, SparseLayer, SvFile};

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
pub fn measure(session: &mut Session) -> Rates {
    let words = session.model().tokenize(&"the press and the lathe ".repeat(PROMPT));
    let mut answer = |prompt: usize, n: usize| {
        session.forget();
        let (mut sampler, cancel) = (Sampler::default(), CancelToken::default());
        let limits = Limits { ignore_end: true, ..Limits::tokens(n) };
        let mut ignore = |_: &str| ControlFlow::Continue(());
        session.answer(&words[..prompt], &mut sampler, &limits, &cancel, &mut ignore).expect("an answer")
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

/// A short prompt, as both programs get it.
const SHORT: &str = "How do I clean the lathe?";

/// `antidote run` of `n` tokens on a short prompt, at its defaults.
pub fn one_answer(model: &str, n: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
    command.args(["run", model, "--no-vector", "-p", SHORT, "-n", &n.to_string()]);
    command.env("ANTIDOTE_CONFIG", "").env("ANTIDOTE_TUNED", "");
    command
}

/// `llama-completion` of `n` tokens on the same prompt, at its defaults.
pub fn completion(program: &str, model: &str, n: usize) -> Command {
    let mut command = Command::new(program);
    command.args(["-m", model, "-no-cnv", "-n", &n.to_string(), "-p", SHORT]);
    command
}

/// `llama-completion` of `n` tokens on the prompt in `file`, at its defaults.
pub fn completion_of(program: &str, model: &str, file: &Path, n: usize) -> Command {
    let mut command = Command::new(program);
    command.args(["-m", model, "-no-cnv", "--ignore-eos", "-n", &n.to_string(), "-f"]).arg(file);
    command
}

/// A vector with 5% of the components at every layer that can be steered, at α = 1.
pub fn steering(model: &Arc<Model>) -> Steering {
    let vector = Arc::new(made_up_vector(model));
    let vector = model.verify(&vector, Trial { alpha: 1.0, allow_partial: false }).expect("a live vector");
    Steering::new(vec![SteeringVector { name: "bench".to_owned(), vector, alpha: 1.0 }])
}

/// Small values at every twentieth component of every layer but the first: the shape of a real vector, the meaning of
/// none.
fn made_up_vector(model: &Model) -> SvFile {
    let indices: Vec<u32> = (0..model.n_embd() as u32).step_by(20).collect();
    let layer = |layer| SparseLayer {
        layer,
        values: vec![0.01; indices.len()],
        indices: indices.clone(),
        stats: LayerStats::default(),
    };
    let header = Header {
        model: model.id(),
        concept: "bench".to_owned(),
        sign: Sign::PositiveIsSafer,
        method: "made up".to_owned(),
        scale: Scale::Unit,
        sparsity: 0.05,
        keep: Keep::TopK,
        n_harmful: 0,
        n_benign: 0,
        n_harmful_held_out: 0,
        n_benign_held_out: 0,
        suggested_alpha: None,
        alpha_range: None,
        provenance: String::new(),
        created_unix: 0,
        layers: vec![],
    };
    let layers = (1..model.n_layer() as u32).map(layer).collect();
    SvFile::from_bytes(&ControlVector { header, layers }.encode().expect("a valid vector")).expect("a valid file")
}
