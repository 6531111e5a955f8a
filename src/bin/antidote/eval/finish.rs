//! What is written when everything is judged: the summary and the report.

use std::path::Path;
use std::time::Duration;

use antidote::engine::Model;
use antidote::eval::judge::Judge;
use antidote::eval::{About, Cost, Goals, Journal, JudgeFacts, ModelFacts, Summary, VectorFacts, report};
use antidote::files::write_atomically;
use antidote::prompt::Language;
use serde::{Deserialize, Serialize};

use super::args::EvalArgs;
use super::plan::Plan;
use super::table;
use crate::{Failure, Named};

/// The summary.
pub const SUMMARY: &str = "summary.json";
/// Times, which are another every time and so stand apart from the records.
const TIMING: &str = "timing.json";

/// How long it took, all runs together.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Timing {
    pub seconds: f64,
    pub costs: Vec<Cost>,
}

impl Timing {
    /// Adds a run to what the folder says of earlier ones.
    pub fn after(folder: &Path, took: Duration, costs: Option<Vec<Cost>>) -> Result<Self, Failure> {
        let mut timing = Self::read(folder);
        if fixed_time().is_some() {
            return Ok(Self::default());
        }
        timing.seconds += took.as_secs_f64();
        timing.costs = costs.unwrap_or(timing.costs);
        let path = folder.join(TIMING);
        let mut text = serde_json::to_string_pretty(&timing)?;
        text.push('\n');
        write_atomically(&path, text.as_bytes()).map_err(|error| Named::new(&path, error))?;
        Ok(timing)
    }

    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join(TIMING)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// The time that a reproducible build is to believe in; with it, nothing that is measured in seconds is written.
pub fn fixed_time() -> Option<u64> {
    std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()
}

/// What was run, for the report.
pub fn about(args: &EvalArgs, plan: &Plan, judge: &Judge, model: &Model) -> About {
    let file_name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let vector = plan.vector.as_ref().map(|vector| {
        let header = vector.header();
        let bytes = std::fs::read(vector.path()).unwrap_or_default();
        VectorFacts {
            file: file_name(vector.path()),
            concept: header.concept.clone(),
            method: header.method.clone(),
            sparsity: header.sparsity * 100.0,
            n_layers: header.layers.len(),
            hash: blake3::hash(&bytes).to_hex().to_string(),
        }
    });
    About {
        program: concat!("antidote ", env!("CARGO_PKG_VERSION")).to_owned(),
        command: command(),
        model: ModelFacts {
            name: model.name().to_owned(),
            file: file_name(model.path()),
            architecture: model.architecture().to_owned(),
            fingerprint: model.fingerprint().map(|fingerprint| fingerprint.to_string()).unwrap_or_default(),
            n_layer: model.n_layer(),
            n_embd: model.n_embd(),
        },
        vector,
        judge: JudgeFacts::of(judge),
        comparison_judge: (args.judging.compare > 0).then(|| judge.name()),
        machine: machine(),
        seed: args.seed,
        max_tokens: Some(args.max_tokens as usize),
        sources: plan.sources.clone(),
        ..About::default()
    }
}

/// The command line without the folder of the program.
fn command() -> String {
    let args = std::env::args_os().skip(1).map(|arg| {
        let arg = arg.to_string_lossy().into_owned();
        if arg.is_empty() || arg.contains(char::is_whitespace) { format!("'{arg}'") } else { arg }
    });
    std::iter::once("antidote".to_owned()).chain(args).collect::<Vec<_>>().join(" ")
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH)
}

/// Computes the summary, writes it and the report, and shows a table.
pub fn finish(
    args: &EvalArgs,
    journal: &Journal,
    about: About,
    goals: Goals,
    timing: Timing,
) -> Result<Summary, Failure> {
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok().map(|now| now.as_secs());
    let about = About {
        seconds: (timing.seconds > 0.0).then_some(timing.seconds),
        ended_unix: fixed_time().or_else(now),
        ..about
    };
    let summary = Summary::of(journal.records(), about, goals, timing.costs);
    let language = args.lang.map_or_else(Language::of_locale, Language::from);
    report::write(&args.out, &summary, language)?;
    table::print(&summary, &args.out)?;
    Ok(summary)
}
