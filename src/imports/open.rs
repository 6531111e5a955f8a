//! From files to a dump.

use std::path::{Path, PathBuf};

use super::error::ImportError;
use super::last_layer::{LastLayer, is_normed};
use super::layout::{Axes, Layout, lay_out};
use super::numbering::Numbering;
use super::source::{BENIGN, HARMFUL, Source};
use super::{labels, layout};
use crate::dump::{Dump, DumpError, DumpMeta, Label, LayerPlace, Part, TokenPosition};
use crate::files::MappedFile;
use crate::vector::Target;

/// Where states and labels are.
#[derive(Debug, Clone)]
pub enum Input {
    /// All states in one file or folder.
    Labelled {
        /// The states.
        states: PathBuf,
        /// The labels; `None` if the states' file has them.
        labels: Option<PathBuf>,
    },
    /// Each side in a file or folder of its own.
    ContrastClasses {
        /// States of harmful prompts.
        harmful: PathBuf,
        /// States of benign prompts.
        benign: PathBuf,
    },
}

/// How a source is understood.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How layers are counted; `None` finds out.
    pub numbering: Option<Numbering>,
    /// Which of the first two axes is which; `None` finds out.
    pub axes: Option<Axes>,
    /// What is done with the last layer.
    pub last_layer: LastLayer,
}

/// States from elsewhere, and what should be said about them.
#[derive(Debug)]
pub struct Imported {
    /// The states, checked, without those that cannot be used.
    pub dump: Dump,
    /// What was found out or done, a sentence each.
    pub notes: Vec<String>,
    /// The layer that was left out: its states are not what its block puts out.
    pub left_out: Option<usize>,
}

/// Opens states that another program wrote, for the model `target`.
///
/// # Errors
/// A file cannot be read or understood, its shape is not the model's, labels are missing, or a state is not finite.
pub fn import(input: &Input, target: &Target, options: Options) -> Result<Imported, ImportError> {
    let (name, sides) = match input {
        Input::Labelled { states, labels: None } if Source::open(states)?.has_both_sides() => {
            let side = |label, axes| {
                let mut source = Source::open(states)?;
                source.keep(if label == Label::Harmful { &HARMFUL } else { &BENIGN });
                Side::of(source, label, target, Options { axes, ..options })
            };
            (states, both(side, options)?)
        }
        Input::Labelled { states, labels } => {
            let mut source = Source::open(states)?;
            let layout = lay_out(&mut source, target, options.numbering, options.axes)?;
            let labels = labels_of(&source, labels.as_deref(), layout.n_prompts)?;
            (states, vec![Side { source, layout, labels }])
        }
        Input::ContrastClasses { harmful, benign } => {
            let side = |label, axes| {
                let path = if label == Label::Harmful { harmful } else { benign };
                Side::of(Source::open(path)?, label, target, Options { axes, ..options })
            };
            (harmful, both(side, options)?)
        }
    };
    let mut notes: Vec<String> = vec![];
    let mut is_hugging_face = false;
    for side in &sides {
        let path = side.source.path.display();
        is_hugging_face |= side.layout.numbering == Numbering::HuggingFace;
        if side.layout.numbering == Numbering::HuggingFace {
            notes.push(format!(
                "{path}: using Hugging Face's numbering: embeddings first, then {} blocks",
                target.n_layer()
            ));
        }
        notes.extend(side.layout.notes.iter().map(|note| format!("{path}: {note}")));
    }
    let mut dump = put_together(name, sides, target)?;
    let left_out = left_out(&dump, target, options.last_layer, is_hugging_face, &mut notes);
    if let Some(layer) = left_out {
        dump.leave_out(layer);
    }
    Ok(Imported { dump, notes, left_out })
}

/// One file or folder, understood.
struct Side {
    source: Source,
    layout: Layout,
    labels: Vec<Label>,
}

impl Side {
    fn of(mut source: Source, label: Label, target: &Target, options: Options) -> Result<Self, ImportError> {
        let layout = lay_out(&mut source, target, options.numbering, options.axes)?;
        let labels = vec![label; layout.n_prompts];
        Ok(Self { source, layout, labels })
    }
}

/// Harmful and benign. One program wrote both: where the shape of one says in which order its axes are, so it is with the
/// other.
fn both(
    side: impl Fn(Label, Option<Axes>) -> Result<Side, ImportError>,
    options: Options,
) -> Result<Vec<Side>, ImportError> {
    let found = [side(Label::Harmful, options.axes), side(Label::Benign, options.axes)];
    let (harmful, benign) = match found {
        [Err(ImportError::Axes { .. }), Ok(benign)] => (side(Label::Harmful, Some(Axes::PromptsFirst))?, benign),
        [Ok(harmful), Err(ImportError::Axes { .. })] => (harmful, side(Label::Benign, Some(Axes::PromptsFirst))?),
        [harmful, benign] => (harmful?, benign?),
    };
    Ok(vec![harmful, benign])
}

fn labels_of(source: &Source, file: Option<&Path>, rows: usize) -> Result<Vec<Label>, ImportError> {
    let (path, labels) = match file {
        Some(file) => (file, Some(labels::read(file)?)),
        None => (source.path.as_path(), layout::own_labels(source)?),
    };
    let labels = labels.ok_or_else(|| ImportError::NoLabels { path: source.path.clone() })?;
    if labels.len() == rows {
        return Ok(labels);
    }
    let (path, states) = (path.to_owned(), source.path.clone());
    Err(ImportError::LabelCount { path, labels: labels.len(), states, rows })
}

fn put_together(name: &Path, sides: Vec<Side>, target: &Target) -> Result<Dump, ImportError> {
    let (mut files, mut labels, mut hashes) = (vec![], vec![], vec![]);
    let mut parts = vec![];
    for side in sides {
        hashes.extend(hashes_of(&side, target.n_embd()));
        let shift = |place: &LayerPlace| LayerPlace { file: place.file + files.len(), ..*place };
        let layers = side.layout.layers.iter().map(|place| place.as_ref().map(shift)).collect();
        parts.push(Part { first: labels.len(), layers });
        files.extend::<Vec<MappedFile>>(side.source.files);
        labels.extend(side.labels);
    }
    let meta = DumpMeta {
        model: target.model.clone(),
        template_hash: None,
        system_hash: None,
        response_prefix_hash: None,
        token: TokenPosition::Unknown,
        is_paired: false,
        prompt_hashes: hashes,
        n_tokens: None,
        last_tokens: None,
    };
    Dump::from_parts(name.to_owned(), files, meta, labels, parts).map_err(|error| match error {
        DumpError::NotFinite { path, prompt, layer } => ImportError::NotFinite { path, prompt, layer },
        other => ImportError::Dump(other),
    })
}

/// What stands for each prompt, whose text nobody kept: its state in the middle of the model. The same prompt has the
/// same state, so repeated prompts are still recognised.
fn hashes_of(side: &Side, n_embd: usize) -> Vec<String> {
    let there: Vec<LayerPlace> = side.layout.layers.iter().flatten().copied().collect();
    let Some(place) = there.get(there.len() / 2) else { return vec![String::new(); side.layout.n_prompts] };
    let file = &side.source.files[place.file];
    (0..side.layout.n_prompts)
        .map(|row| {
            let start = place.start + row * place.stride;
            let hash = blake3::hash(&file[start..start + n_embd * place.element.size()]);
            hash.to_hex()[..16].to_owned()
        })
        .collect()
}

fn left_out(
    dump: &Dump,
    target: &Target,
    choice: LastLayer,
    is_hugging_face: bool,
    notes: &mut Vec<String>,
) -> Option<usize> {
    let last = target.n_layer() - 1;
    if !dump.has_layer(last) {
        return None;
    }
    let reason = match (choice, &target.output_norm) {
        (LastLayer::Keep, _) => return None,
        (LastLayer::Drop, _) => "as asked".to_owned(),
        (LastLayer::Auto, Some(norm)) if is_normed(dump, norm) => {
            "its states have been through the model's final norm, as the last of Hugging Face's hidden_states have, so \
             they are not what the last block puts out"
                .to_owned()
        }
        (LastLayer::Auto, None) if is_hugging_face => {
            "the last of Hugging Face's hidden_states has most often been through the final norm, and this model's norm \
             is not there to tell"
                .to_owned()
        }
        (LastLayer::Auto, _) => return None,
    };
    notes.push(format!("leaving out layer {last}: {reason}"));
    Some(last)
}
