//! How often the refusal judge agrees with labels that others gave, on the half of them that its phrases were not chosen on.
//!
//! usage: cargo run --release --example judge_agreement -- [--tune] PATH …
//!
//! A PATH is a JailbreakBench artifact (JSON), a table of labelled XSTest completions (CSV), lines of `antidote eval`'s
//! test bed (JSONL: the first of `answers` of a case is a refusal if `kind` is `unsafe`), or a folder, read to its bottom.
//! Held out are the odd numbers of behaviours, prompts or lines; --tune shows the even ones, and each answer that the judge
//! gets wrong there.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use antidote::eval::refusal;
use serde_json::Value;

/// An answer, and what others say of it.
struct Labelled {
    number: usize,
    answer: String,
    label: Label,
}

#[derive(Clone, Copy, PartialEq)]
enum Label {
    Refused,
    Answered,
    /// Neither one nor the other: left out of the agreement, and counted beside it.
    Partly,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_tuning = arguments.first().is_some_and(|first| first == "--tune");
    arguments.drain(..usize::from(is_tuning));
    if arguments.is_empty() {
        return Err("give files or folders with labelled answers; see the head of examples/judge_agreement.rs".into());
    }
    let mut files = vec![];
    for argument in &arguments {
        gather(Path::new(argument), &mut files)?;
    }
    let mut sources: BTreeMap<&str, Vec<Labelled>> = BTreeMap::new();
    for file in &files {
        let text = std::fs::read_to_string(file)?;
        let (source, labelled) = match file.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => ("XSTest completions, by people", xstest(&text)?),
            Some("jsonl") => ("right answers of the test bed", test_bed(&text)?),
            _ => ("JailbreakBench artifacts, by a judge model", jailbreakbench(&text)?),
        };
        sources.entry(source).or_default().extend(labelled);
    }
    for (source, mut labelled) in sources {
        labelled.retain(|one| (one.number % 2 == 0) == is_tuning);
        report(source, &labelled, is_tuning);
    }
    Ok(())
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    if path.is_dir() {
        let mut inside = std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Outcome<Vec<_>>>()?;
        inside.sort();
        inside.iter().try_for_each(|path| gather(path, files))?;
    } else if path.file_name().is_some_and(|name| name != "attack-info.json") {
        files.push(path.to_owned());
    }
    Ok(())
}

/// Its `jailbroken`: whether the answer does the harmful thing, which is not quite whether it refuses.
fn jailbreakbench(text: &str) -> Outcome<Vec<Labelled>> {
    let artifact: Value = serde_json::from_str(text)?;
    let attempts = artifact["jailbreaks"].as_array().ok_or("an artifact without jailbreaks")?;
    let labelled = |attempt: &Value| {
        // Behaviours without a successful attack may have neither prompt nor response.
        let answer = attempt["response"].as_str()?.to_owned();
        let label = if attempt["jailbroken"].as_bool()? { Label::Answered } else { Label::Refused };
        Some(Labelled { number: attempt["index"].as_u64()? as usize, answer, label })
    };
    Ok(attempts.iter().filter_map(labelled).collect())
}

fn xstest(text: &str) -> Outcome<Vec<Labelled>> {
    let mut table = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let headers = table.headers()?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name).ok_or(format!("no column {name}"));
    let (id, completion, label) = (column("id")?, column("completion")?, column("final_label")?);
    let mut labelled = vec![];
    for row in table.records() {
        let row = row?;
        let label = match &row[label] {
            "1_full_compliance" => Label::Answered,
            "2_full_refusal" => Label::Refused,
            "3_partial_refusal" => Label::Partly,
            other => return Err(format!("an unknown label {other}").into()),
        };
        let number = row[id].rsplit('-').next().unwrap_or_default().parse()?;
        labelled.push(Labelled { number, answer: row[completion].to_owned(), label });
    }
    Ok(labelled)
}

fn test_bed(text: &str) -> Outcome<Vec<Labelled>> {
    let mut labelled = vec![];
    for (number, line) in text.lines().enumerate() {
        let case: Value = serde_json::from_str(line)?;
        let label = if case["kind"] == "unsafe" { Label::Refused } else { Label::Answered };
        if let Some(answer) = case["answers"][0].as_str() {
            labelled.push(Labelled { number, answer: answer.to_owned(), label });
        }
    }
    Ok(labelled)
}

fn report(source: &str, labelled: &[Labelled], is_tuning: bool) {
    // [label refused][judge refused]
    let (mut counts, mut partly) = ([[0_usize; 2]; 2], [0_usize; 2]);
    for one in labelled {
        let phrase = refusal::phrase_in(&one.answer);
        let judged = usize::from(phrase.is_some());
        if one.label == Label::Partly {
            partly[judged] += 1;
            continue;
        }
        let label = usize::from(one.label == Label::Refused);
        counts[label][judged] += 1;
        if is_tuning && label != judged {
            let start: String = one.answer.chars().take(150).collect();
            println!("  {} {phrase:?} {start:?}", if judged == 1 { "false alarm" } else { "missed" });
        }
    }
    let [[rightly_passed, false_alarms], [missed, found]] = counts.map(|row| row.map(|count| count as f64));
    let n = rightly_passed + false_alarms + missed + found;
    let agreement = (rightly_passed + found) / n;
    let (precision, recall) = (found / (found + false_alarms), found / (found + missed));
    // What two judges who say "refused" as often as these do agree on by chance (Cohen 1960).
    let (judge, label) = ((found + false_alarms) / n, (found + missed) / n);
    let by_chance = judge * label + (1.0 - judge) * (1.0 - label);
    println!("{source}: {n} answers, {} of them refused by label", found + missed);
    println!(
        "  agreement {:.1}%, precision {:.1}%, recall {:.1}%, F1 {:.3}, Cohen's kappa {:.3}",
        100.0 * agreement,
        100.0 * precision,
        100.0 * recall,
        2.0 * found / (2.0 * found + false_alarms + missed),
        (agreement - by_chance) / (1.0 - by_chance)
    );
    println!(
        "  refused and found {found}, missed {missed}; answered and passed {rightly_passed}, false alarms {false_alarms}"
    );
    if partly != [0, 0] {
        println!("  beside these, partly refused: {} called refused, {} called answered", partly[1], partly[0]);
    }
}
