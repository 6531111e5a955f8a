//! What a vector means in words: the tokens that each layer's direction promotes and suppresses when it is read
//! straight through the model's output matrix (the "logit lens"). Exact for the last block; for earlier ones a first
//! look, because the blocks in between still work on it.

use std::path::Path;
use std::thread;

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayViewMut2, s};
use serde::Serialize;

use super::error::EngineError;
use super::ffi::Dequantiser;
use super::model;
use crate::files::MappedFile;
use crate::gguf::{Gguf, Tensor, Value};
use crate::vector::{Fingerprint, ModelId, OutputNorm, SvFile};

/// Rows of the output matrix that are widened at once: they and their scores stay in a core's cache.
const BLOCK: usize = 64;

/// One component of a direction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Component {
    /// Its index, below `n_embd`.
    pub index: usize,
    /// Its value.
    pub value: f32,
    /// Its share of the squared length of the sparse direction, 0 to 1.
    pub energy: f32,
}

/// A token and how far a direction moves it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoredToken {
    /// Its place in the vocabulary.
    pub id: usize,
    /// Its text, printable: control characters and bytes that are no whole character are escaped.
    pub text: String,
    /// Its logit along the direction, in standard deviations from the mean of all tokens.
    pub score: f32,
}

/// One layer of a vector, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedLayer {
    /// Block whose output is moved.
    pub layer: u32,
    /// Components kept.
    pub n_components: usize,
    /// Those of largest magnitude, the largest first.
    pub components: Vec<Component>,
    /// Tokens that a positive α makes likelier, the most promoted first.
    pub promoted: Vec<ScoredToken>,
    /// Tokens that a positive α makes less likely, the most suppressed first.
    pub suppressed: Vec<ScoredToken>,
}

/// Explains `vector`, which must be made for the model at `model_path`: per layer the `top` components and tokens.
/// Only the header, the output matrix and the vocabulary of the model are read.
///
/// # Errors
/// The model cannot be read, the vector is for another one, or its output matrix is in a format that cannot be read.
pub fn explain(model_path: &Path, vector: &SvFile, top: usize) -> Result<Vec<ExplainedLayer>, EngineError> {
    let file = model::map(model_path)?;
    let gguf = model::parse(model_path, &file)?;
    let n_embd = size(gguf.n_embd());
    let unreadable = |reason: String| EngineError::Lens { path: model_path.to_owned(), reason };
    let count = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    vector.check_model(&ModelId {
        architecture: gguf.architecture().unwrap_or_default().to_owned(),
        name: crate::gguf::name_of_model(&gguf, model_path),
        fingerprint: Fingerprint::of(&gguf, &file).unwrap_or(Fingerprint::UNBOUND),
        n_layer: count(gguf.n_layer()),
        n_embd: count(gguf.n_embd()),
    })?;

    let matrix = output_matrix(&gguf, n_embd).map_err(&unreadable)?;
    let n_named = match gguf.get("tokenizer.ggml.tokens") {
        Some(Value::List(list)) => size(Some(list.len())),
        _ => return Err(unreadable("it carries no vocabulary".to_owned())),
    };
    // Some matrices have rows beyond the vocabulary, for the sake of their shape.
    let n_vocab = n_named.min(size(Some(matrix.shape[1])));
    let directions = directions(vector, n_embd, OutputNorm::of(&gguf, &file, n_embd).as_ref());
    let scores = scores(matrix, &file, n_vocab, &directions).map_err(&unreadable)?;

    let vocabulary = model::load_vocabulary(model_path)?;
    let explained = vector.layers().enumerate().map(|(column, view)| {
        let mut scores: Vec<f32> = scores.column(column).to_vec();
        standardise(&mut scores);
        let token = |id: usize| ScoredToken { id, text: text(&vocabulary, id), score: scores[id] };
        let promoted = largest(&scores, top, |score| score).into_iter().map(token).collect();
        let suppressed = largest(&scores, top, |score| -score).into_iter().map(token).collect();
        let components = components(view.iter().collect(), top);
        ExplainedLayer { layer: view.layer, n_components: view.len(), components, promoted, suppressed }
    });
    Ok(explained.collect())
}

/// The matrix that makes logits of states; models that tie it to the embedding have no other.
fn output_matrix<'g, 'a>(gguf: &'g Gguf<'a>, n_embd: usize) -> Result<&'g Tensor<'a>, String> {
    let named = |name: &str| gguf.tensors().iter().find(|tensor| tensor.name == name);
    let matrix = named("output.weight").or_else(|| named("token_embd.weight"));
    let matrix = matrix.ok_or("it has neither output.weight nor token_embd.weight")?;
    if matrix.shape[0] != n_embd as u64 || matrix.shape[2..] != [1, 1] {
        return Err(format!("its {} has the shape {:?}, not [n_embd, n_vocab]", matrix.name, matrix.shape));
    }
    Ok(matrix)
}

/// The vector's directions, whole, as the final norm passes them on: `[n_embd, layers of the vector]`. The norm also
/// divides by the state's length, which is the same for all tokens.
fn directions(vector: &SvFile, n_embd: usize, norm: Option<&OutputNorm>) -> Array2<f32> {
    let mut directions = Array2::zeros((n_embd, vector.header().layers.len()));
    for (mut column, view) in directions.columns_mut().into_iter().zip(vector.layers()) {
        view.iter().for_each(|(index, value)| column[index] = value);
        let Some(norm) = norm else { continue };
        if norm.is_centred {
            let mean = column.sum() / n_embd as f32;
            column -= mean;
        }
        column.iter_mut().zip(&norm.weight).for_each(|(value, weight)| *value *= weight);
    }
    directions
}

/// `matrix · directions` for its first `n_vocab` rows: `[n_vocab, layers of the vector]`, on all cores.
fn scores(
    matrix: &Tensor<'_>,
    file: &MappedFile,
    n_vocab: usize,
    directions: &Array2<f32>,
) -> Result<Array2<f32>, String> {
    let kind = matrix.kind;
    let new = || Dequantiser::new(kind).ok_or_else(|| format!("its {} is {kind:?}, which has no floats", matrix.name));
    // Found out before any thread begins.
    drop(new()?);
    let bytes = matrix.bytes(file);
    let mut scores = Array2::zeros((n_vocab, directions.ncols()));
    let n_threads = thread::available_parallelism().map_or(1, usize::from);
    // Whole blocks, so that the numbers do not depend on the machine.
    let share = n_vocab.div_ceil(n_threads).next_multiple_of(BLOCK);
    thread::scope(|scope| {
        for (number, part) in scores.axis_chunks_iter_mut(ndarray::Axis(0), share).enumerate() {
            scope.spawn(move || {
                if let Some(dequantiser) = Dequantiser::new(kind) {
                    score_rows(dequantiser, bytes, number * share, directions, part);
                }
            });
        }
    });
    Ok(scores)
}

/// Scores of the rows from `first`, as many as `scores` has.
fn score_rows(
    mut dequantiser: Dequantiser,
    bytes: &[u8],
    first: usize,
    directions: &Array2<f32>,
    mut scores: ArrayViewMut2<'_, f32>,
) {
    let n_embd = directions.nrows();
    let row_bytes = dequantiser.n_bytes(n_embd);
    let mut rows = Array2::<f32>::zeros((BLOCK, n_embd));
    for (block, mut scores) in scores.axis_chunks_iter_mut(ndarray::Axis(0), BLOCK).enumerate() {
        let n = scores.nrows();
        let start = (first + block * BLOCK) * row_bytes;
        if let Some(out) = rows.as_slice_mut() {
            dequantiser.widen(&bytes[start..start + n * row_bytes], &mut out[..n * n_embd]);
        }
        general_mat_mul(1.0, &rows.slice(s![..n, ..]), directions, 0.0, &mut scores);
    }
}

/// To mean 0 and standard deviation 1: a softmax does not see what is added to all, and the length of a direction is
/// α's business.
fn standardise(scores: &mut [f32]) {
    let n = scores.len() as f64;
    let mean = scores.iter().map(|score| f64::from(*score)).sum::<f64>() / n;
    let variance = scores.iter().map(|score| (f64::from(*score) - mean).powi(2)).sum::<f64>() / n;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    scores.iter_mut().for_each(|score| *score = ((f64::from(*score) - mean) / deviation) as f32);
}

/// Indices of the `top` largest after `key`, the largest first; of equals the first.
fn largest(scores: &[f32], top: usize, key: impl Fn(f32) -> f32) -> Vec<usize> {
    let order = |a: &usize, b: &usize| key(scores[*b]).total_cmp(&key(scores[*a])).then(a.cmp(b));
    let mut indices: Vec<usize> = (0..scores.len()).collect();
    // A whole vocabulary is not sorted for the sake of a few.
    if (1..indices.len()).contains(&top) {
        indices.select_nth_unstable_by(top - 1, order);
    }
    indices.truncate(top);
    indices.sort_unstable_by(order);
    indices
}

fn components(mut all: Vec<(usize, f32)>, top: usize) -> Vec<Component> {
    let whole: f32 = all.iter().map(|(_, value)| value * value).sum();
    let share = |value: f32| if whole > 0.0 { value * value / whole } else { 0.0 };
    all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    all.truncate(top);
    all.into_iter().map(|(index, value)| Component { index, value, energy: share(value) }).collect()
}

fn text(vocabulary: &LlamaModel, id: usize) -> String {
    let token = LlamaToken(i32::try_from(id).unwrap_or(-1));
    printable(&vocabulary.vocab().token_to_piece(token, true, None))
}

/// `bytes` as text on one line: what is no whole character, or cannot be seen, is escaped.
fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // Quotes need no escape here.
            if matches!(c, '"' | '\'') { text.push(c) } else { text.extend(c.escape_debug()) }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

fn size(number: Option<u64>) -> usize {
    number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(printable(" dog".as_bytes()), " dog");
        assert_eq!(printable("「⚠」".as_bytes()), "「⚠」");
        assert_eq!(printable(b"a\n\x1b[31m\"\\"), "a\\n\\u{1b}[31m\"\\\\");
        assert_eq!(printable(b"\xe2\x9a"), "\\xe2\\x9a");
        assert_eq!(printable("\u{202e}x".as_bytes()), "\\u{202e}x");
    }

    #[test]
    fn scores_are_told_in_deviations_from_the_mean() {
        let mut scores = [1.0, 3.0];
        standardise(&mut scores);
        assert_eq!(scores, [-1.0, 1.0]);
        let mut same = [2.0, 2.0];
        standardise(&mut same);
        assert_eq!(same, [0.0, 0.0]);
    }

    #[test]
    fn the_largest_are_found_in_order_and_equals_by_place() {
        let scores = [1.0, 5.0, -3.0, 5.0, 2.0];
        assert_eq!(largest(&scores, 3, |score| score), [1, 3, 4]);
        assert_eq!(largest(&scores, 2, |score| -score), [2, 0]);
        assert_eq!(largest(&scores, 9, |score| score), [1, 3, 4, 0, 2]);
        assert!(largest(&[], 2, |score| score).is_empty());
    }

    #[test]
    fn the_largest_components_come_first_with_their_share() {
        let components = components(vec![(1, 1.0), (4, -2.0), (7, 0.5)], 2);
        assert_eq!(components.iter().map(|component| component.index).collect::<Vec<_>>(), [4, 1]);
        assert!((components[0].energy - 4.0 / 5.25).abs() < 1e-6);
    }
}
