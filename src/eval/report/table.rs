//! Every figure of a summary, one a line, for spreadsheets and plotting programs.

use super::ReportError;
use crate::eval::statistics::{Estimate, Rate};
use crate::eval::{ArmSummary, Summary};

struct Line<'a> {
    measure: &'a str,
    family: &'a str,
    value: f64,
    ends: [Option<f64>; 2],
    n: usize,
}

impl<'a> Line<'a> {
    fn rate(measure: &'a str, family: &'a str, rate: Rate) -> Self {
        Self { measure, family, value: rate.value, ends: [Some(rate.low), Some(rate.high)], n: rate.n }
    }

    fn estimate(measure: &'a str, estimate: Estimate) -> Self {
        Self { measure, family: "", value: estimate.value, ends: [estimate.low, estimate.high], n: estimate.n }
    }
}

pub(super) fn csv(summary: &Summary) -> Result<String, ReportError> {
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(["defence", "alpha", "sparsity", "measure", "family", "value", "low", "high", "n"])?;
    for arm in &summary.arms {
        let sparsity = arm.arm.sparsity.map(|sparsity| sparsity.to_string()).unwrap_or_default();
        for line in lines(arm) {
            let end = |end: Option<f64>| end.map(|end| end.to_string()).unwrap_or_default();
            writer.write_record([
                arm.arm.defence.as_str(),
                &arm.arm.alpha.to_string(),
                &sparsity,
                line.measure,
                line.family,
                &line.value.to_string(),
                &end(line.ends[0]),
                &end(line.ends[1]),
                &line.n.to_string(),
            ])?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn lines(arm: &ArmSummary) -> Vec<Line<'_>> {
    let mut lines = vec![];
    if let Some(attacks) = &arm.attacks {
        lines.push(Line::estimate("dsr_mean_of_families", attacks.mean));
        lines.push(Line::rate("dsr_pooled", "", attacks.pooled));
        lines.extend(attacks.families.iter().map(|family| Line::rate("dsr_family", &family.name, family.refused)));
    }
    let rates = [
        ("harmful_refused", arm.harmful),
        ("benign_answered", arm.benign),
        ("near_miss_refused", arm.near_miss),
        ("benign_wrapped_answered", arm.benign_wrapped),
        ("harmless_broken", arm.broken),
        ("exact_answers", arm.exact),
        ("choice_accuracy", arm.choice),
    ];
    lines.extend(rates.into_iter().filter_map(|(measure, rate)| Some(Line::rate(measure, "", rate?))));
    let estimates = [
        ("kl_nats_per_token", arm.utility.kl_per_token),
        ("perplexity", arm.utility.perplexity),
        ("perplexity_ratio", arm.utility.perplexity_ratio),
        ("win_rate", arm.win_rate),
        ("answer_tokens", arm.answer_tokens),
        ("added_tokens", arm.added_tokens),
        ("calls", arm.calls),
    ];
    lines.extend(estimates.into_iter().filter_map(|(measure, value)| Some(Line::estimate(measure, value?))));
    lines
}
