//! Where hidden states lie in mapped files.

use super::element::Element;

/// Where the states of one layer lie: prompt `row`'s state is the `n_embd` values from byte `start + row × stride` of file
/// number `file`. Nothing has to be aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerPlace {
    /// Which of the dump's files.
    pub file: usize,
    /// Byte of the first prompt's state.
    pub start: usize,
    /// Bytes from one prompt's state to the next one's.
    pub stride: usize,
    /// Number format.
    pub element: Element,
}

impl LayerPlace {
    /// Byte range of the state of prompt `row`.
    pub(super) fn row(&self, row: usize, n_embd: usize) -> std::ops::Range<usize> {
        let start = self.start + row * self.stride;
        start..start + n_embd * self.element.size()
    }
}

/// Where the states of the prompts from row `first` on lie, up to the next part.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its first row.
    pub first: usize,
    /// An entry a layer; `None` where nobody has the states, or they cannot be used.
    pub layers: Vec<Option<LayerPlace>>,
}
