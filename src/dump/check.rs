//! Everything that a reader must check but the states themselves, before any of them is handed out.

use std::ops::Range;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::element::Element;
use super::format_error::FormatError;
use super::meta::{DumpMeta, Label};
use super::place::LayerPlace;
use super::{LABELS, STATES};

/// What a dump holds, and where.
#[derive(Debug)]
pub(super) struct Content {
    pub meta: DumpMeta,
    pub labels: Vec<Label>,
    /// Where each layer's states lie.
    pub layers: Vec<LayerPlace>,
}

/// Checks a whole file but the states in it.
pub(super) fn check(file: &[u8]) -> Result<Content, FormatError> {
    let unreadable = |error: safetensors::SafeTensorError| FormatError::Safetensors { reason: error.to_string() };
    let (_, metadata) = SafeTensors::read_metadata(file).map_err(unreadable)?;
    let tensors = SafeTensors::deserialize(file).map_err(unreadable)?;
    let tensor = |tensor| tensors.tensor(tensor).map_err(|_| FormatError::MissingTensor { tensor });

    // The metadata comes first: on any other safetensors file it gives the clearest answer.
    let strings = metadata.metadata().clone().unwrap_or_default();
    let mut meta = DumpMeta::from_strings(&strings, 0)?;
    let states = tensor(STATES)?;
    let &[n_prompts, n_layer, n_embd] = states.shape() else { return Err(wrong_states(&states, &meta)) };
    let element = match states.dtype() {
        Dtype::F32 => Element::F32,
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::Bf16,
        _ => return Err(wrong_states(&states, &meta)),
    };
    if n_layer != meta.model.n_layer as usize || n_layer == 0 || n_embd == 0 {
        return Err(wrong_states(&states, &meta));
    }
    meta.model.n_embd = u32::try_from(n_embd).map_err(|_| wrong_states(&states, &meta))?;
    if meta.prompt_hashes.len() != n_prompts {
        return Err(FormatError::PromptCount { named: meta.prompt_hashes.len(), held: n_prompts });
    }
    for (key, list) in [("antidote.n_tokens", &meta.n_tokens), ("antidote.last_tokens", &meta.last_tokens)] {
        if let Some(listed) = list.as_ref().map(Vec::len).filter(|listed| *listed != n_prompts) {
            return Err(FormatError::ListLength { key, listed, held: n_prompts });
        }
    }
    let labels = check_labels(&tensor(LABELS)?, n_prompts, file)?;
    let n_harmful = labels.iter().filter(|label| **label == Label::Harmful).count();
    if meta.is_paired && n_harmful * 2 != n_prompts {
        return Err(FormatError::Pairs { n_harmful, n_benign: n_prompts - n_harmful });
    }
    let start = place(states.data(), file).start;
    let row = n_embd * element.size();
    let layers = (0..n_layer)
        .map(|layer| LayerPlace { file: 0, start: start + layer * row, stride: n_layer * row, element })
        .collect();
    Ok(Content { meta, labels, layers })
}

fn check_labels(labels: &TensorView<'_>, n_prompts: usize, file: &[u8]) -> Result<Vec<Label>, FormatError> {
    if labels.dtype() != Dtype::U8 || labels.shape() != [n_prompts] {
        return Err(FormatError::Tensor { tensor: LABELS, found: kind(labels), wanted: format!("U8 [{n_prompts}]") });
    }
    let start = place(labels.data(), file).start;
    let label = |(row, &label): (usize, &u8)| {
        Label::from_byte(label).ok_or(FormatError::Label { prompt: row + 1, label, at: start + row })
    };
    labels.data().iter().enumerate().map(label).collect()
}

fn wrong_states(states: &TensorView<'_>, meta: &DumpMeta) -> FormatError {
    let wanted = format!("F32, F16 or BF16 [n_prompts, {} = antidote.n_layer, n_embd], not empty", meta.model.n_layer);
    FormatError::Tensor { tensor: STATES, found: kind(states), wanted }
}

/// A tensor's type and shape, for people.
fn kind(tensor: &TensorView<'_>) -> String {
    format!("{:?} {:?}", tensor.dtype(), tensor.shape())
}

/// Where `part`, which is borrowed from `file`, lies in it.
fn place(part: &[u8], file: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - file.as_ptr().addr();
    start..start + part.len()
}
