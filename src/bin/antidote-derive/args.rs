//! The command line: every flag once, with its help beside it.

use std::path::{Path, PathBuf};

use antidote::derive::{LayerChoice, Method};
use antidote::vector::{Keep, Scale};
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{Parser, ValueEnum};

use super::convert::Conversion;
use super::input::ForeignArgs;

/// Derive a sparse safety vector (.sv) from a dump of hidden states.
///
/// The dump comes from `antidote dump`. For each layer, finds the direction that separates harmful from benign prompts
/// and keeps only its largest components.
#[derive(Parser)]
#[command(version, name = "antidote-derive", arg_required_else_help = true)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    pub conversion: Option<Conversion>,
    /// The dump, or hidden states from another program: .npy, .npz, a folder of .npy, safetensors.
    #[arg(value_name = "DUMP.safetensors", required_unless_present = "harmful", conflicts_with = "harmful")]
    dump: Option<PathBuf>,
    #[command(flatten)]
    pub foreign: ForeignArgs,
    /// The vector to write [default: DUMP.sv, next to the dump].
    #[arg(short, long, value_name = "FILE.sv")]
    out: Option<PathBuf>,
    /// How to find the directions.
    #[arg(long, default_value = Method::ALL[0].name, value_parser = method())]
    pub method: Method,
    /// Percentage to keep: of the components, by magnitude, or of the energy (see --sparsify).
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = parse_percent)]
    pub sparsity: f32,
    /// How to choose the components to keep.
    #[arg(long, value_enum, default_value = "top-k")]
    pub sparsify: KeepArg,
    /// What α = 1 means.
    #[arg(long, value_enum, default_value = "gap")]
    pub scale: ScaleArg,
    /// Layers to derive: all, 1-5, 3,4,7-9, or best:4 for the four that best separate the held-out prompts
    /// [default: all but layer 0, which llama.cpp cannot steer].
    #[arg(long, value_name = "LAYERS", default_value = "", hide_default_value = true, value_parser = parse_layers)]
    pub layers: LayerChoice,
    /// Fit on all prompts instead of holding out a fifth to measure the vector on.
    #[arg(long)]
    pub fit_all: bool,
    /// Plot the separation by layer, the energy kept and the hidden states.
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// Flip the directions: for dumps with harmful and benign swapped.
    #[arg(long)]
    pub flip_sign: bool,
    /// What the vector stands for; the chat shows this name.
    #[arg(long, default_value = "refusal", value_parser = parse_concept)]
    pub concept: String,
    /// α to start with, if you know a good one.
    #[arg(long, value_name = "X", value_parser = parse_finite, allow_negative_numbers = true)]
    pub suggested_alpha: Option<f32>,
    /// Range of useful α.
    #[arg(long, value_name = "LO..HI", value_parser = parse_range, allow_hyphen_values = true)]
    pub alpha_range: Option<(f32, f32)>,
    /// Free text on where the vector comes from.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub provenance: String,
    /// Overwrite the vector and the plot if they exist.
    #[arg(long)]
    pub force: bool,
}

impl Args {
    /// Where the vector goes.
    pub fn out(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.dump().with_extension("sv"))
    }

    /// The file that the vector is made from; of two sides, the first.
    pub fn dump(&self) -> &Path {
        self.dump.as_deref().or(self.foreign.harmful.as_deref()).unwrap_or_else(|| Path::new(""))
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum KeepArg {
    /// The largest components of each layer, the same number in each (the paper's method).
    TopK,
    /// The largest components over all layers: layers with a large gap get more, some may get none.
    Global,
    /// In each layer, the fewest that carry --sparsity percent of the direction's squared length.
    Energy,
}

impl From<KeepArg> for Keep {
    fn from(keep: KeepArg) -> Self {
        match keep {
            KeepArg::TopK => Self::TopK,
            KeepArg::Global => Self::Global,
            KeepArg::Energy => Self::Energy,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum ScaleArg {
    /// The full direction moves the mean benign state onto the mean harmful one.
    Gap,
    /// The full direction has length 1, as in the paper.
    Unit,
}

impl From<ScaleArg> for Scale {
    fn from(scale: ScaleArg) -> Self {
        match scale {
            ScaleArg::Gap => Self::Gap,
            ScaleArg::Unit => Self::Unit,
        }
    }
}

fn method() -> impl TypedValueParser<Value = Method> {
    let values = Method::ALL.iter().map(|method| clap::builder::PossibleValue::new(method.name).help(method.about));
    PossibleValuesParser::new(values).try_map(|name| Method::named(&name).ok_or("unknown method"))
}

fn parse_layers(text: &str) -> Result<LayerChoice, String> {
    if text.is_empty() { Ok(LayerChoice::default()) } else { text.parse() }
}

fn parse_finite(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("not a finite number".to_owned()),
    }
}

pub fn parse_percent(text: &str) -> Result<f32, String> {
    let percent = parse_finite(text)?;
    if percent > 0.0 && percent <= 100.0 { Ok(percent) } else { Err("must be above 0 and at most 100".to_owned()) }
}

fn parse_range(text: &str) -> Result<(f32, f32), String> {
    let (low, high) = text.split_once("..").ok_or("must be written like 0.2..0.4")?;
    let (low, high) = (parse_finite(low)?, parse_finite(high)?);
    if low <= high { Ok((low, high)) } else { Err("must have the lower number first".to_owned()) }
}

/// A word, because it is typed in `/alpha NAME X`.
pub fn parse_concept(text: &str) -> Result<String, String> {
    let is_word = !text.is_empty() && text.len() <= 64 && !text.contains(char::is_whitespace);
    if is_word { Ok(text.to_owned()) } else { Err("must be one word of at most 64 bytes".to_owned()) }
}
