//! The pieces of text that a model has tokens for.

use std::collections::HashMap;

use crate::engine::{Model, Token};

/// Pieces to tokens, in the order in which the tokenizer's training found them.
#[derive(Debug)]
pub struct Vocabulary {
    tokens: HashMap<Vec<u8>, Token>,
}

impl Vocabulary {
    /// The vocabulary of `model`, without its control tokens.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        Self::new(model.tokens().map(|token| (token, model.piece(token))))
    }

    /// A vocabulary of tokens and the bytes they stand for. Tokens that stand for nothing are left out; of two for the same
    /// bytes the later one counts, as vocabularies with a token for each byte have those before the ordinary ones.
    pub(super) fn new(pieces: impl IntoIterator<Item = (Token, Vec<u8>)>) -> Self {
        let tokens = pieces.into_iter().filter(|(_, piece)| !piece.is_empty()).map(|(token, piece)| (piece, token));
        Self { tokens: tokens.collect() }
    }

    /// The token for exactly these bytes.
    pub(super) fn get(&self, piece: &[u8]) -> Option<Token> {
        self.tokens.get(piece).copied()
    }
}
