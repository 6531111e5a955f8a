//! Ready-made directions: one array of a file, for one layer or for all.

use std::path::Path;

use super::array::{Array, Format};
use super::error::ImportError;
use super::source::Source;
use super::temporary::straighten;
use crate::vector::Target;

/// A layer and its direction `[n_embd]`, in ascending order of layers.
pub type Directions = Vec<(u32, Vec<f32>)>;

/// The directions in the `.npy`, `.npz` or safetensors file at `path`: one of `[n_embd]` (or `[1, n_embd]`, `[n_embd, 1]`)
/// for `layer`, or one for each block in `[n_layer, n_embd]`, of which `layer` takes one.
///
/// # Errors
/// The file cannot be read, has no array of one of these shapes or several, needs a layer or has not that one, or holds
/// what is no direction: values that are not finite, or nothing but zeros.
pub fn directions(path: &Path, target: &Target, layer: Option<u32>) -> Result<Directions, ImportError> {
    let mut source = Source::open(path)?;
    let wrong = |reason: String| ImportError::Direction { path: path.to_owned(), reason };
    let (n_layer, n_embd) = (target.n_layer(), target.n_embd());
    let is_single = |array: &Array| matches!(array.shape[..], [n] | [1, n] | [n, 1] if n == n_embd);
    let is_stack = |array: &Array| array.shape == [n_layer, n_embd];
    let fits = |array: &&Array| array.format.is_float() && (is_single(array) || is_stack(array));
    let found: Vec<Array> = source.arrays.iter().filter(fits).cloned().collect();
    let listed = |arrays: &[Array]| arrays.iter().take(6).map(Array::described).collect::<Vec<_>>().join(", ");
    let [array] = &found[..] else {
        return Err(wrong(if found.is_empty() {
            format!(
                "a direction for {} is [{n_embd}], or [{n_layer}, {n_embd}] with one for each block; it has {}",
                target.path.display(),
                if source.arrays.is_empty() { "no arrays".to_owned() } else { listed(&source.arrays) }
            )
        } else {
            format!("it has several arrays that could be the direction: {}; keep only the right one", listed(&found))
        }));
    };
    if let Some(layer) = layer.filter(|layer| *layer as usize >= n_layer) {
        return Err(wrong(format!(
            "there is no layer {layer}: {} has layers 0 to {}",
            target.path.display(),
            n_layer - 1
        )));
    }
    let is_one = is_single(array) && !is_stack(array);
    let layer = match (layer, is_one) {
        (None, true) => {
            return Err(ImportError::DirectionLayer { path: path.to_owned() });
        }
        (layer, _) => layer,
    };
    let array = if array.is_plain() { array.clone() } else { straighten(&mut source, array)? };
    let Format::Float(element) = array.format else { return Err(wrong("its values are no floats".to_owned())) };
    let mut values = vec![0.0_f32; array.shape.iter().product()];
    element.widen(source.bytes(&array), &mut values);
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(wrong(format!("value {at} of its direction is not a finite number")));
    }
    let all = values.chunks_exact(n_embd).enumerate().map(|(row, values)| {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        (if is_one { layer.unwrap_or(row) } else { row }, values.to_vec())
    });
    let chosen: Directions = all.filter(|(row, _)| layer.is_none_or(|layer| layer == *row)).collect();
    if chosen.iter().all(|(_, values)| values.iter().all(|value| *value == 0.0)) {
        return Err(wrong("its direction is all zeros, which steers nothing; make it again".to_owned()));
    }
    Ok(chosen)
}
