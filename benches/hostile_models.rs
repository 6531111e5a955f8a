//! Every number, text and flag in the headers of the tiny models set to values that no model has, and headers changed
//! at random: how many are refused, by whom, and whether anything crashes or hangs.
//!
//! usage: cargo bench --bench hostile_models -- [CHANGES] -- models tampered with: refused, answered, crashed

mod common;
#[path = "../tests/common/walk.rs"]
mod walk;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::arguments;
use common::random::Random;

/// Longer than this is a hang: the untouched models answer in milliseconds.
const PATIENCE: Duration = Duration::from_secs(15);

fn main() {
    let changes: usize = arguments().first().map_or(50, |changes| changes.parse().expect("a number of changes"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tampered.gguf");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/architectures");
    let mut names: Vec<_> = std::fs::read_dir(&models)
        .expect("the models")
        .filter_map(|entry| entry.expect("readable").file_name().into_string().ok())
        .filter(|name| name.ends_with(".gguf"))
        .collect();
    names.sort();
    let mut totals: BTreeMap<&'static str, usize> = BTreeMap::new();
    for name in names {
        let original = std::fs::read(models.join(&name)).expect("a model");
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut attempt = |what: String, bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("written");
            let outcome = run(&path);
            if matches!(outcome, "CRASHED" | "HUNG" | "PANICKED" | "llama.cpp gave up") {
                println!("  {name}: {what}: {outcome}");
            }
            *counts.entry(outcome).or_default() += 1;
        };
        for place in walk::metadata(&original) {
            for (what, value) in values(&place, &original) {
                let mut bytes = original.clone();
                bytes[place.bytes.start..place.bytes.start + value.len()].copy_from_slice(&value);
                attempt(format!("{} = {what}", place.key), &bytes);
            }
        }
        let header = walk::metadata(&original).last().map_or(24, |place| place.bytes.end) + 2048;
        let mut random = Random(name.len() as u64);
        for _ in 0..changes {
            let mut bytes = original.clone();
            let places: Vec<_> = (0..=random.below(3))
                .map(|_| (random.below(header as u64) as usize, random.below(256) as u8))
                .collect();
            places.iter().for_each(|(at, value)| bytes[*at] = *value);
            attempt(format!("bytes {places:?}"), &bytes);
        }
        println!("{name}: {counts:?}");
        counts.into_iter().for_each(|(outcome, n)| *totals.entry(outcome).or_default() += n);
    }
    println!("all: {} tried, {totals:?}", totals.values().sum::<usize>());
}

/// What to put in a place: what it is called, and its bytes, no longer than what is there.
fn values(place: &walk::Place, file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let numbers = [0_u64, 1, 2, 3, 5, 7, 255, 65_535, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, u64::MAX];
    match place.kind {
        walk::TEXT => {
            let n = place.bytes.len().min(8);
            let there = &file[place.bytes.start..place.bytes.start + n];
            let turned = there.iter().rev().copied().collect::<Vec<u8>>();
            vec![("turned around".to_owned(), turned), ("no UTF-8".to_owned(), vec![0xFF; n.min(1)])]
        }
        7 => vec![("0".to_owned(), vec![0]), ("1".to_owned(), vec![1]), ("255".to_owned(), vec![255])],
        6 => {
            [0.0, -1.0, 1e38, f32::NAN, f32::INFINITY].map(|x: f32| (x.to_string(), x.to_le_bytes().to_vec())).to_vec()
        }
        kind => {
            let size = match kind {
                0 | 1 => 1,
                2 | 3 => 2,
                10..=12 => 8,
                _ => 4,
            };
            numbers.iter().map(|number| (number.to_string(), number.to_le_bytes()[..size].to_vec())).collect()
        }
    }
}

/// How the program ends with this model.
fn run(model: &Path) -> &'static str {
    let mut child = Command::new(env!("CARGO_BIN_EXE_antidote"))
        .args(["run", "-p", "the inn", "-n", "2", "--temp", "0", "--no-vector"])
        .arg(model)
        .env("ANTIDOTE_CONFIG", "")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None if begin.elapsed() > PATIENCE => {
                child.kill().expect("a child");
                child.wait().expect("a child");
                return "HUNG";
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let mut said = vec![];
    if let Some(mut stderr) = child.stderr.take() {
        std::io::Read::read_to_end(&mut stderr, &mut said).expect("readable");
    }
    let said = String::from_utf8_lossy(&said);
    match status.code() {
        None => "CRASHED",
        _ if said.contains("panicked") => "PANICKED",
        Some(0) => "answered",
        _ if said.contains("llama.cpp gave up") => "llama.cpp gave up",
        _ if said.contains("llama.cpp") => "refused by llama.cpp",
        _ => "refused before llama.cpp",
    }
}
