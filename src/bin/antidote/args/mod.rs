//! The command line: every flag once, with its help beside it.

mod generation;
pub mod japanese;
mod model;
mod prompt_files;
mod template;

use std::path::PathBuf;

use antidote::chat::parse_alpha;
use antidote::dump::{Element, TokenPosition};
use antidote::prompt::Language;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use generation::GenerationArgs;
pub use model::ModelArgs;
pub use prompt_files::PromptFileArgs;
pub use template::TemplateArgs;

/// A safety dial for local models: runs quantised GGUF chat models with sparse safety vectors, offline, on the CPU.
#[derive(Parser)]
#[command(name = "antidote", version, propagate_version = true, arg_required_else_help = true)]
pub struct Antidote {
    /// Log to standard error: -v warnings, -vv info, -vvv everything.
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Chat with a model in the terminal; /alpha sets the strength.
    #[command(after_help = "Without MODEL, runs the demo model with its vector.\n\
                            MODEL.sv and MODEL.*.sv next to MODEL.gguf are loaded automatically.")]
    Chat(ChatArgs),
    /// Answer one prompt, or a file of prompts, to standard output.
    Run(RunArgs),
    /// Dump the hidden states of harmful and benign prompts for antidote-derive.
    Dump(DumpArgs),
    /// Measure a vector's safety-utility trade-off: attacks refused, benign requests answered, cost.
    #[command(after_help = "Without MODEL, evaluates the demo model with its vector and test bed.\n\
                            Resumable: rerun the same command.")]
    Eval(Box<crate::eval::args::EvalArgs>),
    /// Show the contents of a .sv file.
    Inspect(InspectArgs),
    /// Show a vector's largest components and the tokens it promotes and suppresses.
    Explain(ExplainArgs),
    /// Find the fastest settings for a model on this machine and use them from now on.
    #[command(
        after_help = "Tries thread counts, flash attention, KV cache types and batch sizes. The result is saved for \
                            this model and processor; flags and the config file override it."
    )]
    #[command(alias = "autotune")]
    Tune(TuneArgs),
    /// Show the defaults of chat, run and dump and where each comes from.
    #[command(after_help = "Defaults are read from antidote/config.toml in the user's config folder (~/.config on \
                            Linux), or from the file in ANTIDOTE_CONFIG; set that to an empty value to read none. \
                            Each line is a flag name and a value: temp = 0.5")]
    Config(ConfigArgs),
    /// Print shell completions.
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
    /// Resume the conversation in FILE if it exists, and save to it after every turn.
    #[arg(long, value_name = "FILE.json")]
    pub session: Option<PathBuf>,
    /// Interface language [default: from the locale].
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
    /// The prompt; '-' reads standard input.
    #[arg(short, long, value_name = "TEXT", required_unless_present = "prompts",
        conflicts_with_all = ["prompts", "columns", "plain_text"])]
    pub prompt: Option<String>,
    /// Answer every prompt in FILE, each in a new conversation (text, JSON, JSONL, CSV or TSV).
    #[arg(long, value_name = "FILE")]
    pub prompts: Option<PathBuf>,
    /// Print one JSON object per prompt: text, token counts, tokens per second, α, finish reason.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub prompt_files: PromptFileArgs,
}

#[derive(Args)]
pub struct DumpArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Prompts that should be refused (text, JSON, JSONL, CSV or TSV).
    #[arg(long, value_name = "FILE", required_unless_present = "pairs", conflicts_with = "pairs")]
    pub harmful: Option<PathBuf>,
    /// Prompts that should be answered.
    #[arg(long, value_name = "FILE", required_unless_present = "pairs", conflicts_with = "pairs")]
    pub benign: Option<PathBuf>,
    /// Prompt pairs instead of --harmful and --benign: CSV, TSV or JSONL with columns positive and negative, or harmful and
    /// benign.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["columns", "plain_text"])]
    pub pairs: Option<PathBuf>,
    /// Pair line i of --harmful with line i of --benign.
    #[arg(long, conflicts_with = "pairs")]
    pub paired: bool,
    /// The dump to write (safetensors).
    #[arg(short, long, value_name = "DUMP.safetensors")]
    pub out: PathBuf,
    /// Number format of the hidden states.
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value = "f32")]
    pub element: ElementArg,
    /// Which token to read: last; mean:N, the mean of the last N; after-user, every token after the user's text, one row
    /// each.
    #[arg(long, value_name = "POSITION", default_value = "last", value_parser = parse_token_position)]
    pub token: TokenPosition,
    /// System prompt for every prompt.
    #[arg(short, long, value_name = "TEXT", conflicts_with = "raw")]
    pub system: Option<String>,
    /// Start of the answer, appended to every prompt.
    #[arg(long, value_name = "TEXT")]
    pub response_prefix: Option<String>,
    /// Read \\n, \\t, \\\\ and the like in prompts as escapes, as llama-cvector-generator's files have them.
    #[arg(long)]
    pub escape: bool,
    #[command(flatten)]
    pub template: TemplateArgs,
    /// Discard an interrupted dump instead of resuming it.
    #[arg(long)]
    pub restart: bool,
    /// Overwrite DUMP if it exists.
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub prompt_files: PromptFileArgs,
}

#[derive(Args)]
pub struct TuneArgs {
    /// The model [default: the demo model].
    #[arg(value_name = "MODEL.gguf")]
    pub model: Option<PathBuf>,
    /// Approximate time limit in seconds.
    #[arg(long, value_name = "N", default_value = "60", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub seconds: u16,
    /// Remove the tuned settings instead.
    #[arg(long)]
    pub forget: bool,
    /// Load the model even if it seems not to fit in memory.
    #[arg(long)]
    pub ignore_memory: bool,
    /// Language of the table [default: from the locale].
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
    /// The model it was derived from, in any quantisation.
    #[arg(value_name = "MODEL.gguf")]
    pub model: PathBuf,
    /// Components and tokens to show per layer.
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

/// Which vectors, and how strongly.
#[derive(Args)]
#[command(next_help_heading = "Steering")]
pub struct SteeringArgs {
    /// Vector to steer with; repeatable [default: those next to the model].
    #[arg(long = "vector", value_name = "FILE.sv")]
    pub vectors: Vec<PathBuf>,
    /// Use no vector, even if one lies next to the model.
    #[arg(long, conflicts_with_all = ["vectors", "alpha"])]
    pub no_vector: bool,
    /// Accept a vector that this model applies at only some layers (a warning stays visible).
    #[arg(long)]
    pub allow_partial: bool,
    /// Strength of every vector; 0 is the plain model [default: each vector's suggested α].
    #[arg(short, long, value_name = "X", value_parser = parse_alpha, allow_negative_numbers = true)]
    pub alpha: Option<f32>,
}

/// What is shown beside the answers.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// No greeting or hints; warnings and errors are still shown.
    #[arg(short, long)]
    pub quiet: bool,
    /// Hide the thinking of a reasoning model.
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
