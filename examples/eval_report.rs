//! usage: eval_report RECORDS.jsonl FOLDER [en|ja] [ABOUT.json] -- makes the report of records once more, without the
//! model: report.html, report.md, summary.json and summary.csv in FOLDER

use std::process::ExitCode;

use antidote::eval::{About, Goals, Record, Summary, report};
use antidote::prompt::Language;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [records, folder, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: eval_report RECORDS.jsonl FOLDER [en|ja] [ABOUT.json]");
        return ExitCode::from(2);
    };
    match make(records, folder, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(records: &str, folder: &str, rest: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(records).map_err(|error| format!("cannot read {records}: {error}"))?;
    let mut found: Vec<Record> = vec![];
    for (index, line) in text.lines().enumerate() {
        let record = serde_json::from_str(line);
        found.push(record.map_err(|error| format!("{records}, line {}: {error}", index + 1))?);
    }
    let language = if rest.first().is_some_and(|language| language == "ja") { Language::Ja } else { Language::En };
    let about: About = match rest.get(1) {
        Some(path) => serde_json::from_str(&std::fs::read_to_string(path)?)?,
        None => About::default(),
    };
    std::fs::create_dir_all(folder)?;
    let summary = Summary::of(&found, about, Goals::default(), vec![]);
    for path in report::write(folder.as_ref(), &summary, language)? {
        println!("{}", path.display());
    }
    Ok(())
}
