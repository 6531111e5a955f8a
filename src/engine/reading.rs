//! Which of a prompt's tokens have their hidden states read.

use std::ops::Range;

/// Which of a prompt's tokens are read, and what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The last one: one row a prompt.
    Last,
    /// The mean of the last so many, or of all if there are fewer: one row a prompt.
    MeanOfLast(usize),
    /// The last so many, a row each, in their order.
    EachOfLast(usize),
}

impl Reading {
    /// Rows that a prompt gives.
    #[must_use]
    pub fn n_rows(self) -> usize {
        match self {
            Self::Last | Self::MeanOfLast(_) => 1,
            Self::EachOfLast(n) => n,
        }
    }

    /// Tokens that are read of a prompt that is long enough.
    pub(super) fn n_tokens(self) -> usize {
        match self {
            Self::Last => 1,
            Self::MeanOfLast(n) | Self::EachOfLast(n) => n,
        }
    }

    /// Positions that are read of a prompt of `n_prompt` tokens.
    pub(super) fn positions(self, n_prompt: usize) -> Range<usize> {
        n_prompt.saturating_sub(self.n_tokens())..n_prompt
    }

    /// Which of the prompt's rows the `index`-th token that is read goes into.
    pub(super) fn row(self, index: usize) -> usize {
        match self {
            Self::Last | Self::MeanOfLast(_) => 0,
            Self::EachOfLast(_) => index,
        }
    }
}
