//! `antidote eval`

pub mod args;
mod finish;
mod plan;
mod rejudge;
mod table;
mod write;

use std::time::Instant;

use antidote::engine::{CancelToken, Model};
use antidote::eval::Search;
use antidote::eval::generate::{EvalError, Evaluation, Observer, Ready, put_in_order};
use antidote::eval::judge::Judge;
use antidote::eval::judge::{judge_with_model, judge_with_phrases};
use antidote::eval::{Arm, Journal, NO_DEFENCE};
use antidote::notices::FrontEnd;
use antidote::prompt::{Message, Role, Template};

use args::EvalArgs;
use finish::Timing;
use plan::Plan;

use super::args::ModelArgs;
use super::load;
use super::progress::Progress;
use super::{Failure, Misuse, UsageError};

/// Prompts that times are taken of.
const TIMED: usize = 5;
const QUICK_TIMED: usize = 2;

pub fn run(args: &EvalArgs) -> Result<(), Failure> {
    if matches!(args.judging.judge, Judge::Refusal) && args.judging.compare > 0 {
        return Err(UsageError("--compare needs a judge model: --judge guard:FILE.gguf".to_owned()).into());
    }
    // Before the model runs for an hour.
    args.judging.judge()?;
    let cancel = stop_at_ctrl_c()?;
    if args.judging.rejudge {
        return rejudge::run(args, &cancel);
    }
    let plan = Plan::of(args)?;
    plan.bed.read.iter().for_each(|line| antidote::say!("{line}"));
    plan.bed.warnings.iter().for_each(|warning| antidote::say!("warning: {warning}"));
    let begun = Instant::now();
    let context = plan.context(args)?;
    let model = load::model(&plan.model, &args.model, &context)?;
    let mut about = finish::about(args, &plan, &args.judging.judge()?, &model);
    let template = template(args, &plan, &model)?;
    let ready = Ready {
        model: &model,
        template,
        context: context.clone(),
        settings: plan.settings.clone(),
        bed: plan.bed.clone(),
        vector: plan.vector.clone(),
        sparsities: plan.arms.sparsities.clone(),
        cancel: cancel.clone(),
        observer: observer(),
    };
    let mut evaluation = ready.open(&args.out).map_err(failure)?;
    for skipped in evaluation.skipped() {
        antidote::say!("note: {skipped}");
    }
    let n_before = evaluation.journal().records().len();
    if n_before > 0 {
        antidote::say!("{}: reusing {n_before} existing records", args.out.display());
    }
    let arms = plan.arms.arms();
    let timing = match ask(args, &plan, &mut evaluation, &arms) {
        Ok(costs) => Timing::after(&args.out, begun.elapsed(), costs)?,
        Err(error) => {
            Timing::after(&args.out, begun.elapsed(), None)?;
            let n = evaluation.journal().records().len();
            antidote::say!("{n} records are saved in {}; rerun the same command to resume", args.out.display());
            return Err(error);
        }
    };
    about.left_out = evaluation.skipped().iter().map(ToString::to_string).collect();
    let mut journal = evaluation.into_journal();
    // The judge may be as large as the model.
    drop(model);
    judge(args, &mut journal, &cancel)?;
    let summary = finish::finish(args, &journal, about, plan.goals, timing)?;
    if args.search.write {
        write::write(&plan, &summary)?;
    }
    Ok(())
}

/// The template, once everything is said that there is to say about it.
fn template(args: &EvalArgs, plan: &Plan, model: &Model) -> Result<Template, Failure> {
    let texts = plan.bed.items.iter().map(|item| &*item.prompt);
    let template = load::template(&args.template, model, args.system.as_deref(), texts, FrontEnd::Eval)?;
    if let (true, Some(item)) = (args.template.show_prompt, plan.bed.items.first()) {
        let system = args.system.iter().map(|system| Message::new(Role::System, system));
        let messages: Vec<_> = system.chain([Message::new(Role::User, &item.prompt)]).collect();
        antidote::say!("{}", template.render(&messages)?.described(model)?);
    }
    Ok(template)
}

/// Everything that the model is needed for. Returns what the conditions cost, if that was measured.
fn ask(
    args: &EvalArgs,
    plan: &Plan,
    evaluation: &mut Evaluation<'_>,
    arms: &[Arm],
) -> Result<Option<Vec<antidote::eval::Cost>>, Failure> {
    evaluation.answer(arms).map_err(failure)?;
    let mut arms = arms.to_vec();
    if let Some(highest) = plan.search_up_to {
        let sparsity = plan.arms.sparsities.last().copied();
        let found = evaluation.search(&Search { goals: plan.goals, highest, sparsity }).map_err(failure)?;
        for level in found.levels.iter().filter(|level| level.alpha != 0.0) {
            let arm = Arm::steered(level.alpha, sparsity);
            if !arms.contains(&arm) {
                arms.push(arm);
            }
        }
    }
    evaluation.score(&arms).map_err(failure)?;
    evaluation.choose(&arms).map_err(failure)?;
    if finish::fixed_time().is_some() {
        return Ok(None);
    }
    let mut timed: Vec<Arm> =
        arms.iter().filter(|arm| arm.is_baseline() || arm.defence != NO_DEFENCE).cloned().collect();
    // Every strength costs the same.
    timed.extend(arms.iter().find(|arm| arm.alpha != 0.0).cloned());
    let chat = args.model.context(&plan.model)?;
    Ok(Some(
        evaluation.measure_costs(&timed, if args.bed.quick { QUICK_TIMED } else { TIMED }, &chat).map_err(failure)?,
    ))
}

/// Verdicts for all that was recorded.
fn judge(args: &EvalArgs, journal: &mut Journal, cancel: &CancelToken) -> Result<(), Failure> {
    let judge = args.judging.judge()?;
    match &judge {
        Judge::Refusal => judge_with_phrases(journal),
        Judge::Guard { path, .. } => {
            let only_flags = ModelArgs { model: None, model_flag: None, ctx: None, ..args.model };
            let context = only_flags.context(path)?;
            let model = load::model(path, &only_flags, &context)?;
            judge_with_model(journal, &judge, &model, &context, args.judging.compare, cancel, observer())
                .map_err(failure)?;
        }
    }
    put_in_order(journal).map_err(failure)
}

/// Ctrl-C stops after what is being computed; what is recorded stays. A second one stops at once.
fn stop_at_ctrl_c() -> Result<CancelToken, Failure> {
    let cancel = CancelToken::default();
    let handle = cancel.clone();
    ctrlc::set_handler(move || {
        if handle.cancel() {
            std::process::exit(super::EXIT_INTERRUPTED.into());
        }
    })?;
    Ok(cancel)
}

/// A bar for every kind of work.
fn observer() -> Observer<'static> {
    let mut shown: Option<(String, Progress, usize)> = None;
    Box::new(move |what, done, total| {
        if shown.as_ref().is_none_or(|(shown, ..)| shown != what) {
            // The old bar goes before the new one comes.
            shown = None;
            let before = done.saturating_sub(1);
            shown = Some((what.to_owned(), Progress::new(total as u64, before as u64), before));
        }
        if let Some((_, progress, before)) = shown.as_mut() {
            let more = done.saturating_sub(*before);
            *before = done;
            progress.advance(more as u64, format!("{done} of {total} {what}"));
        }
    })
}

/// Interruptions are told from errors by what they are.
fn failure(error: EvalError) -> Failure {
    match error {
        EvalError::Engine(error) => error.into(),
        error @ (EvalError::NoJudgePrompt { .. }
        | EvalError::NoVector
        | EvalError::TooSparse { .. }
        | EvalError::NoRates
        | EvalError::Defence(_)) => Misuse(error.into()).into(),
        error => error.into(),
    }
}
