//! A dump of 80 prompts against llama.cpp's own tools on the same GGUF, in turn (A B C A B C …): against
//! llama-cvector-generator its time and peak memory, against llama-bench its tokens per second.
//!
//! usage: cargo bench --bench dump -- MODEL.gguf LLAMA_BENCH [LLAMA_CVECTOR_GENERATOR [ROUNDS [DUMP FLAGS]]]

mod common;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use antidote::engine::{ContextOptions, LoadOptions, Model};
use common::{arguments, median, spread};

const PROMPTS: usize = 80;
const TOKENS: usize = 8270;

fn main() {
    let arguments = arguments();
    let [model, llama_bench, rest @ ..] = arguments.as_slice() else {
        println!(
            "dump: skipped; usage: cargo bench --bench dump -- MODEL.gguf LLAMA_BENCH [GENERATOR [ROUNDS [FLAGS]]]"
        );
        return;
    };
    let generator = rest.first();
    let rounds: usize = rest.get(1).map_or(3, |rounds| rounds.parse().expect("a number of rounds"));
    let flags = rest.get(2..).unwrap_or_default();
    let folder = tempfile::tempdir().expect("a folder");
    let prompts = Prompts::write(Path::new(model), folder.path());
    println!("{PROMPTS} prompts, {} tokens, {} threads", prompts.n_tokens, prompts.threads);

    let (mut against_bench, mut against_generator, mut peaks) = (vec![], vec![], vec![]);
    for round in 1..=rounds {
        let ours = measure(prompts.dump(model).args(flags));
        let rate = prompts.n_tokens as f64 / ours.seconds();
        let bench = llama_bench_rate(llama_bench, model, &prompts);
        println!(
            "round {round}: dump {:6.2} s with loading and writing, {rate:6.1} tok/s, {:4} MiB; llama-bench prefill {bench:6.1} tok/s",
            ours.seconds(),
            ours.peak_mib()
        );
        against_bench.push(rate / bench);
        peaks.push(ours.peak_mib() as f64);
        if let Some(generator) = generator {
            let theirs = measure(&mut prompts.generate(generator, model));
            println!("round {round}: llama-cvector-generator {:6.2} s, {:4} MiB", theirs.seconds(), theirs.peak_mib());
            against_generator.push(ours.seconds() / theirs.seconds());
        }
    }
    let (low, high) = spread(&against_bench);
    println!("{:.3}x llama-bench's tokens/s (median of {rounds}, {low:.3} to {high:.3})", median(&against_bench));
    if !against_generator.is_empty() {
        let (low, high) = spread(&against_generator);
        println!("{:.3}x llama-cvector-generator's time ({low:.3} to {high:.3})", median(&against_generator));
    }
    println!("{:.0} MiB peak memory (median)", median(&peaks));
}

/// The same prompts for everybody, as they are: llama-cvector-generator knows no chat template.
struct Prompts {
    harmful: PathBuf,
    benign: PathBuf,
    out: PathBuf,
    n_tokens: usize,
    threads: i32,
}

impl Prompts {
    /// All of the same length, because llama-cvector-generator fills up the shorter of a pair.
    fn write(model: &Path, folder: &Path) -> Self {
        let options = ContextOptions::for_chat(Model::outline(model).expect("a model"), NonZeroU32::new(512));
        let loaded = Arc::new(Model::load(model, &options, LoadOptions::default()).expect("the model loads"));
        let length = TOKENS / PROMPTS;
        let text = |prompt: usize| {
            let mut text = format!("{prompt} press and lathe");
            while loaded.tokenize(&text).len() < length {
                text.push_str(["e", "a", "o", "i"][text.len() * (prompt + 3) % 7 % 4]);
            }
            text
        };
        let mut n_tokens = 0;
        let mut write = |name: &str, prompts: std::ops::Range<usize>| {
            let texts: Vec<_> = prompts.map(text).collect();
            n_tokens += texts.iter().map(|text| loaded.tokenize(text).len()).sum::<usize>();
            let path = folder.join(name);
            std::fs::write(&path, texts.join("\n")).expect("prompts are written");
            path
        };
        let harmful = write("harmful.txt", 0..PROMPTS / 2);
        let benign = write("benign.txt", PROMPTS / 2..PROMPTS);
        Self { harmful, benign, out: folder.join("out.safetensors"), n_tokens, threads: options.threads }
    }

    fn dump(&self, model: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
        command.args(["dump", model, "--raw", "--force", "--threads", &self.threads.to_string()]);
        command.arg("--harmful").arg(&self.harmful).arg("--benign").arg(&self.benign).arg("--out").arg(&self.out);
        command
    }

    /// As people call it: with its method `pca`, whose time counts as well.
    fn generate(&self, generator: &str, model: &str) -> Command {
        let mut command = Command::new(generator);
        command.args(["-m", model, "-t", &self.threads.to_string()]);
        command.arg("--positive-file").arg(&self.harmful).arg("--negative-file").arg(&self.benign);
        command.arg("-o").arg(self.out.with_extension("gguf"));
        command
    }
}

struct Measured {
    time: Duration,
    /// Of the largest resident set, in KiB.
    peak: u64,
}

impl Measured {
    fn seconds(&self) -> f64 {
        self.time.as_secs_f64()
    }

    fn peak_mib(&self) -> u64 {
        self.peak >> 10
    }
}

/// Runs a program to its end. The system keeps the peak of its memory, which only has to be looked at now and then.
fn measure(command: &mut Command) -> Measured {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    let mut peak = 0;
    let status = loop {
        peak = peak.max(high_water_mark(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().expect("the program runs") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let time = begun.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    Measured { time, peak }
}

/// `VmHWM` in KiB; only Linux says.
fn high_water_mark(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Prefill of as many tokens, in batches of 512 that begin at depth 0 as the dump's do: the best it can do.
fn llama_bench_rate(llama_bench: &str, model: &str, prompts: &Prompts) -> f64 {
    let repetitions = prompts.n_tokens.div_ceil(512).to_string();
    let output = Command::new(llama_bench)
        .args(["-m", model, "-t", &prompts.threads.to_string(), "-p", "512", "-n", "0", "-r", &repetitions])
        .args(["-fa", "1", "-ctk", "f16", "-ctv", "f16", "-b", "512", "-ub", "512", "-o", "json"])
        .output()
        .expect("llama-bench runs");
    let tests: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("llama-bench prints JSON");
    tests[0]["avg_ts"].as_f64().expect("tokens per second")
}
