//! The command line: every flag once, with its help beside it.

mod generation;
mod model;
mod template;

use std::path::PathBuf;

use antidote::chat::parse_alpha;
use antidote::dump::{Element, TokenPosition};
use antidote::prompt::Language;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use generation::GenerationArgs;
pub use model::ModelArgs;
pub use template::TemplateArgs;

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
    #[command(alias = "autotune")]
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
