//! Guessing the next tokens without a second model: what followed the last time that the same few tokens were said
//! (prompt lookup). Answers that quote their prompt, or themselves, are foreseen for many tokens at a time, and to
//! process several tokens at once costs little more than one.
//!
//! A guess is only a guess: the sampler chooses every token from the model's own logits, in the same order and with
//! the same chance as without, and a guess that it does not choose is removed from the cache. What differs is the shape
//! of the batch, and with it the last bits of the logits.
//!
//! Whether guessing pays is decided by counting, not by the clock, so that two runs guess alike.

use super::super::model::Token;
use super::super::options::Speculation;

/// Tokens that must have been said before in the same order. Two are said again by chance far too often.
const ALIKE: usize = 3;

/// More alike tokens than this make a guess no better.
const ENOUGH_ALIKE: usize = 16;

/// Guesses are this long: with the token before them they make a batch of 4 or 8 rows, which is what llama.cpp's
/// products on a CPU are cut into. Others cost more, not less.
const LENGTHS: [usize; 2] = [3, 7];

/// After guesses that did not pay, this many tokens at most pass before the next one.
const LONGEST_REST: u32 = 128;

/// A guess pays if at least one in so many of its tokens was right: its rows cost more than a token alone.
const PAYING_SHARE: usize = 2;

/// Guesses, and learns from what became of them.
#[derive(Debug)]
pub(super) struct PromptLookup {
    mode: Speculation,
    /// Which of [`LENGTHS`] is tried next.
    size: usize,
    /// Guesses in a row that did not pay.
    failures: u32,
    /// Tokens to pass before the next guess.
    rest: u32,
}

impl PromptLookup {
    pub fn new(mode: Speculation) -> Self {
        Self { mode, size: 0, failures: 0, rest: 0 }
    }

    /// The longest guess that is ever made.
    pub fn longest(mode: Speculation) -> usize {
        match mode {
            Speculation::Off => 0,
            Speculation::Auto => LENGTHS[LENGTHS.len() - 1],
            Speculation::Always(n) => usize::from(n.get()),
        }
    }

    /// What may come after `known` and then `token`, at most `most` tokens; often nothing.
    pub fn draft(&mut self, known: &[Token], token: Token, most: usize) -> Vec<Token> {
        let length = match self.mode {
            Speculation::Off => return vec![],
            Speculation::Always(n) => usize::from(n.get()).min(most),
            Speculation::Auto if self.rest > 0 => {
                self.rest -= 1;
                return vec![];
            }
            // A guess that is cut short costs as much as a whole one.
            Speculation::Auto => match LENGTHS[..=self.size].iter().rev().find(|length| **length <= most) {
                Some(length) => *length,
                None => return vec![],
            },
        };
        follow(known, token, length)
    }

    /// Of the last guess of `drafted` tokens so many were right.
    pub fn learn(&mut self, drafted: usize, right: usize) {
        if drafted == 0 {
            return;
        }
        if right == drafted {
            self.size = (self.size + 1).min(LENGTHS.len() - 1);
        } else if right < LENGTHS[0] {
            self.size = 0;
        }
        if right * PAYING_SHARE >= drafted {
            self.failures = 0;
            return;
        }
        self.failures += 1;
        self.rest = 2_u32.saturating_pow(self.failures + 1).min(LONGEST_REST);
    }
}

/// The `n` tokens that followed the longest, latest place in `known` that ends like `known` and `token`. Where `known`
/// ends before, the guess goes on with itself: what is said in rounds goes on in rounds.
fn follow(known: &[Token], token: Token, n: usize) -> Vec<Token> {
    if n == 0 || known.len() < ALIKE {
        return vec![];
    }
    let alike_before = |end: usize| {
        let pairs = known[..end].iter().rev().zip(known.iter().rev());
        1 + pairs.take(ENOUGH_ALIKE).take_while(|(a, b)| a == b).count()
    };
    let mut best = (ALIKE - 1, 0);
    for at in (ALIKE - 1..known.len()).rev().filter(|at| known[*at] == token) {
        let alike = alike_before(at);
        if alike > best.0 {
            best = (alike, at + 1);
        }
        if alike > ENOUGH_ALIKE {
            break;
        }
    }
    let (_, start) = best;
    if start == 0 {
        return vec![];
    }
    let mut said = known[start..].to_vec();
    said.push(token);
    said.iter().copied().cycle().take(n).collect()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU8;

    use proptest::prelude::*;

    use super::*;

    fn tokens(ids: &[i32]) -> Vec<Token> {
        ids.iter().map(|id| Token(*id)).collect()
    }

    #[test]
    fn the_longest_latest_place_is_followed() {
        let known = tokens(&[1, 2, 3, 4, 5, 9, 2, 3, 4, 6, 7, 2, 3]);
        assert_eq!(follow(&known, Token(4), 2), tokens(&[6, 7]));
        // The older place is alike for longer.
        let known = tokens(&[8, 2, 3, 4, 5, 9, 1, 2, 3, 4, 6, 7, 8, 2, 3]);
        assert_eq!(follow(&known, Token(4), 2), tokens(&[5, 9]));
        assert!(follow(&known, Token(5), 2).is_empty());
        assert!(follow(&[], Token(5), 2).is_empty());
    }

    #[test]
    fn rounds_go_on_in_rounds() {
        let known = tokens(&[1, 2, 1, 2, 1]);
        assert_eq!(follow(&known, Token(2), 5), tokens(&[1, 2, 1, 2, 1]));
    }

    #[test]
    fn what_never_pays_is_hardly_ever_tried() {
        let mut lookup = PromptLookup::new(Speculation::Auto);
        let known = tokens(&[1, 2, 3, 4, 5, 1, 2]);
        let mut drafts = 0;
        for _ in 0..1000 {
            let draft = lookup.draft(&known, Token(3), 100);
            drafts += usize::from(!draft.is_empty());
            lookup.learn(draft.len(), 0);
        }
        assert!((5..16).contains(&drafts), "{drafts}");
        assert!(lookup.draft(&known, Token(3), 2).is_empty());
    }

    #[test]
    fn what_pays_is_tried_further() {
        let mut lookup = PromptLookup::new(Speculation::Auto);
        let known = tokens(&[1, 2, 3, 1, 2]);
        let lengths: Vec<usize> = (0..4)
            .map(|_| {
                let n = lookup.draft(&known, Token(3), 100).len();
                lookup.learn(n, n);
                n
            })
            .collect();
        assert_eq!(lengths, [3, 7, 7, 7]);
        let mut always = PromptLookup::new(Speculation::Always(NonZeroU8::new(5).unwrap()));
        always.learn(5, 0);
        assert_eq!(always.draft(&known, Token(3), 100).len(), 5);
        assert_eq!(always.draft(&known, Token(3), 2).len(), 2);
    }

    proptest! {
        /// Whatever was said: a guess is whole or nothing, and made of what was said.
        #[test]
        fn guesses_come_from_what_was_said(ids in prop::collection::vec(0..4_i32, 0..80), n in 0..20_usize) {
            let known = tokens(&ids);
            let guess = follow(&known, Token(1), n);
            prop_assert!(guess.is_empty() || guess.len() == n);
            prop_assert!(guess.iter().all(|token| known.contains(token)));
        }
    }
}
