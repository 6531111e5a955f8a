//! *Retokenisation*: the prompt is cut into smaller tokens than usual, which breaks suffixes that were optimised token by
//! token. Jain et al. 2023 (arXiv 2309.00614, section 4.3) with BPE-dropout, Provilkov et al. 2020 (arXiv 1910.13267): the
//! merges that make a token of its letters are each left out with probability 0.2.
//!
//! Merges are done anew within each token of the usual tokenisation, from its characters. A pair merges if the two together
//! are a token, the one with the smallest number first: BPE numbers its tokens in the order of merging, whether the file
//! spells the merges out or gives scores instead. So this works for every vocabulary that has tokens for characters or for
//! bytes, needs nothing but the pieces, and without dropout changes nothing. It differs from BPE-dropout in two ways: nothing
//! merges across the border of two usual tokens, and a character that is a token is never cut into bytes.

use super::vocabulary::Vocabulary;
use super::{Call, Case, Step, user};
use crate::engine::Token;
use crate::eval::rng::Rng;

pub(super) const SOURCE: &str = "Jain et al. 2023, arXiv 2309.00614; Provilkov et al. 2020, arXiv 1910.13267";

/// p of Jain et al.
const DROPOUT: f64 = 0.2;

pub(super) fn start(case: Case<'_>) -> Step {
    let call = Call::answer(vec![user(case.prompt)]);
    Step::ask_once(Call { retokenisation: Some(Retokenisation { seed: case.seed, dropout: DROPOUT }), ..call }, 0)
}

/// How to cut a prompt into smaller tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retokenisation {
    /// The seed of the evaluation.
    pub seed: u64,
    /// How likely a merge is left out, from 0 (the usual tokens) to 1 (characters, or bytes).
    pub dropout: f64,
}

impl Retokenisation {
    /// The tokens of a rendered prompt with those of `text`, the last message in it, cut anew. `tokens` are the usual ones,
    /// each with the bytes it stands for, none for control tokens. What stands for control or for the template stays as it
    /// is; only if `text` cannot be found among the bytes, as some tokenizers change what they are given, everything but
    /// control tokens is cut anew.
    #[must_use]
    pub fn apply(&self, tokens: &[(Token, Vec<u8>)], text: &str, vocabulary: &Vocabulary) -> Vec<Token> {
        let bytes: Vec<u8> = tokens.iter().flat_map(|(_, piece)| piece).copied().collect();
        let text = text.trim();
        let found = (!text.is_empty()).then(|| rfind(&bytes, text.as_bytes())).flatten();
        let (start, end) = found.map_or((0, bytes.len()), |start| (start, start + text.len()));
        let mut rng = Rng::new("retokenisation", &[text], self.seed);
        let (mut at, mut result) = (0, Vec::with_capacity(tokens.len() * 2));
        for (token, piece) in tokens {
            let is_of_text = at < end && at + piece.len() > start;
            at += piece.len();
            if is_of_text {
                result.extend(cut(*token, piece, vocabulary, &mut rng, self.dropout));
            } else {
                result.push(*token);
            }
        }
        result
    }
}

/// `token`, which stands for `bytes`, made of its characters again, each merge left out with probability `dropout` each time
/// it could be done, as in algorithm 1 of the paper. The token itself if there is nothing smaller to make it of.
fn cut(token: Token, bytes: &[u8], vocabulary: &Vocabulary, rng: &mut Rng, dropout: f64) -> Vec<Token> {
    let mut ends = ends_of_symbols(bytes, vocabulary);
    let piece_at = |ends: &[usize], number: usize, n: usize| {
        let start = if number == 0 { 0 } else { ends[number - 1] };
        vocabulary.get(&bytes[start..ends[number + n - 1]])
    };
    if ends.len() < 2 || (0..ends.len()).any(|number| piece_at(&ends, number, 1).is_none()) {
        return vec![token];
    }
    let mut is_whole = true;
    loop {
        let possible: Vec<(i32, usize)> = (0..ends.len().saturating_sub(1))
            .filter_map(|number| piece_at(&ends, number, 2).map(|token| (token.id(), number)))
            .collect();
        let kept = possible.iter().filter(|_| !rng.chance(dropout)).min();
        is_whole &= possible.iter().min() == kept;
        let Some((_, number)) = kept else { break };
        ends.remove(*number);
    }
    // No merge was left out, so this is the token, even if a vocabulary merges in an order of its own.
    if is_whole {
        return vec![token];
    }
    (0..ends.len()).filter_map(|number| piece_at(&ends, number, 1)).collect()
}

/// Where the smallest parts end that a token is made of: characters, and bytes where a character is no token or only a part
/// of one is there. Small vocabularies of bytes have few characters.
fn ends_of_symbols(bytes: &[u8], vocabulary: &Vocabulary) -> Vec<usize> {
    let (mut ends, mut at) = (vec![], 0);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let end = at + character.len_utf8();
            let is_token = vocabulary.get(&bytes[at..end]).is_some();
            ends.extend(if is_token { end..=end } else { at + 1..=end });
            at = end;
        }
        ends.extend(at + 1..=at + chunk.invalid().len());
        at += chunk.invalid().len();
    }
    ends
}

fn rfind(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).rposition(|window| window == text)
}
