//! Measuring: three questions one after the other, each with the answers to the ones before.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Settings;
use super::fidelity::Fidelity;
use crate::engine::{
    CacheType, CancelToken, ContextOptions, EngineError, FlashAttention, Limits, Model, Sampler, Session, Speculation,
    Steering, Token,
};

/// What is said while measuring: English and Japanese prose, about ordinary things.
const TEXT: &str = "The night shift begins at ten. Before the first press is switched on, somebody walks along the line, \
    listens to the fans and looks at the gauges. A belt that squeaks is written down, a valve that drips is closed, and \
    only then does the day's list come out of the drawer. 夜勤は十時に始まります。最初の機械を動かす前に、係の人が通路を歩き、\
    音を聞き、計器を確かめます。気になることは必ず帳面に書きます。 Nothing is hurried: what is done twice is done badly twice. ";

/// A setting must be faster than the default by this share to be worth a change.
const WORTH_IT: f64 = 0.03;

/// Tokens of the short measurements.
const SHORT_PROMPT: usize = 64;
const ANSWER: usize = 12;
/// Depth that a real conversation soon has; less if there is no time for so much.
const DEPTHS: std::ops::RangeInclusive<usize> = 128..=1024;
/// Tokens of the prompt that tells micro-batches apart: the largest of them.
const BATCHES: [u32; 3] = [128, 256, 512];

/// A turn of a conversation, for comparing settings by one number: so many tokens in, so many out.
const TURN_IN: f64 = 128.0;
const TURN_OUT: f64 = 128.0;

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Measured.
    Measured,
    /// Faster, but it moves what the model says too far.
    NotClose(Fidelity),
    /// llama.cpp does not run this model so.
    Refused,
    /// There was no time left.
    OutOfTime,
}

/// One candidate with its rates, in tokens per second; those that the question does not need are `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The candidate.
    pub settings: Settings,
    /// Prompt processing.
    pub prompt: Option<f64>,
    /// Answering at the beginning of a conversation.
    pub answer: Option<f64>,
    /// Answering in the middle of one: tokens before, rate.
    pub deep: Option<(usize, f64)>,
    /// What became of it.
    pub verdict: Verdict,
}

impl Row {
    fn unmeasured(settings: Settings, verdict: Verdict) -> Self {
        Self { settings, prompt: None, answer: None, deep: None, verdict }
    }

    /// Seconds that a turn of a conversation takes, as far as it was measured.
    fn seconds(&self) -> f64 {
        let answers = [self.answer, self.deep.map(|(_, rate)| rate)];
        let rates: Vec<f64> = answers.into_iter().flatten().collect();
        let out: f64 = rates.iter().map(|rate| TURN_OUT / rate).sum::<f64>() / rates.len().max(1) as f64;
        out + self.prompt.map_or(0.0, |rate| TURN_IN / rate)
    }
}

/// Finds the fastest settings for `model` within about `budget`, beginning with those of `options`. Every row is shown
/// to `on_row` as it comes.
///
/// # Errors
/// The model does not run even with the settings it began with.
pub fn tune(
    model: &Arc<Model>,
    options: &ContextOptions,
    budget: Duration,
    on_row: &mut dyn FnMut(&Row),
) -> Result<Settings, EngineError> {
    let text: Vec<Token> = model.tokenize(TEXT).into_iter().cycle().take(*DEPTHS.end()).collect();
    let mut bench = Bench { model, options, text, deadline: Instant::now() + budget, on_row };
    let mut settings = Settings::of(options);
    settings.threads = bench.threads(settings)?;
    settings = bench.attention(settings)?;
    settings.batch = bench.batch(settings)?;
    Ok(settings)
}

struct Bench<'a> {
    model: &'a Arc<Model>,
    options: &'a ContextOptions,
    text: Vec<Token>,
    deadline: Instant,
    on_row: &'a mut dyn FnMut(&Row),
}

/// Rates of one run.
#[derive(Clone, Copy)]
struct Rates {
    prompt: f64,
    answer: f64,
}

impl Rates {
    fn best(self, other: Self) -> Self {
        Self { prompt: self.prompt.max(other.prompt), answer: self.answer.max(other.answer) }
    }
}

impl Bench<'_> {
    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// One answer of [`ANSWER`] tokens after a prompt of `n_prompt`.
    fn run(&self, settings: Settings, n_prompt: usize) -> Result<Rates, EngineError> {
        let n_ctx = u32::try_from(n_prompt + ANSWER).unwrap_or(u32::MAX);
        let options = ContextOptions { n_ctx, speculation: Speculation::Off, ..settings.apply(self.options) };
        let options = ContextOptions { n_batch: settings.batch.min(n_ctx), ..options };
        let mut session = Session::new(self.model, &options, Steering::default())?;
        session.grow_context(n_prompt)?;
        let mut sampler = Sampler::default();
        let limits = Limits { ignore_end: true, ..Limits::tokens(ANSWER) };
        let mut ignore = |_: &str| ControlFlow::Continue(());
        let answer =
            session.answer(&self.text[..n_prompt], &mut sampler, &limits, &CancelToken::default(), &mut ignore)?;
        let rate = |rate: Option<f64>| rate.unwrap_or(f64::MAX);
        Ok(Rates { prompt: rate(answer.prefill_rate()), answer: rate(answer.decode_rate()) })
    }

    /// Every number of threads that makes sense, in two rounds, so that a disturbance meets all of them.
    fn threads(&mut self, base: Settings) -> Result<i32, EngineError> {
        let candidates = thread_candidates(base.threads);
        let mut best: Vec<Option<Rates>> = vec![None; candidates.len()];
        for round in 0..2 {
            for (threads, best) in candidates.iter().zip(&mut best) {
                // The first round must at least know the default.
                if self.left().is_zero() && (round > 0 || *threads != base.threads) {
                    continue;
                }
                let rates = self.run(Settings { threads: *threads, ..base }, SHORT_PROMPT)?;
                *best = Some(best.map_or(rates, |best: Rates| best.best(rates)));
            }
        }
        let rows = candidates.iter().zip(best).map(|(threads, rates)| {
            let row = Row::unmeasured(Settings { threads: *threads, ..base }, Verdict::OutOfTime);
            match rates {
                Some(Rates { prompt, answer }) => {
                    Row { prompt: Some(prompt), answer: Some(answer), verdict: Verdict::Measured, ..row }
                }
                None => row,
            }
        });
        let rows: Vec<Row> = rows.collect();
        rows.iter().for_each(|row| (self.on_row)(row));
        Ok(fastest(&rows, base).threads)
    }

    /// Attention and cache together: blocks of 8 bits need fused attention.
    fn attention(&mut self, base: Settings) -> Result<Settings, EngineError> {
        // What is used now must be among them, however it is called.
        let fused =
            if base.flash_attention == FlashAttention::Auto { FlashAttention::Auto } else { FlashAttention::On };
        let pairs =
            [(FlashAttention::Off, CacheType::F16), (fused, CacheType::F16), (FlashAttention::On, CacheType::Q8_0)];
        let quick = self.run(base, SHORT_PROMPT)?;
        // Half of what is left, shared among the candidates, decides how deep they can be looked at.
        let share = self.left().as_secs_f64() / 2.0 / pairs.len() as f64;
        let depth = (share * quick.prompt.min(1e6)) as usize;
        let depth = depth.clamp(*DEPTHS.start(), *DEPTHS.end());
        let mut rows = vec![];
        for (flash_attention, cache_type) in pairs {
            let settings = Settings { flash_attention, cache_type, ..base };
            let row = self.at_depth(settings, depth, base == settings)?;
            rows.push(row);
        }
        let mut chosen = fastest(&rows, base);
        if chosen.cache_type == CacheType::Q8_0 {
            let reference = ContextOptions { flash_attention: FlashAttention::Off, ..base.apply(self.options) };
            let fidelity = Fidelity::measure(self.model, &reference, &chosen.apply(self.options), &self.text)?;
            if !fidelity.is_close() {
                rows[2].verdict = Verdict::NotClose(fidelity);
                chosen = fastest(&rows[..2], base);
            }
        }
        rows.iter().for_each(|row| (self.on_row)(row));
        Ok(chosen)
    }

    fn at_depth(&self, settings: Settings, depth: usize, is_base: bool) -> Result<Row, EngineError> {
        if self.left().is_zero() && !is_base {
            return Ok(Row::unmeasured(settings, Verdict::OutOfTime));
        }
        let runs = self.run(settings, SHORT_PROMPT).and_then(|short| Ok((short, self.run(settings, depth)?)));
        match runs {
            Ok((short, deep)) => Ok(Row {
                settings,
                prompt: Some(deep.prompt),
                answer: Some(short.answer),
                deep: Some((depth, deep.answer)),
                verdict: Verdict::Measured,
            }),
            Err(EngineError::Context { .. }) if !is_base => Ok(Row::unmeasured(settings, Verdict::Refused)),
            Err(error) => Err(error),
        }
    }

    fn batch(&mut self, base: Settings) -> Result<u32, EngineError> {
        let mut rows = vec![];
        for batch in BATCHES.into_iter().rev() {
            let settings = Settings { batch, ..base };
            let row = if self.left().is_zero() {
                Row::unmeasured(settings, Verdict::OutOfTime)
            } else {
                let rates = self.run(settings, BATCHES[BATCHES.len() - 1] as usize)?;
                Row { prompt: Some(rates.prompt), ..Row::unmeasured(settings, Verdict::Measured) }
            };
            (self.on_row)(&row);
            rows.push(row);
        }
        Ok(fastest(&rows, base).batch)
    }
}

/// The fastest of `rows`; `base` unless something else is worth the change.
fn fastest(rows: &[Row], base: Settings) -> Settings {
    let measured = rows.iter().filter(|row| row.verdict == Verdict::Measured);
    let Some(best) = measured.min_by(|a, b| a.seconds().total_cmp(&b.seconds())) else { return base };
    let now = rows.iter().find(|row| row.settings == base && row.verdict == Verdict::Measured);
    match now {
        Some(now) if best.seconds() > now.seconds() * (1.0 - WORTH_IT) => base,
        _ => best.settings,
    }
}

/// One thread, the default, half of it, and every core.
fn thread_candidates(default: i32) -> Vec<i32> {
    let logical = std::thread::available_parallelism().map_or(1, |n| i32::try_from(n.get()).unwrap_or(1));
    let mut candidates =
        if logical <= 4 { (1..=logical).collect() } else { vec![1, default / 2, logical / 2, logical] };
    candidates.push(default);
    candidates.retain(|threads| *threads > 0);
    candidates.sort_unstable();
    candidates.dedup();
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Settings =
        Settings { threads: 2, batch: 512, flash_attention: FlashAttention::Off, cache_type: CacheType::F16 };

    fn row(threads: i32, answer: f64, deep: f64) -> Row {
        Row {
            prompt: Some(100.0),
            answer: Some(answer),
            deep: Some((1024, deep)),
            ..Row::unmeasured(Settings { threads, ..BASE }, Verdict::Measured)
        }
    }

    #[test]
    fn the_middle_of_a_conversation_counts_as_much_as_its_beginning() {
        assert_eq!(fastest(&[row(1, 51.0, 14.0), row(2, 43.0, 35.0)], BASE).threads, 2);
        assert_eq!(fastest(&[row(2, 51.0, 14.0), row(1, 43.0, 35.0)], BASE).threads, 1);
    }

    #[test]
    fn a_hair_is_not_worth_a_change_and_what_was_not_measured_is_not_chosen() {
        assert_eq!(fastest(&[row(1, 51.0, 51.0), row(2, 50.0, 50.0)], BASE).threads, 2);
        let unmeasured = Row { verdict: Verdict::OutOfTime, ..row(1, 99.0, 99.0) };
        assert_eq!(fastest(&[unmeasured, row(2, 50.0, 50.0)], BASE).threads, 2);
        assert_eq!(fastest(&[], BASE), BASE);
    }

    #[test]
    fn thread_candidates_have_the_default_and_no_doubles() {
        let candidates = thread_candidates(3);
        assert!(candidates.contains(&1) && candidates.contains(&3));
        assert!(candidates.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
