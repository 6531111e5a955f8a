//! Which arrays of a source are the hidden states, and where each block's states lie.

use super::array::{Array, Format};
use super::error::ImportError;
use super::labels;
use super::numbering::{Numbering, Uncounted, numbering, numbers_in};
use super::source::Source;
use super::temporary::straighten;
use crate::dump::{Label, LayerPlace};
use crate::vector::Target;

/// The name that settles which of several arrays is meant.
const STATES: &str = "hidden_states";
/// What an array of labels may be called.
const LABELS: [&str; 3] = ["labels", "label", "y"];

/// Where a source's states lie.
#[derive(Debug)]
pub(super) struct Layout {
    pub n_prompts: usize,
    /// An entry a block; `None` where its states are not there.
    pub layers: Vec<Option<LayerPlace>>,
    pub numbering: Numbering,
    /// What was done that a user should know.
    pub notes: Vec<String>,
}

/// The labels that the source itself has, if it has any.
pub(super) fn own_labels(source: &Source) -> Result<Option<Vec<Label>>, ImportError> {
    let is_labels = |array: &&Array| LABELS.contains(&array.name.as_str()) && array.shape.len() == 1;
    let Some(array) = source.arrays.iter().find(is_labels) else { return Ok(None) };
    let wrong = |reason| ImportError::Array { path: source.path.clone(), name: array.name.clone(), reason };
    labels::of_numbers(source.bytes(array), array.format).map(Some).map_err(wrong)
}

/// Finds the states of `target`'s blocks in `source`.
pub(super) fn lay_out(source: &mut Source, target: &Target, asked: Option<Numbering>) -> Result<Layout, ImportError> {
    let floats = |n_dimensions: usize| -> Vec<Array> {
        let fits = |array: &&Array| array.format.is_float() && array.shape.len() == n_dimensions;
        source.arrays.iter().filter(fits).cloned().collect()
    };
    let (whole, per_layer) = (floats(3), floats(2));
    let mut notes = vec![];
    if !whole.is_empty() {
        let array = only_one(source, whole)?;
        let numbering = check_whole(source, target, &array, asked)?;
        let array = plain(source, array, &mut notes)?;
        let row = target.n_embd() * array.format.size();
        let layers = (0..target.n_layer())
            .map(|block| Some(place(&array, (block + numbering.first()) * row, array.shape[1] * row)))
            .collect();
        return Ok(Layout { n_prompts: array.shape[0], layers, numbering, notes });
    }
    if per_layer.is_empty() {
        return Err(ImportError::NoStates { path: source.path.clone(), found: listed(&source.arrays) });
    }
    let path = source.path.clone();
    let layers_error = |reason| ImportError::Layers { path: path.clone(), reason };
    let arrays: Vec<&Array> = per_layer.iter().collect();
    let numbers = numbers_in(&arrays).ok_or_else(|| {
        layers_error(format!(
            "the names of its arrays {} do not differ by a single layer number; name them like layer_0, \
             layer_1, …",
            listed(&per_layer)
        ))
    })?;
    let numbering = numbering(&numbers, target.n_layer(), asked).map_err(|uncounted| match uncounted {
        Uncounted::TwoWays { layer } => ImportError::Numbering { path: path.clone(), n_layer: target.n_layer(), layer },
        Uncounted::Unsuited(reason) => layers_error(reason),
    })?;
    let n_prompts = per_layer[0].shape[0];
    let mut layers = vec![];
    for block in 0..target.n_layer() {
        let Some(position) = numbers.iter().position(|number| *number == block + numbering.first()) else {
            layers.push(None);
            continue;
        };
        let array = per_layer[position].clone();
        if array.shape != [n_prompts, target.n_embd()] {
            let wanted = format!(
                "[n_prompts, {}], with the same number of prompts in every layer ({n_prompts})",
                target.n_embd()
            );
            return Err(shape_error(source, target, &array, wanted, ""));
        }
        let array = plain(source, array, &mut notes)?;
        let row = target.n_embd() * array.format.size();
        layers.push(Some(place(&array, 0, row)));
    }
    notes.dedup();
    let n_there = layers.iter().flatten().count();
    if n_there < target.n_layer() {
        notes.push(format!(
            "it has states of only {n_there} of the model's {} blocks; only those get a direction",
            target.n_layer()
        ));
    }
    Ok(Layout { n_prompts, layers, numbering, notes })
}

fn only_one(source: &Source, mut arrays: Vec<Array>) -> Result<Array, ImportError> {
    if let Some(position) = arrays.iter().position(|array| array.name == STATES) {
        return Ok(arrays.swap_remove(position));
    }
    if arrays.len() == 1 {
        return Ok(arrays.swap_remove(0));
    }
    Err(ImportError::Ambiguous { path: source.path.clone(), found: listed(&arrays) })
}

/// Checks a `[n_prompts, n_layers, n_embd]` array against the model.
fn check_whole(
    source: &Source,
    target: &Target,
    array: &Array,
    asked: Option<Numbering>,
) -> Result<Numbering, ImportError> {
    let (n_layer, n_embd) = (target.n_layer(), target.n_embd());
    let is_count = |length: usize| length == n_layer || length == n_layer + 1;
    let &[first, second, third] = array.shape.as_slice() else {
        return Err(shape_error(source, target, array, "[n_prompts, n_layers, n_embd]".to_owned(), ""));
    };
    let wanted = match asked {
        None => format!("[n_prompts, {n_layer} (or {} with the embeddings first), {n_embd}]", n_layer + 1),
        Some(Numbering::Blocks) => format!("[n_prompts, {n_layer}, {n_embd}] (blocks alone)"),
        Some(Numbering::HuggingFace) => {
            format!("[n_prompts, {}, {n_embd}] (Hugging Face's numbering: embeddings first)", n_layer + 1)
        }
    };
    if third != n_embd || !is_count(second) {
        let hint = if third == n_embd && is_count(first) {
            "; it looks like [n_layers, n_prompts, n_embd]: swap its first two axes"
        } else if first == n_embd || second == n_embd {
            "; its axes are in another order: put the prompts first and the values last"
        } else {
            ""
        };
        return Err(shape_error(source, target, array, wanted, hint));
    }
    let found = if second == n_layer { Numbering::Blocks } else { Numbering::HuggingFace };
    match asked {
        Some(asked) if asked != found => Err(shape_error(source, target, array, wanted, "")),
        _ => Ok(found),
    }
}

fn shape_error(source: &Source, target: &Target, array: &Array, wanted: String, hint: &str) -> ImportError {
    ImportError::Shape {
        path: source.path.clone(),
        found: array.described(),
        model: format!("{} ({} layers × {})", target.path.display(), target.n_layer(), target.n_embd()),
        wanted,
        hint: hint.to_owned(),
    }
}

/// The array itself if a dump can point into it, otherwise a copy that it can.
fn plain(source: &mut Source, array: Array, notes: &mut Vec<String>) -> Result<Array, ImportError> {
    if array.is_plain() {
        return Ok(array);
    }
    if array.format == Format::F64 {
        notes.push("rounding its 64-bit floats to 32 bits".to_owned());
    }
    straighten(source, &array)
}

fn place(array: &Array, offset: usize, stride: usize) -> LayerPlace {
    // Only plain arrays come here; any other format would be caught by the type.
    let element = match array.format {
        Format::Float(element) => element,
        _ => crate::dump::Element::F32,
    };
    LayerPlace { file: array.file, start: array.start + offset, stride, element }
}

/// Up to six arrays, for people.
fn listed(arrays: &[Array]) -> String {
    if arrays.is_empty() {
        return "no arrays at all".to_owned();
    }
    let shown: Vec<String> = arrays.iter().take(6).map(Array::described).collect();
    let more = if arrays.len() > 6 { format!(" and {} more", arrays.len() - 6) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
