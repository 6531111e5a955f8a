//! Which file the states come from: a dump of our own, or another program's.

use std::io::Read;
use std::path::{Path, PathBuf};

use antidote::dump::{Dump, DumpError, FormatError};
use antidote::imports::{Axes, Input, LastLayer, Numbering, Options, import};
use antidote::vector::Target;
use clap::{Args, ValueEnum};

use super::{Failure, UsageError};

/// What an Antidote dump says by itself.
#[derive(Args)]
#[command(next_help_heading = "Hidden states from other programs")]
pub struct ForeignArgs {
    /// The model that produced the states, in any quantisation; required for these files.
    #[arg(long, value_name = "MODEL.gguf")]
    pub for_model: Option<PathBuf>,
    /// Labels in prompt order: 1 or harmful, 0 or benign; one per line, a JSON list, or .npy.
    #[arg(long, value_name = "FILE", conflicts_with = "harmful")]
    pub labels: Option<PathBuf>,
    /// States of harmful prompts; with --benign, replaces one file with labels.
    #[arg(long, value_name = "STATES", requires = "benign")]
    pub harmful: Option<PathBuf>,
    /// States of benign prompts.
    #[arg(long, value_name = "STATES", requires = "harmful")]
    pub benign: Option<PathBuf>,
    /// How the file numbers its layers [default: detected].
    #[arg(long, value_enum)]
    pub numbering: Option<NumberingArg>,
    /// Order of the first two axes of [n_prompts, n_layers, n_embd] [default: detected].
    #[arg(long, value_enum)]
    pub axes: Option<AxesArg>,
    /// What to do with the last layer, which Hugging Face returns after the final norm.
    #[arg(long, value_enum, default_value = "auto")]
    pub last_layer: LastLayerArg,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum NumberingArg {
    /// Layer 0 is the output of block 0.
    Blocks,
    /// As in Hugging Face's hidden_states: 0 is the embeddings, 1 the output of block 0.
    Hf,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum AxesArg {
    /// [n_prompts, n_layers, n_embd].
    PromptsFirst,
    /// [n_layers, n_prompts, n_embd].
    LayersFirst,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LastLayerArg {
    /// Drop it if its states have been through the final norm.
    Auto,
    /// Use it: the states are the output of the last block.
    Keep,
    /// Drop it.
    Drop,
}

impl ForeignArgs {
    fn options(&self) -> Options {
        let numbering = self.numbering.map(|numbering| match numbering {
            NumberingArg::Blocks => Numbering::Blocks,
            NumberingArg::Hf => Numbering::HuggingFace,
        });
        let last_layer = match self.last_layer {
            LastLayerArg::Auto => LastLayer::Auto,
            LastLayerArg::Keep => LastLayer::Keep,
            LastLayerArg::Drop => LastLayer::Drop,
        };
        let axes = self.axes.map(|axes| match axes {
            AxesArg::PromptsFirst => Axes::PromptsFirst,
            AxesArg::LayersFirst => Axes::LayersFirst,
        });
        Options { numbering, axes, last_layer }
    }

    /// A flag that was given and says what an Antidote dump says by itself.
    fn superfluous(&self) -> Option<&'static str> {
        let given = [
            (self.for_model.is_some(), "--for-model"),
            (self.labels.is_some(), "--labels"),
            (self.numbering.is_some(), "--numbering"),
            (self.axes.is_some(), "--axes"),
            (self.last_layer != LastLayerArg::Auto, "--last-layer"),
        ];
        given.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag)
    }
}

/// Opens `path`, or the two sides that `args` names.
pub fn open(path: &Path, args: &ForeignArgs) -> Result<Dump, Failure> {
    if args.harmful.is_none() && !is_from_elsewhere(path) {
        let opened = Dump::open(path);
        let is_plain = matches!(&opened, Err(DumpError::Broken { error: FormatError::MissingKey { .. }, .. }));
        if !is_plain {
            let dump = opened?;
            if let Some(flag) = args.superfluous() {
                let path = path.display();
                let what =
                    format!("{path} was written by 'antidote dump' and already has this information; remove {flag}");
                return Err(UsageError(what).into());
            }
            return Ok(dump);
        }
    }
    let Some(model) = &args.for_model else {
        let what = format!(
            "{} was not written by 'antidote dump', so it does not name its model; add --for-model MODEL.gguf \
             (docs/imports.md)",
            path.display()
        );
        return Err(UsageError(what).into());
    };
    let target = Target::open(model)?;
    let input = match (&args.harmful, &args.benign) {
        (Some(harmful), Some(benign)) => Input::ContrastClasses { harmful: harmful.clone(), benign: benign.clone() },
        _ => Input::Labelled { states: path.to_owned(), labels: args.labels.clone() },
    };
    let imported = import(&input, &target, args.options())?;
    imported.notes.iter().for_each(|note| antidote::say!("note: {note}"));
    if imported.left_out.is_some() && args.last_layer == LastLayerArg::Auto {
        antidote::say!("hint: use it anyway with --last-layer keep");
    }
    Ok(imported.dump)
}

/// A folder of `.npy`, a `.npy` or a `.npz`. What cannot be read is left to the reader of dumps to complain of.
fn is_from_elsewhere(path: &Path) -> bool {
    if let Ok(mut entries) = std::fs::read_dir(path) {
        return entries.any(|entry| entry.is_ok_and(|entry| entry.path().extension().is_some_and(|ext| ext == "npy")));
    }
    let mut start = [0; 6];
    let is_read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok();
    is_read && (start == *b"\x93NUMPY" || start.starts_with(b"PK\x03\x04"))
}
