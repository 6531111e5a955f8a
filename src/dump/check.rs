//! Everything that a reader must check, before any state is handed out.

use std::ops::Range;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::fault::Fault;
use super::meta::{DumpMeta, Label};
use super::{LABELS, STATES};

/// What a dump holds, once all of it was checked.
#[derive(Debug)]
pub(super) struct Content {
    pub meta: DumpMeta,
    pub labels: Vec<Label>,
    /// Where the states lie in the file: `[n_prompts, n_layer, n_embd]` times 4 bytes, aligned.
    pub states: Range<usize>,
}

/// Checks a whole file, which begins at an address that is a multiple of 4.
pub(super) fn check(file: &[u8]) -> Result<Content, Fault> {
    let unreadable = |error: safetensors::SafeTensorError| Fault::Safetensors { reason: error.to_string() };
    let (_, metadata) = SafeTensors::read_metadata(file).map_err(unreadable)?;
    let tensors = SafeTensors::deserialize(file).map_err(unreadable)?;
    let tensor = |tensor| tensors.tensor(tensor).map_err(|_| Fault::MissingTensor { tensor });

    // The metadata comes first: on any other safetensors file it gives the clearest answer.
    let strings = metadata.metadata().clone().unwrap_or_default();
    let mut meta = DumpMeta::from_strings(&strings, 0)?;
    let states = tensor(STATES)?;
    let &[n_prompts, n_layer, n_embd] = states.shape() else { return Err(wrong_states(&states, &meta)) };
    if states.dtype() != Dtype::F32 || n_layer != meta.n_layer || n_layer == 0 || n_embd == 0 {
        return Err(wrong_states(&states, &meta));
    }
    meta.n_embd = n_embd;
    if meta.prompt_hashes.len() != n_prompts {
        return Err(Fault::PromptCount { named: meta.prompt_hashes.len(), held: n_prompts });
    }
    let labels = check_labels(&tensor(LABELS)?, n_prompts, file)?;
    let states = place(states.data(), file);
    check_states(&file[states.clone()], states.start, n_layer, n_embd)?;
    Ok(Content { meta, labels, states })
}

fn check_labels(labels: &TensorView<'_>, n_prompts: usize, file: &[u8]) -> Result<Vec<Label>, Fault> {
    if labels.dtype() != Dtype::U8 || labels.shape() != [n_prompts] {
        return Err(Fault::Tensor { tensor: LABELS, found: kind(labels), wanted: format!("U8 [{n_prompts}]") });
    }
    let start = place(labels.data(), file).start;
    let label = |(row, &label): (usize, &u8)| {
        Label::from_byte(label).ok_or(Fault::Label { prompt: row + 1, label, at: start + row })
    };
    labels.data().iter().enumerate().map(label).collect()
}

fn check_states(bytes: &[u8], start: usize, n_layer: usize, n_embd: usize) -> Result<(), Fault> {
    let values: &[f32] = bytemuck::try_cast_slice(bytes).map_err(|_| Fault::Misaligned { at: start })?;
    let Some(wrong) = values.iter().position(|value| !value.is_finite()) else { return Ok(()) };
    let (row, index) = (wrong / n_embd, wrong % n_embd);
    let at = start + wrong * size_of::<f32>();
    Err(Fault::NotFinite { prompt: row / n_layer + 1, layer: row % n_layer, index, at })
}

fn wrong_states(states: &TensorView<'_>, meta: &DumpMeta) -> Fault {
    let wanted = format!("F32 [n_prompts, {} = antidote.n_layer, n_embd], not empty", meta.n_layer);
    Fault::Tensor { tensor: STATES, found: kind(states), wanted }
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
