//! `antidote eval --rejudge`: new verdicts and a new report on what was recorded, without the model.

use antidote::engine::CancelToken;
use antidote::eval::{About, Goals, Journal, JudgeFacts, Summary};

use super::args::EvalArgs;
use super::finish::{self, Timing};
use crate::Failure;

pub fn run(args: &EvalArgs, cancel: &CancelToken) -> Result<(), Failure> {
    let (mut journal, pins) = Journal::open_any(&args.out)?;
    super::judge(args, &mut journal, cancel)?;
    let earlier = std::fs::read_to_string(args.out.join(finish::SUMMARY)).ok();
    let earlier: Option<Summary> = earlier.and_then(|text| serde_json::from_str(&text).ok());
    let goals = earlier.as_ref().map_or_else(Goals::default, |summary| summary.goals);
    let goals = Goals {
        target_dsr: args.search.target_dsr.unwrap_or(goals.target_dsr),
        min_benign: args.search.min_benign.unwrap_or(goals.min_benign),
        max_kl: args.search.max_kl.unwrap_or(goals.max_kl),
        ..goals
    };
    let about = earlier.map_or_else(
        || {
            let mut about = About::default();
            about.model.name = pins.get("model").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
            about
        },
        |summary| summary.about,
    );
    let judge = args.judging.judge()?;
    let about = About {
        judge: JudgeFacts::of(&judge),
        comparison_judge: (args.judging.compare > 0).then(|| judge.name()).or(about.comparison_judge),
        ..about
    };
    finish::finish(args, &journal, about, goals, Timing::read(&args.out))?;
    Ok(())
}
