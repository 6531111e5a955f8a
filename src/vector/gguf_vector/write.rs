//! Writing a control-vector GGUF.

use super::{ARCHITECTURE, LAYER_COUNT, METHOD, MODEL_HINT, PREFIX};
use crate::gguf::{Entry, encode};
use crate::vector::SvFile;

/// The bytes of a control-vector GGUF with the directions of `vector` at α = 1, whole: components that were dropped
/// are zeros. With `skip_layer_0` there is no `direction.0`, for llama.cpp's own loader, which refuses files that have
/// one.
#[must_use]
pub fn export(vector: &SvFile, skip_layer_0: bool) -> Vec<u8> {
    let header = vector.header();
    let layers: Vec<_> = vector.layers().filter(|view| !(skip_layer_0 && view.layer == 0)).collect();
    let dense: Vec<Vec<f32>> = layers
        .iter()
        .map(|view| {
            let mut values = vec![0.0; header.model.n_embd as usize];
            view.iter().for_each(|(index, value)| values[index] = value);
            values
        })
        .collect();
    let tensors: Vec<_> = layers
        .iter()
        .zip(&dense)
        .map(|(view, values)| (format!("{PREFIX}{}", view.layer), values.as_slice()))
        .collect();
    let n_layers = i32::try_from(tensors.len()).unwrap_or(i32::MAX);
    let metadata = [
        ("general.architecture", Entry::Text(ARCHITECTURE)),
        (MODEL_HINT, Entry::Text(&header.model.architecture)),
        (LAYER_COUNT, Entry::Integer(n_layers)),
        (METHOD, Entry::Text(&header.method)),
    ];
    encode(&metadata, &tensors)
}
