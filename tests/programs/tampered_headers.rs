//! Every number, text and flag in the headers of the tiny models set to values that no model has, and headers changed
//! at random: how many are refused, by whom, and that nothing crashes or hangs. It takes minutes:
//! `./x test --test programs tampered -- --ignored --nocapture`.

use crate::common::{self, walk};

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::random::Random;
use common::{Running, files_in, root};

/// Longer than this is a hang: the untouched models answer in milliseconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// Random changes of each model; the variable of this name says otherwise.
const CHANGES: (&str, usize) = ("ANTIDOTE_CHANGES", 50);

/// Known to go wrong: where the first layer has no heads llama.cpp rotates nothing for ever, but a model whose first layer
/// does without attention may say so rightly, and is then fine.
const KNOWN: [&str; 1] = ["plamo2.gguf: plamo2.attention.head_count = 0: HUNG"];

#[test]
#[ignore = "takes minutes"]
fn tampered_headers_are_answered_or_refused() {
    let changes = std::env::var(CHANGES.0).map_or(CHANGES.1, |changes| changes.parse().expect("a number of changes"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tampered.gguf");
    let models = root().join("tests/architectures");
    let mut totals: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut wrong = vec![];
    for name in files_in(&models).into_iter().filter(|name| name.ends_with(".gguf")) {
        let original = std::fs::read(models.join(&name)).unwrap();
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut attempt = |what: String, bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let outcome = run(&path);
            if matches!(outcome, "CRASHED" | "HUNG" | "PANICKED") {
                wrong.push(format!("{name}: {what}: {outcome}"));
            }
            if !outcome.starts_with("refused") && outcome != "answered" {
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
        let mut random = Random::new(&name);
        for _ in 0..changes {
            let mut bytes = original.clone();
            let places: Vec<_> =
                (0..=random.below(3)).map(|_| (random.below(header), random.below(256) as u8)).collect();
            places.iter().for_each(|(at, value)| bytes[*at] = *value);
            attempt(format!("bytes {places:?}"), &bytes);
        }
        println!("{name}: {counts:?}");
        counts.into_iter().for_each(|(outcome, n)| *totals.entry(outcome).or_default() += n);
    }
    println!("all: {} tried, {totals:?}", totals.values().sum::<usize>());
    wrong.retain(|wrong| !KNOWN.contains(&wrong.as_str()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
    let mut command = Command::new(env!("CARGO_BIN_EXE_antidote"));
    command.args(["run", "-p", "the inn", "-n", "2", "--temp", "0", "--no-vector"]).arg(model);
    let Some(output) = Running::start(&mut command).ends_within(PATIENCE) else { return "HUNG" };
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        None => "CRASHED",
        _ if said.contains("panicked") => "PANICKED",
        Some(0) => "answered",
        _ if said.contains("llama.cpp gave up") => "llama.cpp gave up",
        _ if said.contains("llama.cpp") => "refused by llama.cpp",
        _ => "refused before llama.cpp",
    }
}
