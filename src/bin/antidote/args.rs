//! The command line: every flag once, with its help beside it.

use std::num::{NonZeroU8, NonZeroU32};
use std::path::PathBuf;

use antidote::chat::{Language, Template, TemplateError, Variable, grammar_of_schema, parse_alpha};
use antidote::dump::{Element, TokenPosition};
use antidote::engine::{CacheType, ContextOptions, FlashAttention, Model, Outline, Sampler, Sampling, Speculation};
use antidote::tuning::Settings;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::tuned;

/// A dial for safety: runs any quantised GGUF chat model under sparse safety vectors, offline, on the CPU.
#[derive(Parser)]
#[command(name = "antidote", version, propagate_version = true, arg_required_else_help = true)]
pub struct Antidote {
    /// Show the log on standard error: -v warnings, -vv information, -vvv everything.
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Chat with a model in the terminal; /alpha turns the dial.
    #[command(after_help = "Without a MODEL the demo model is used, with its vector.\n\
                            MODEL.gguf finds MODEL.sv and MODEL.*.sv beside it.")]
    Chat(ChatArgs),
    /// Answer one prompt, or a file of prompts, on standard output.
    Run(RunArgs),
    /// Write the hidden states of harmful and benign prompts, for antidote-derive.
    Dump(DumpArgs),
    /// Measure the safety-utility trade-off of a vector: attacks stopped, honest requests answered, cost.
    #[command(after_help = "Without a MODEL the demo model is used, with its vector and its test bed.\n\
                            Killed and started again, it goes on where it was.")]
    Eval(Box<crate::eval::args::EvalArgs>),
    /// Show what is in a .sv file.
    Inspect(InspectArgs),
    /// Show which tokens a vector promotes and suppresses, and its largest components.
    Explain(ExplainArgs),
    /// Measure which settings are fastest for a model on this machine, and use them from then on.
    #[command(
        after_help = "Threads, fused attention, the KV cache's number format and the batch size are tried. What was \
                            found is kept for this model on this processor; flags and the config file win over it."
    )]
    Tune(TuneArgs),
    /// Show the defaults of chat, run and dump, and where each comes from.
    #[command(after_help = "Defaults are read from antidote/config.toml in the folder for configuration \
                            (~/.config on Linux), or from the file that ANTIDOTE_CONFIG names; none if that is empty. \
                            A line is the name of a flag and its value: temp = 0.5")]
    Config(ConfigArgs),
    /// Print completions for a shell.
    Completions(CompletionsArgs),
    /// Write manual pages.
    Man(ManArgs),
}

impl Command {
    /// Whether the config file has a say in it.
    pub fn is_configured(&self) -> bool {
        matches!(self, Self::Chat(_) | Self::Run(_) | Self::Dump(_) | Self::Config(_))
    }
}

#[derive(Args)]
pub struct ChatArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub steering: SteeringArgs,
    #[command(flatten)]
    pub generation: GenerationArgs,
    #[command(flatten)]
    pub template: TemplateArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Keep the conversation in FILE: go on with it if it is there, save it after every turn.
    #[arg(long, value_name = "FILE.json")]
    pub session: Option<PathBuf>,
    /// Language of the interface; the locale decides if not given.
    #[arg(long, value_enum)]
    pub lang: Option<LanguageArg>,
}

#[derive(Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub steering: SteeringArgs,
    #[command(flatten)]
    pub generation: GenerationArgs,
    #[command(flatten)]
    pub template: TemplateArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// The prompt; '-' reads it from standard input.
    #[arg(short, long, value_name = "TEXT", required_unless_present = "prompts", conflicts_with = "prompts")]
    pub prompt: Option<String>,
    /// Answer every prompt of this file in turn, each on its own (text, JSON, JSONL or CSV).
    #[arg(long, value_name = "FILE")]
    pub prompts: Option<PathBuf>,
    /// Print one JSON object a prompt: text, token counts, tokens per second, α, finish reason.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct DumpArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Prompts that should be refused (text, JSON, JSONL or CSV).
    #[arg(long, value_name = "FILE", required_unless_present = "pairs", conflicts_with = "pairs")]
    pub harmful: Option<PathBuf>,
    /// Prompts that should be answered.
    #[arg(long, value_name = "FILE", required_unless_present = "pairs", conflicts_with = "pairs")]
    pub benign: Option<PathBuf>,
    /// Pairs of prompts in place of --harmful and --benign: CSV or JSONL with the columns positive and negative, or
    /// harmful and benign.
    #[arg(long, value_name = "FILE")]
    pub pairs: Option<PathBuf>,
    /// Line i of --harmful and line i of --benign belong together.
    #[arg(long, conflicts_with = "pairs")]
    pub paired: bool,
    /// The dump to write (safetensors).
    #[arg(short, long, value_name = "DUMP.safetensors")]
    pub out: PathBuf,
    /// Number format of the states.
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value = "f32")]
    pub element: ElementArg,
    /// Which tokens of a prompt are read: last; mean:N, the mean of the last N; after-user, every token behind the
    /// person's text, a row each.
    #[arg(long, value_name = "POSITION", default_value = "last", value_parser = parse_token_position)]
    pub token: TokenPosition,
    /// System prompt that goes in front of every prompt.
    #[arg(short, long, value_name = "TEXT")]
    pub system: Option<String>,
    /// Beginning of the answer that goes behind every prompt.
    #[arg(long, value_name = "TEXT")]
    pub response_prefix: Option<String>,
    /// Give the prompts to the model as they are, without its chat template.
    #[arg(long, conflicts_with = "system")]
    pub raw: bool,
    /// Throw away what an interrupted run has left of this dump, instead of going on from there.
    #[arg(long)]
    pub restart: bool,
    /// Replace DUMP if it is there.
    #[arg(long)]
    pub force: bool,
}

#[derive(Args)]
pub struct TuneArgs {
    /// The model; the demo model if not given.
    #[arg(value_name = "MODEL.gguf")]
    pub model: Option<PathBuf>,
    /// How long to measure at most, roughly.
    #[arg(long, value_name = "N", default_value = "60", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub seconds: u16,
    /// Go back to the built-in settings instead.
    #[arg(long)]
    pub forget: bool,
    /// Load the model even if memory seems too small.
    #[arg(long)]
    pub ignore_memory: bool,
    /// Language of the table; the locale decides if not given.
    #[arg(long, value_enum)]
    pub lang: Option<LanguageArg>,
}

#[derive(Args)]
pub struct InspectArgs {
    /// The vector.
    #[arg(value_name = "FILE.sv")]
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct ExplainArgs {
    /// The vector.
    #[arg(value_name = "FILE.sv")]
    pub file: PathBuf,
    /// The model that it was made from, in any quantisation.
    #[arg(value_name = "MODEL.gguf")]
    pub model: PathBuf,
    /// Components and tokens a layer.
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct ConfigArgs {
    #[command(flatten)]
    pub chat: ChatArgs,
}

#[derive(Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Args)]
pub struct ManArgs {
    /// The folder to write to.
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Which model, and how it runs.
#[derive(Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArgs {
    /// The model; the demo model if not given.
    #[arg(value_name = "MODEL.gguf")]
    pub model: Option<PathBuf>,
    /// The model (the same as the argument without a flag).
    #[arg(short = 'm', long = "model", value_name = "MODEL.gguf", conflicts_with = "model")]
    pub model_flag: Option<PathBuf>,
    /// Context length in tokens [default: the model's own, at most 4096].
    #[arg(short = 'c', long = "ctx", value_name = "TOKENS", value_parser = parse_context)]
    pub ctx: Option<NonZeroU32>,
    /// Threads that compute [default: what antidote tune found, or the cores].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Tokens of a prompt that are processed at once [default: what antidote tune found, or 512].
    #[arg(short = 'b', long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub batch: Option<u32>,
    /// Fused attention: fast in short conversations, slow in long ones [default: what antidote tune found, or off].
    #[arg(long = "flash-attn", value_enum)]
    pub flash_attention: Option<FlashAttentionArg>,
    /// Number format of the KV cache; q8_0 needs --flash-attn on [default: what antidote tune found, or f16].
    #[arg(long, value_enum)]
    pub cache_type: Option<CacheTypeArg>,
    /// Load the model even if memory seems too small.
    #[arg(long)]
    pub ignore_memory: bool,
}

impl ModelArgs {
    /// The model named on the command line.
    pub fn path(&self) -> Option<&PathBuf> {
        self.model.as_ref().or(self.model_flag.as_ref())
    }

    /// The context that these arguments ask for on the model at `path`; what they leave open is what was tuned.
    pub fn context(&self, path: &std::path::Path) -> Result<ContextOptions, super::Failure> {
        let outline = Model::outline(path)?;
        self.context_after(&outline, tuned::settings(&outline))
    }

    /// As [`Self::context`], but attention and cache stay the exact ones unless they are named here: for hidden
    /// states that are kept.
    pub fn exact_context(&self, path: &std::path::Path) -> Result<ContextOptions, super::Failure> {
        let outline = Model::outline(path)?;
        let exact = ContextOptions::for_chat(outline, None);
        let (flash_attention, cache_type) = (exact.flash_attention, exact.cache_type);
        let tuned = tuned::settings(&outline).map(|tuned| Settings { flash_attention, cache_type, ..tuned });
        self.context_after(&outline, tuned)
    }

    fn context_after(&self, outline: &Outline, tuned: Option<Settings>) -> Result<ContextOptions, super::Failure> {
        let mut options = ContextOptions::for_chat(*outline, self.ctx);
        if let Some(tuned) = tuned {
            let (flash_attention, cache_type) = (options.flash_attention, options.cache_type);
            options = tuned.apply(&options);
            // They were chosen as a pair; whoever names one decides about both.
            if self.flash_attention.is_some() || self.cache_type.is_some() {
                (options.flash_attention, options.cache_type) = (flash_attention, cache_type);
            }
        }
        if let Some(threads) = self.threads {
            options.threads = i32::from(threads);
        }
        options.n_batch = self.batch.unwrap_or(options.n_batch).min(options.n_ctx);
        if let Some(flash_attention) = self.flash_attention {
            options.flash_attention = flash_attention.into();
        }
        if let Some(cache_type) = self.cache_type {
            options.cache_type = cache_type.into();
        }
        if options.cache_type == CacheType::Q8_0 && options.flash_attention != FlashAttention::On {
            return Err(super::UsageError("--cache-type q8_0 needs --flash-attn on".to_owned()).into());
        }
        Ok(options)
    }
}

/// Which vectors, and how strongly.
#[derive(Args)]
#[command(next_help_heading = "Steering")]
pub struct SteeringArgs {
    /// A vector to steer with; may be given several times. Otherwise those beside the model are taken.
    #[arg(long = "vector", value_name = "FILE.sv")]
    pub vectors: Vec<PathBuf>,
    /// Run the plain model, whatever lies beside it.
    #[arg(long, conflicts_with_all = ["vectors", "alpha"])]
    pub no_vector: bool,
    /// Go on with a vector of which this model applies some layers only, and show that all the time.
    #[arg(long)]
    pub allow_partial: bool,
    /// Strength of every vector; 0 is the plain model [default: what each vector suggests].
    #[arg(short, long, value_name = "X", value_parser = parse_alpha, allow_negative_numbers = true)]
    pub alpha: Option<f32>,
}

/// How tokens are chosen and when an answer ends.
#[derive(Args)]
#[command(next_help_heading = "Generation")]
pub struct GenerationArgs {
    /// System prompt.
    #[arg(short, long, value_name = "TEXT")]
    pub system: Option<String>,
    /// Tokens of an answer at most [default: until the context is full].
    #[arg(short = 'n', long, value_name = "N")]
    pub max_tokens: Option<usize>,
    /// 0 takes the likeliest token every time.
    #[arg(long = "temp", value_name = "T", default_value = "0.8", value_parser = parse_temperature)]
    pub temperature: f32,
    /// Keep only the K likeliest tokens; 0 keeps all.
    #[arg(long, value_name = "K", default_value = "40", value_parser = clap::value_parser!(i32).range(0..))]
    pub top_k: i32,
    /// Keep the likeliest tokens that together reach this share.
    #[arg(long, value_name = "P", default_value = "0.95", value_parser = parse_share)]
    pub top_p: f32,
    /// Keep tokens at least this likely compared with the likeliest.
    #[arg(long, value_name = "P", default_value = "0.05", value_parser = parse_share)]
    pub min_p: f32,
    /// Divide the logits of recent tokens by this; 1 changes nothing.
    #[arg(long, value_name = "X", default_value = "1.0", value_parser = parse_penalty)]
    pub repeat_penalty: f32,
    /// How many tokens count as recent; -1 is the whole context.
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(i32).range(-1..), allow_negative_numbers = true)]
    pub repeat_last_n: i32,
    /// Seed of the choice of tokens; another one every time if not given.
    #[arg(long, value_name = "N")]
    pub seed: Option<u32>,
    /// Guess what is said again, and check several tokens at once: auto where it pays, off, or N tokens at a time.
    /// Every token is chosen as without.
    #[arg(long, value_name = "auto|off|N", default_value = "auto", value_parser = parse_speculation)]
    pub speculate: Speculation,
    /// Every answer follows the grammar in FILE (llama.cpp's GBNF, beginning at root).
    #[arg(long, value_name = "FILE.gbnf")]
    pub grammar: Option<PathBuf>,
    /// Every answer is JSON that fits the schema in FILE.
    #[arg(long, value_name = "FILE.json", conflicts_with = "grammar")]
    pub json_schema: Option<PathBuf>,
}

impl GenerationArgs {
    /// The grammar that answers follow, checked against `model`.
    pub fn grammar(&self, model: &Model) -> Result<Option<String>, super::Failure> {
        let read = |file: &PathBuf| std::fs::read_to_string(file).map_err(|error| super::Named::new(file, error));
        let (file, grammar) = match (&self.grammar, &self.json_schema) {
            (Some(file), _) => (file, read(file)?),
            (None, Some(file)) => {
                let grammar = grammar_of_schema(&read(file)?);
                (file, grammar.map_err(|error| super::UsageError(format!("{}: {error}", file.display())))?)
            }
            (None, None) => return Ok(None),
        };
        let tried = Sampler::new(&self.sampling(), model.n_vocab()).with_grammar(&grammar, model);
        tried.map_err(|error| super::UsageError(format!("{}: {error}", file.display())))?;
        Ok(Some(grammar))
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

/// How messages become a prompt.
#[derive(Args)]
#[command(next_help_heading = "Template")]
pub struct TemplateArgs {
    /// Use the chat template in FILE (Jinja) instead of the model's own.
    #[arg(long = "template", value_name = "FILE.jinja")]
    pub file: Option<PathBuf>,
    /// Tell the template that NAME is VALUE (JSON, or else text); may be given several times.
    #[arg(long = "template-var", value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub variables: Vec<(String, Variable)>,
    /// Ask a reasoning model not to think (enable_thinking=false, which its template may or may not know).
    #[arg(long)]
    pub no_thinking: bool,
}

impl TemplateArgs {
    /// The template for `model`.
    pub fn template(&self, model: &Model) -> Result<Template, TemplateError> {
        let template = match &self.file {
            Some(file) => Template::from_file(file, model)?,
            None => Template::of(model)?,
        };
        let thinking = self.no_thinking.then(|| ("enable_thinking".to_owned(), Variable::parse("false")));
        Ok(template.with_variables(thinking.into_iter().chain(self.variables.clone()).collect()))
    }
}

/// What is shown beside the answers.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// No greeting and no hints; warnings and errors stay.
    #[arg(short, long)]
    pub quiet: bool,
    /// Don't show what a reasoning model thinks before it answers.
    #[arg(long)]
    pub hide_thinking: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum LanguageArg {
    /// English.
    En,
    /// 日本語.
    Ja,
}

impl From<LanguageArg> for Language {
    fn from(language: LanguageArg) -> Self {
        match language {
            LanguageArg::En => Self::En,
            LanguageArg::Ja => Self::Ja,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum FlashAttentionArg {
    On,
    Off,
    /// llama.cpp decides.
    Auto,
}

impl From<FlashAttentionArg> for FlashAttention {
    fn from(flash_attention: FlashAttentionArg) -> Self {
        match flash_attention {
            FlashAttentionArg::On => Self::On,
            FlashAttentionArg::Off => Self::Off,
            FlashAttentionArg::Auto => Self::Auto,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum CacheTypeArg {
    F32,
    F16,
    #[value(name = "q8_0")]
    Q8_0,
}

impl From<CacheTypeArg> for CacheType {
    fn from(cache_type: CacheTypeArg) -> Self {
        match cache_type {
            CacheTypeArg::F32 => Self::F32,
            CacheTypeArg::F16 => Self::F16,
            CacheTypeArg::Q8_0 => Self::Q8_0,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum ElementArg {
    F32,
    F16,
    Bf16,
}

impl From<ElementArg> for Element {
    fn from(element: ElementArg) -> Self {
        match element {
            ElementArg::F32 => Self::F32,
            ElementArg::F16 => Self::F16,
            ElementArg::Bf16 => Self::Bf16,
        }
    }
}

fn parse_variable(text: &str) -> Result<(String, Variable), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty();
    if !is_name(name) {
        return Err(format!("'{name}' is not a name: use letters, digits and _"));
    }
    Ok((name.to_owned(), Variable::parse(value)))
}

fn number(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("not a finite number".to_owned()),
    }
}

fn in_range(text: &str, range: std::ops::RangeInclusive<f32>) -> Result<f32, String> {
    let number = number(text)?;
    if range.contains(&number) { Ok(number) } else { Err(format!("must lie in {} to {}", range.start(), range.end())) }
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

/// The text in a dump's metadata, but for the shorter `last`.
fn parse_token_position(text: &str) -> Result<TokenPosition, String> {
    let wrong = || "must be last, mean:N with N at least 1, or after-user".to_owned();
    match text {
        "last" => Ok(TokenPosition::Last),
        text => match text.parse() {
            Ok(position @ (TokenPosition::Mean(_) | TokenPosition::AfterUser)) => Ok(position),
            _ => Err(wrong()),
        },
    }
}

/// Guesses of more tokens than this are never right.
const LONGEST_GUESS: u8 = 64;

fn parse_speculation(text: &str) -> Result<Speculation, String> {
    match text {
        "auto" => Ok(Speculation::Auto),
        "off" => Ok(Speculation::Off),
        text => match text.parse::<NonZeroU8>() {
            Ok(tokens) if tokens.get() <= LONGEST_GUESS => Ok(Speculation::Always(tokens)),
            _ => Err(format!("must be auto, off, or a number of tokens from 1 to {LONGEST_GUESS}")),
        },
    }
}

/// Positions are 32-bit with sign in llama.cpp.
fn parse_context(text: &str) -> Result<NonZeroU32, String> {
    let tokens: u32 = text.parse().map_err(|_| "not a number of tokens".to_owned())?;
    let tokens = NonZeroU32::new(tokens).ok_or("must be at least 1")?;
    if i32::try_from(tokens.get()).is_ok() { Ok(tokens) } else { Err(format!("must be at most {}", i32::MAX)) }
}
