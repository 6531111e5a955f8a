//! Which block an array or an index stands for.

use super::array::Array;

/// How a source counts layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// 0 is the output of block 0.
    Blocks,
    /// Hugging Face's `hidden_states`: 0 is the embeddings, il + 1 the output of block il.
    HuggingFace,
}

impl Numbering {
    /// The number that block 0 has.
    pub(super) fn first(self) -> usize {
        match self {
            Self::Blocks => 0,
            Self::HuggingFace => 1,
        }
    }
}

/// The layer number in each name: the one run of digits that tells all the names apart. `None` if there is none, or
/// more than one.
pub(super) fn numbers_in(arrays: &[&Array]) -> Option<Vec<usize>> {
    let runs: Vec<Vec<&str>> = arrays
        .iter()
        .map(|array| array.name.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect())
        .collect();
    let n_runs = runs.first()?.len();
    if runs.iter().any(|runs| runs.len() != n_runs) {
        return None;
    }
    let mut found = None;
    for place in 0..n_runs {
        let numbers: Option<Vec<usize>> = runs.iter().map(|runs| runs[place].parse().ok()).collect();
        let numbers = numbers?;
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        if sorted.windows(2).all(|pair| pair[0] < pair[1]) {
            if found.is_some() {
                return None;
            }
            found = Some(numbers);
        }
    }
    found
}

/// Layers whose numbers give no blocks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Uncounted {
    /// Either count is possible; `layer` is the largest number.
    TwoWays { layer: usize },
    /// What does not suit the model.
    Unsuited(String),
}

/// Which numbering has `numbers` (of the layers that are there) for a model of `n_layer` blocks, as `asked` or found
/// out. The error says what does not suit.
pub(super) fn numbering(numbers: &[usize], n_layer: usize, asked: Option<Numbering>) -> Result<Numbering, Uncounted> {
    let largest = numbers.iter().max().copied().unwrap_or(0);
    // Only Hugging Face's count reaches n_layer.
    let found = if largest >= n_layer { Numbering::HuggingFace } else { Numbering::Blocks };
    let numbering = asked.unwrap_or(found);
    let first = numbering.first();
    let last = n_layer - 1 + first;
    if largest > last {
        let reason = format!("it has layer {largest}, but the model's {n_layer} blocks are {first} to {last}");
        return Err(Uncounted::Unsuited(reason));
    }
    // Between layer 1 and the last but one, both counts are possible.
    let is_known = asked.is_some()
        || numbers.contains(&0) && !numbers.contains(&n_layer) && numbers.len() == n_layer
        || largest == n_layer;
    if !is_known {
        return Err(Uncounted::TwoWays { layer: largest });
    }
    if !numbers.iter().any(|number| *number >= first) {
        let reason = format!("it has none of the model's {n_layer} blocks, which are {first} to {last}");
        return Err(Uncounted::Unsuited(reason));
    }
    Ok(numbering)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::Element;
    use crate::imports::array::Format;

    fn named(names: &[&str]) -> Option<Vec<usize>> {
        let array = |name: &&str| Array {
            name: (*name).to_owned(),
            file: 0,
            start: 0,
            shape: vec![],
            format: Format::Float(Element::F32),
            is_fortran: false,
        };
        let arrays: Vec<_> = names.iter().map(array).collect();
        numbers_in(&arrays.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_number_that_differs_is_the_layer() {
        assert_eq!(named(&["h10", "h2"]), Some(vec![10, 2]));
        assert_eq!(named(&["model.layers.0.out_f32", "model.layers.1.out_f32"]), Some(vec![0, 1]));
        assert_eq!(named(&["layer_00", "layer_01"]), Some(vec![0, 1]));
        assert_eq!(named(&["a", "b"]), None);
        assert_eq!(named(&["a1", "b1"]), None);
        assert_eq!(named(&["1 of 3", "2 of 4"]), None);
        assert_eq!(named(&["h1", "h1x2"]), None);
        assert_eq!(named(&["h99999999999999999999999"]), None);
    }

    #[test]
    fn numberings_are_told_apart_and_doubt_is_named() {
        let of = |numbers: &[usize], asked| numbering(numbers, 3, asked);
        assert_eq!(of(&[2, 0, 1], None), Ok(Numbering::Blocks));
        assert_eq!(of(&[0, 1, 2, 3], None), Ok(Numbering::HuggingFace));
        assert_eq!(of(&[1, 2, 3], None), Ok(Numbering::HuggingFace));
        assert_eq!(of(&[1, 2, 3], Some(Numbering::HuggingFace)), Ok(Numbering::HuggingFace));
        assert_eq!(of(&[0, 1, 2], Some(Numbering::HuggingFace)), Ok(Numbering::HuggingFace));
        assert_eq!(of(&[1, 3], None), Ok(Numbering::HuggingFace));
        assert_eq!(of(&[1, 2], Some(Numbering::Blocks)), Ok(Numbering::Blocks));
        assert_eq!(of(&[1, 2], None), Err(Uncounted::TwoWays { layer: 2 }));
        assert_eq!(of(&[0, 1], None), Err(Uncounted::TwoWays { layer: 1 }));
        let unsuited = |numbers: &[usize], asked, words: &str| match of(numbers, asked) {
            Err(Uncounted::Unsuited(reason)) => assert!(reason.contains(words), "{reason}"),
            other => panic!("{other:?}"),
        };
        unsuited(&[0], Some(Numbering::HuggingFace), "none of the model's 3 blocks");
        unsuited(&[0, 1, 2, 3], Some(Numbering::Blocks), "has layer 3");
        unsuited(&[0, 1, 2, 3, 4], None, "has layer 4");
    }
}
