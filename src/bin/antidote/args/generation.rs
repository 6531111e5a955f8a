//! How tokens are chosen and when an answer ends.

use std::error::Error;
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};

use antidote::engine::{ConstraintSpec, Limits, Model, Sampler, Sampling, Speculation};
use antidote::prompt::Language;
use clap::Args;

/// Sampling, and when an answer ends.
#[derive(Args)]
#[command(next_help_heading = "Generation")]
pub struct GenerationArgs {
    /// System prompt.
    #[arg(short, long, value_name = "TEXT")]
    pub system: Option<String>,
    /// Maximum tokens per answer [default: until the context is full].
    #[arg(short = 'n', long, value_name = "N")]
    pub max_tokens: Option<usize>,
    /// Sampling temperature; 0 is greedy.
    #[arg(long = "temp", value_name = "T", default_value = "0.8", value_parser = parse_temperature)]
    pub temperature: f32,
    /// Sample from the K most likely tokens; 0 disables this.
    #[arg(long, value_name = "K", default_value = "40", value_parser = clap::value_parser!(i32).range(0..))]
    pub top_k: i32,
    /// Sample from the most likely tokens that together reach probability P; 1 disables this.
    #[arg(long, value_name = "P", default_value = "0.95", value_parser = parse_share)]
    pub top_p: f32,
    /// Drop tokens less likely than P times the most likely one; 0 disables this.
    #[arg(long, value_name = "P", default_value = "0.05", value_parser = parse_share)]
    pub min_p: f32,
    /// Repetition penalty on recent tokens; 1 disables it.
    #[arg(long, value_name = "X", default_value = "1.0", value_parser = parse_penalty)]
    pub repeat_penalty: f32,
    /// How many recent tokens, prompt and answer, the repetition penalty covers; -1 for the whole context.
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(i32).range(-1..), allow_negative_numbers = true)]
    pub repeat_last_n: i32,
    /// Sampling seed [default: random].
    #[arg(long, value_name = "N")]
    pub seed: Option<u32>,
    /// Prompt-lookup speculative decoding: auto, off, or a draft length. Output is unchanged.
    #[arg(long, value_name = "auto|off|N", default_value = "auto", value_parser = parse_speculation)]
    pub speculate: Speculation,
    /// End the answer where TEXT appears, without it; repeatable.
    #[arg(long, value_name = "TEXT")]
    pub stop: Vec<String>,
    /// Constrain every answer to the grammar in FILE (llama.cpp's GBNF, starting at root).
    #[arg(long, value_name = "FILE.gbnf")]
    pub grammar: Option<PathBuf>,
    /// Every answer is JSON that matches the JSON Schema in FILE (docs/json-schema.md).
    #[arg(long, value_name = "FILE.json", conflicts_with = "grammar")]
    pub json_schema: Option<PathBuf>,
}

impl GenerationArgs {
    /// What answers must follow, tried on `model`.
    pub fn constraint(&self, model: &Model) -> Result<Option<ConstraintSpec>, crate::Failure> {
        let read = |file: &PathBuf| std::fs::read_to_string(file).map_err(|error| crate::Named::new(file, error));
        let named = |file: &Path, error: &(dyn Error + 'static)| {
            crate::UsageError(format!("{}: {}", file.display(), crate::failure::text(error, Language::of_locale())))
        };
        let (file, constraint) = match (&self.grammar, &self.json_schema) {
            (Some(file), _) => (file, ConstraintSpec::Gbnf(read(file)?)),
            (None, Some(file)) => {
                (file, ConstraintSpec::json_schema(&read(file)?).map_err(|error| named(file, &error))?)
            }
            (None, None) => return Ok(None),
        };
        let tried = Sampler::new(&self.sampling(), model.n_vocab()).with_constraint(&constraint, model);
        tried.map_err(|error| named(file, &error))?;
        Ok(Some(constraint))
    }

    pub fn limits(&self) -> Limits {
        Limits { max_tokens: self.max_tokens, stop: self.stop.clone(), ..Limits::default() }
    }

    pub fn sampling(&self) -> Sampling {
        Sampling {
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
            min_p: self.min_p,
            repeat_penalty: self.repeat_penalty,
            repeat_last_n: self.repeat_last_n,
            seed: self.seed,
        }
    }
}

fn number(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("not a finite number".to_owned()),
    }
}

fn in_range(text: &str, range: std::ops::RangeInclusive<f32>) -> Result<f32, String> {
    let number = number(text)?;
    if range.contains(&number) { Ok(number) } else { Err(format!("must be from {} to {}", range.start(), range.end())) }
}

fn parse_share(text: &str) -> Result<f32, String> {
    in_range(text, 0.0..=1.0)
}

fn parse_temperature(text: &str) -> Result<f32, String> {
    in_range(text, 0.0..=100.0)
}

fn parse_penalty(text: &str) -> Result<f32, String> {
    in_range(text, 0.01..=100.0)
}

/// Longer drafts are never accepted whole.
const LONGEST_DRAFT: u8 = 64;

fn parse_speculation(text: &str) -> Result<Speculation, String> {
    match text {
        "auto" => Ok(Speculation::Auto),
        "off" => Ok(Speculation::Off),
        text => match text.parse::<NonZeroU8>() {
            Ok(tokens) if tokens.get() <= LONGEST_DRAFT => Ok(Speculation::Always(tokens)),
            _ => Err(format!("must be auto, off, or a draft length from 1 to {LONGEST_DRAFT}")),
        },
    }
}
