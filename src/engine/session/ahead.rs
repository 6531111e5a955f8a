//! Tokens that were guessed and processed, and not chosen yet.

use super::super::boundary::Decoded;
use super::super::error::EngineError;
use super::super::model::Token;
use super::{Answer, Session};

/// A guess in the cache, behind what the session counts as cached.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    tokens: Vec<Token>,
    /// So many of them the sampler has chosen since.
    right: usize,
}

impl Ahead {
    pub fn tokens(&self) -> impl Iterator<Item = Token> + '_ {
        self.tokens.iter().copied()
    }

    /// Whether `token`, which the sampler chose, is what was guessed.
    pub fn confirms(&mut self, token: Token) -> bool {
        let is_right = self.tokens.get(self.right) == Some(&token);
        self.right += usize::from(is_right);
        is_right
    }
}

impl Session<'_> {
    /// What may come after `token`, if that is worth trying; at most `left` tokens are still wanted.
    pub(super) fn guess(&mut self, token: Token, left: Option<usize>) -> Ahead {
        let room = self.context.n_ctx() - self.cached.len() - 1;
        // A decode call takes no more than a micro-batch.
        let most = room.min(left.unwrap_or(usize::MAX)).min(self.context.n_batch() - 1);
        Ahead { tokens: self.drafter.draft(&self.cached, token, most), right: 0 }
    }

    /// Takes what was guessed wrongly out of the cache again, and learns from it.
    pub(super) fn leave(&mut self, ahead: &mut Ahead, answer: &mut Answer) -> Result<(), EngineError> {
        let Ahead { tokens, right } = std::mem::take(ahead);
        answer.drafted_tokens += tokens.len();
        answer.accepted_tokens += right;
        self.drafter.learn(tokens.len(), right);
        if right < tokens.len() && !self.context.truncate_sequence(0, self.cached.len()) {
            // A kind of cache that cannot be cut: what is known is processed anew, and nothing guessed again.
            self.drafter = super::Drafter::new(super::Speculation::Off);
            let known = std::mem::take(&mut self.cached);
            self.context.clear_cache();
            if self.process(&known)? == Decoded::Interrupted {
                return Err(EngineError::Interrupted);
            }
        }
        Ok(())
    }
}
