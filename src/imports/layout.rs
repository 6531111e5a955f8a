//! Which arrays of a source are the hidden states, and where each block's states lie.

use super::array::{Array, Format};
use super::error::ImportError;
use super::labels;
use super::lengths::{Along, Lengths};
use super::numbering::{Numbering, Uncounted, numbering, numbers_in};
use super::source::Source;
use super::temporary::straighten;
use crate::dump::{Label, LayerPlace};
use crate::vector::Target;

/// The name that settles which of several arrays is meant.
const STATES: &str = "hidden_states";
/// What an array of labels may be called.
const LABELS: [&str; 3] = ["labels", "label", "y"];

/// The order of the first two axes of an array of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// `[n_prompts, n_layers, n_embd]`.
    PromptsFirst,
    /// `[n_layers, n_prompts, n_embd]`.
    LayersFirst,
}

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
    let is_labels = |array: &&Array| LABELS.contains(&array.name.as_str()) && labels::is_list(&array.shape);
    let Some(array) = source.arrays.iter().find(is_labels) else { return Ok(None) };
    let wrong = |reason| ImportError::Array { path: source.path.clone(), name: array.name.clone(), reason };
    labels::of_array(source.bytes(array), array.format).map(Some).map_err(wrong)
}

/// Finds the states of `target`'s blocks in `source`.
pub(super) fn lay_out(
    source: &mut Source,
    target: &Target,
    asked: Option<Numbering>,
    axes: Option<Axes>,
) -> Result<Layout, ImportError> {
    let floats = |n_dimensions: usize| -> Vec<Array> {
        let is_labels = |array: &Array| LABELS.contains(&array.name.as_str()) && labels::is_list(&array.shape);
        let fits = |array: &&Array| array.format.is_float() && array.shape.len() == n_dimensions && !is_labels(array);
        source.arrays.iter().filter(fits).cloned().collect()
    };
    let (whole, per_layer) = (floats(3), floats(2));
    let mut notes = vec![];
    let texts = source.arrays.iter().filter(|array| matches!(array.format, Format::Text { .. }));
    let texts =
        texts.filter(|array| !LABELS.contains(&array.name.as_str())).map(|array| format!("{:?} (text)", array.name));
    let passed_over: Vec<String> = source.skipped.iter().cloned().chain(texts).collect();
    if !passed_over.is_empty() {
        notes.push(format!("passing over {}, which can be neither states nor labels", passed_over.join(", ")));
    }
    if !whole.is_empty() {
        let array = only_one(source, whole)?;
        let (numbering, axes) = check_whole(source, target, &array, asked, axes)?;
        let array = plain(source, array, &mut notes)?;
        let axes = axes.map_or_else(|| axes_by_length(source, target, &array), Ok)?;
        let row = target.n_embd() * array.format.size();
        // Values from one layer to the next, and from one prompt to the next.
        let (n_prompts, of_layer, of_prompt) = match axes {
            Axes::PromptsFirst => (array.shape[0], row, array.shape[1] * row),
            Axes::LayersFirst => (array.shape[1], array.shape[1] * row, row),
        };
        let layers = (0..target.n_layer())
            .map(|block| Some(place(&array, (block + numbering.first()) * of_layer, of_prompt)))
            .collect();
        return Ok(Layout { n_prompts, layers, numbering, notes });
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
    let (mut layers, mut plain_arrays) = (vec![], vec![]);
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
        plain_arrays.push(array);
    }
    notes.dedup();
    if plain_arrays.len() == target.n_layer() && n_prompts == plain_arrays.len() {
        check_one_a_layer(source, target, &plain_arrays)?;
    }
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

/// Checks a `[n_prompts, n_layers, n_embd]` array against the model. Which axis is which is `None` if the shape does not
/// tell.
fn check_whole(
    source: &Source,
    target: &Target,
    array: &Array,
    asked: Option<Numbering>,
    axes: Option<Axes>,
) -> Result<(Numbering, Option<Axes>), ImportError> {
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
    let of_layers = if axes == Some(Axes::LayersFirst) { first } else { second };
    if third != n_embd || !is_count(of_layers) {
        let hint = if third == n_embd && is_count(first) && axes.is_none() {
            "; it looks like [n_layers, n_prompts, n_embd]: swap its first two axes"
        } else if first == n_embd || second == n_embd {
            "; its axes are in another order: put the prompts first and the values last"
        } else {
            ""
        };
        return Err(shape_error(source, target, array, wanted, hint));
    }
    // With as many prompts as layers, either could be either.
    let axes = if axes.is_none() && !is_count(first) { Some(Axes::PromptsFirst) } else { axes };
    let found = if of_layers == n_layer { Numbering::Blocks } else { Numbering::HuggingFace };
    match asked {
        // Which axis holds the layers is not known yet: the other count may be the one that was asked for.
        Some(asked) if asked != found => Err(shape_error(source, target, array, wanted, "")),
        _ => Ok((found, axes)),
    }
}

/// Which axis holds the layers, by how the lengths of states vary. `array` is plain.
fn axes_by_length(source: &Source, target: &Target, array: &Array) -> Result<Axes, ImportError> {
    let lengths = Lengths::of(array.shape[1], log_lengths(source, target, array));
    match lengths.vary_along() {
        Some(Along::Rows) => Ok(Axes::PromptsFirst),
        along => Err(ImportError::Axes {
            path: source.path.clone(),
            found: array.described(),
            n_layer: target.n_layer(),
            is_swapped: along == Some(Along::Arrays),
        }),
    }
}

/// Checks that `arrays`, as many as each has rows, are one a layer and not one a prompt.
fn check_one_a_layer(source: &Source, target: &Target, arrays: &[Array]) -> Result<(), ImportError> {
    let lengths = arrays.iter().flat_map(|array| log_lengths(source, target, array)).collect();
    let says_layer = |array: &Array| ["layer", "block"].iter().any(|word| array.name.to_lowercase().contains(word));
    let reason = match Lengths::of(arrays.len(), lengths).vary_along() {
        Some(Along::Arrays) => return Ok(()),
        None if arrays.iter().all(says_layer) => return Ok(()),
        Some(Along::Rows) => {
            "its arrays hold a prompt each: the states in them grow from row to row, as they do from layer to layer"
        }
        None => "it has as many arrays as each has rows, and the lengths of states do not tell layers from prompts",
    };
    let reason = format!("{reason}; put them into one array [n_prompts, n_layers, n_embd], with --axes prompts-first");
    Err(ImportError::Layers { path: source.path.clone(), reason })
}

/// ln ‖h‖² of every state in `array`, which is plain.
fn log_lengths(source: &Source, target: &Target, array: &Array) -> Vec<f64> {
    let mut state = vec![0.0; target.n_embd()];
    let size = array.format.size() * target.n_embd();
    let length = |bytes: &[u8]| {
        if let Format::Float(element) = array.format {
            element.widen(bytes, &mut state);
        }
        let square: f64 = state.iter().map(|value| f64::from(*value).powi(2)).sum();
        square.max(f64::MIN_POSITIVE).ln()
    };
    source.bytes(array).chunks_exact(size).map(length).collect()
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
