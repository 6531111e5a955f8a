//! The command line: every flag once, with its help beside it.

use std::path::PathBuf;

use antidote::derive::{LayerChoice, Method};
use antidote::vector::{Keep, Scale};
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{Parser, ValueEnum};

/// Derive a sparse safety vector (.sv) from a dump of hidden states.
///
/// The dump comes from `antidote dump`. Per layer, the direction that tells harmful from benign prompts is found, its
/// largest components are kept and the rest is dropped.
#[derive(Parser)]
#[command(version, name = "antidote-derive", arg_required_else_help = true)]
pub struct Args {
    /// The dump.
    #[arg(value_name = "DUMP.safetensors")]
    pub dump: PathBuf,
    /// The vector to write [default: beside the dump, as DUMP.sv].
    #[arg(short, long, value_name = "FILE.sv")]
    out: Option<PathBuf>,
    /// How directions are found.
    #[arg(long, default_value = Method::ALL[0].name, value_parser = method())]
    pub method: Method,
    /// Percent that is kept: of the components, by magnitude, or of the energy (see --sparsify).
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = parse_percent)]
    pub sparsity: f32,
    /// How the components that are kept are chosen.
    #[arg(long, value_enum, default_value = "top-k")]
    pub sparsify: KeepArg,
    /// What α = 1 means.
    #[arg(long, value_enum, default_value = "gap")]
    pub scale: ScaleArg,
    /// Layers that get a direction: all, 1-5, 3,4,7-9, or best:4 for the four that best tell apart prompts held out
    /// [default: all but layer 0, which llama.cpp cannot steer].
    #[arg(long, value_name = "LAYERS", default_value = "", hide_default_value = true, value_parser = parse_layers)]
    pub layers: LayerChoice,
    /// Fit on all prompts. Otherwise a fifth is held out, and how well the vector does on it is written into the file.
    #[arg(long)]
    pub fit_all: bool,
    /// Draw the derivation: separation by layer, energy kept, and the states.
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// Turn the directions around: for dumps whose harmful and benign sides are swapped.
    #[arg(long)]
    pub flip_sign: bool,
    /// What the vector stands for; the chat calls it by this name.
    #[arg(long, default_value = "refusal", value_parser = parse_concept)]
    pub concept: String,
    /// α to start with, if you have found one.
    #[arg(long, value_name = "X", value_parser = parse_finite, allow_negative_numbers = true)]
    pub suggested_alpha: Option<f32>,
    /// α that was found useful, lowest and highest.
    #[arg(long, value_name = "LO..HI", value_parser = parse_range, allow_hyphen_values = true)]
    pub alpha_range: Option<(f32, f32)>,
    /// Where the vector comes from, in your words.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub provenance: String,
    /// Replace the vector, and the picture, if they are there.
    #[arg(long)]
    pub force: bool,
}

impl Args {
    /// Where the vector goes.
    pub fn out(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.dump.with_extension("sv"))
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum KeepArg {
    /// The same number in every layer: the largest, as in the paper.
    TopK,
    /// The largest of all layers together: layers with a large gap get more, some may get none.
    Global,
    /// In every layer as few as carry --sparsity percent of the direction's squared length.
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
    /// The whole direction moves the mean benign state onto the mean harmful one.
    Gap,
    /// The whole direction has length 1, as in the paper.
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

fn parse_percent(text: &str) -> Result<f32, String> {
    let percent = parse_finite(text)?;
    if percent > 0.0 && percent <= 100.0 { Ok(percent) } else { Err("must be above 0 and at most 100".to_owned()) }
}

fn parse_range(text: &str) -> Result<(f32, f32), String> {
    let (low, high) = text.split_once("..").ok_or("must be written like 0.2..0.4")?;
    let (low, high) = (parse_finite(low)?, parse_finite(high)?);
    if low <= high { Ok((low, high)) } else { Err("the lower number comes first".to_owned()) }
}

/// A word, because it is typed in `/alpha NAME X`.
fn parse_concept(text: &str) -> Result<String, String> {
    let is_word = !text.is_empty() && text.len() <= 64 && !text.contains(char::is_whitespace);
    if is_word { Ok(text.to_owned()) } else { Err("must be one word of at most 64 bytes".to_owned()) }
}
