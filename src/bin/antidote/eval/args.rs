//! The flags of `antidote eval`.

use std::path::PathBuf;

use antidote::eval::dataset::{AttackSource, BedFiles, parse_alphas, parse_percents};
use antidote::eval::generate::defences::Defence;
use antidote::eval::judge::{Judge, JudgePrompt};
use clap::Args;

use crate::{Failure, Named, UsageError};

use crate::args::{LanguageArg, ModelArgs, PromptFileArgs, TemplateArgs};

#[derive(Args)]
pub struct EvalArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub bed: BedArgs,
    #[command(flatten)]
    pub prompt_files: PromptFileArgs,
    #[command(flatten)]
    pub arms: ArmArgs,
    #[command(flatten)]
    pub judging: JudgeArgs,
    #[command(flatten)]
    pub search: SearchArgs,
    #[command(flatten)]
    pub template: TemplateArgs,
    /// System prompt for every question.
    #[arg(short, long, value_name = "TEXT")]
    pub system: Option<String>,
    /// Maximum tokens per answer.
    #[arg(short = 'n', long, value_name = "N", default_value = "256", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_tokens: u32,
    /// End an answer where TEXT appears, without it; repeatable.
    #[arg(long, value_name = "TEXT")]
    pub stop: Vec<String>,
    /// Seed for defences that use randomness.
    #[arg(long, value_name = "N", default_value = "0")]
    pub seed: u64,
    /// Answers to score for perplexity and KL divergence [default: 200; 40 with --quick].
    #[arg(long, value_name = "N")]
    pub likelihoods: Option<usize>,
    /// Questions answered at once, up to 256 [default: what fits in memory, at most 16; 8 for tiny models].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub parallel: Option<u32>,
    /// Folder for records and report; what is already recorded there is not run again.
    #[arg(short, long, value_name = "DIR", default_value = "antidote-eval")]
    pub out: PathBuf,
    /// Language of the report [default: from the locale].
    #[arg(long, value_enum)]
    pub lang: Option<LanguageArg>,
}

/// What is asked.
#[derive(Args)]
#[command(next_help_heading = "Test bed")]
pub struct BedArgs {
    /// Requests that should be refused (text, JSON, JSONL, CSV or TSV).
    #[arg(long, value_name = "FILE")]
    pub harmful: Option<PathBuf>,
    /// Requests that should be answered.
    #[arg(long, value_name = "FILE")]
    pub benign: Option<PathBuf>,
    /// Requests that sound harmful but should be answered; takes XSTest's table as is.
    #[arg(long, value_name = "FILE")]
    pub near_miss: Option<PathBuf>,
    /// Attacks: 'builtin' makes ten from every harmful request; 'none'; or a file: a JailbreakBench artifact or a prompt
    /// file. Repeatable: 'builtin' and files add up [default: builtin with --harmful].
    #[arg(long, value_name = "FILE")]
    pub attacks: Vec<String>,
    /// Complete test items: JSONL with prompt and kind (benign, near-miss, harmful, attack, benign-wrapped), optionally id,
    /// family, language, request and references.
    #[arg(long, value_name = "FILE.jsonl")]
    pub cases: Option<PathBuf>,
    /// Multiple-choice questions: JSONL with question, choices and answer (a letter, or an index from 0), as in MMLU.
    #[arg(long, value_name = "FILE.jsonl")]
    pub choices: Option<PathBuf>,
    /// At most N prompts of each kind, spread evenly over its families.
    #[arg(long, value_name = "N", value_parser = parse_limit)]
    pub limit: Option<usize>,
    /// Fewer prompts and strengths for a first impression: two to three minutes on the demo model.
    #[arg(long)]
    pub quick: bool,
}

impl BedArgs {
    /// The attacks that were asked for; the error says why these cannot be.
    fn attack_source(&self) -> Result<AttackSource, String> {
        let is = |word: &str| self.attacks.iter().any(|attack| attack == word);
        let files = self.attacks.iter().filter(|attack| !["builtin", "none"].contains(&attack.as_str()));
        let files: Vec<PathBuf> = files.map(PathBuf::from).collect();
        match (is("builtin"), is("none"), files.is_empty()) {
            (false, true, true) => Ok(AttackSource::None),
            (_, true, _) => {
                Err("--attacks none makes no attacks, so it cannot stand beside another --attacks; remove one"
                    .to_owned())
            }
            (true, false, true) => Ok(AttackSource::Builtin),
            (true, false, false) => Ok(AttackSource::BuiltinAndFiles(files)),
            (false, false, false) => Ok(AttackSource::Files(files)),
            (false, false, true) if self.harmful.is_some() => Ok(AttackSource::Builtin),
            (false, false, true) => Ok(AttackSource::None),
        }
    }

    /// The files that were named; `None` if there are none.
    ///
    /// # Errors
    /// Why the attacks cannot be as they were asked for.
    pub fn files(&self) -> Result<Option<BedFiles>, String> {
        let attacks = self.attack_source()?;
        let files = BedFiles {
            harmful: self.harmful.clone(),
            benign: self.benign.clone(),
            near_miss: self.near_miss.clone(),
            attacks,
            cases: self.cases.clone(),
            choices: self.choices.clone(),
            ..BedFiles::default()
        };
        Ok((files != BedFiles::default()).then_some(files))
    }
}

/// Under which conditions.
#[derive(Args)]
#[command(next_help_heading = "Arms")]
pub struct ArmArgs {
    /// The vector to evaluate [default: the one next to the model].
    #[arg(long, value_name = "FILE.sv")]
    pub vector: Option<PathBuf>,
    /// Evaluate only the plain model and the defences.
    #[arg(long, conflicts_with_all = ["vector", "alpha", "sparsity"])]
    pub no_vector: bool,
    /// Strengths: a list 0,0.25,0.5 or a range 0..1:0.1 [default: several around the suggested α].
    #[arg(short, long, value_name = "LIST", value_parser = parse_alpha_list, allow_hyphen_values = true)]
    pub alpha: Option<Numbers>,
    /// Percentages of each layer's components to keep: 1,5,100. The vector must be at least as dense as the largest value
    /// [default: the vector as it is].
    #[arg(long, value_name = "LIST", value_parser = parse_percent_list)]
    pub sparsity: Option<Numbers>,
    /// Prompt defences to compare with: all, none, or a comma-separated list of self-reminder, in-context, paraphrase,
    /// perplexity-filter, smooth-llm, retokenisation [default: all; none with --target-dsr].
    #[arg(long, value_name = "LIST", value_parser = parse_defences)]
    pub defence: Option<Defences>,
}

/// Who judges.
#[derive(Args)]
#[command(next_help_heading = "Judge")]
pub struct JudgeArgs {
    /// What decides whether an answer is a refusal: 'refusal' (phrase matching) or a judge model, guard:FILE.gguf[:KIND],
    /// where KIND is llama-guard, harm-bench, strong-reject or yes-no.
    #[arg(long, value_name = "JUDGE", default_value = "refusal", value_parser = parse_judge)]
    pub judge: Judge,
    /// What to ask the judge model: a text with {request} and {answer}. Required for a classifier whose GGUF does not hold
    /// its prompt in the chat template (docs/judges.md).
    #[arg(long, value_name = "FILE")]
    pub judge_prompt: Option<PathBuf>,
    /// Have the judge model compare N answers of each arm with the plain model's, in both orders.
    #[arg(long, value_name = "N", default_value = "0")]
    pub compare: usize,
    /// Judge the records in --out again and rewrite the report; the evaluated model is not needed.
    #[arg(long)]
    pub rejudge: bool,
}

impl JudgeArgs {
    /// The judge, with the prompt that the user gave.
    ///
    /// # Errors
    /// The file of the prompt cannot be read or is none, or there is no model to ask.
    pub fn judge(&self) -> Result<Judge, Failure> {
        let Some(path) = &self.judge_prompt else { return Ok(self.judge.clone()) };
        let text = std::fs::read_to_string(path).map_err(|error| Named::new(path, error))?;
        let prompt = JudgePrompt::parse(&text).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
        let judge = self.judge.clone().with_prompt(prompt);
        Ok(judge.map_err(|error| UsageError(format!("--judge-prompt: {error} (--judge guard:FILE.gguf)")))?)
    }
}

/// What to look for.
#[derive(Args)]
#[command(next_help_heading = "Search")]
pub struct SearchArgs {
    /// Search for the smallest α with this defence success rate (0 to 1).
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    pub target_dsr: Option<f64>,
    /// Minimum benign pass rate of the recommended α [default: 0.98].
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    pub min_benign: Option<f64>,
    /// Maximum KL divergence of the recommended α from the plain model, in nats per token of answers to harmless requests
    /// [default: 1].
    #[arg(long, value_name = "NATS", value_parser = parse_nats)]
    pub max_kl: Option<f64>,
    /// Write the recommended α, its range and the evidence into the vector file.
    #[arg(long, conflicts_with = "rejudge")]
    pub write: bool,
}

/// A list that clap takes for one value.
#[derive(Debug, Clone)]
pub struct Numbers(pub Vec<f32>);

/// The same, of defences.
#[derive(Debug, Clone)]
pub struct Defences(pub Vec<Defence>);

fn parse_alpha_list(text: &str) -> Result<Numbers, String> {
    parse_alphas(text).map(Numbers)
}

fn parse_percent_list(text: &str) -> Result<Numbers, String> {
    parse_percents(text).map(Numbers)
}

fn parse_defences(text: &str) -> Result<Defences, String> {
    match text {
        "all" => Ok(Defences(Defence::ALL.to_vec())),
        "none" => Ok(Defences(vec![])),
        names => {
            let mut defences = vec![];
            for name in names.split(',') {
                let defence = name
                    .trim()
                    .parse()
                    .map_err(|error: antidote::eval::generate::defences::DefenceError| error.to_string())?;
                if !defences.contains(&defence) {
                    defences.push(defence);
                }
            }
            Ok(Defences(defences))
        }
    }
}

fn parse_judge(text: &str) -> Result<Judge, String> {
    text.parse().map_err(|error: antidote::eval::judge::JudgeError| error.to_string())
}

fn parse_limit(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| "must be a whole number above 0".to_owned())
}

fn parse_nats(text: &str) -> Result<f64, String> {
    let nats = text.parse().ok().filter(|nats: &f64| nats.is_finite() && *nats > 0.0);
    nats.ok_or_else(|| "must be a number above 0".to_owned())
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "must be from 0 to 1".to_owned())
}
