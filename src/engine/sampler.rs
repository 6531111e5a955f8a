//! Choosing the next token.

use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use super::constraint::{Constraint, ConstraintSpec};
use super::error::EngineError;
use super::model::{Model, Token};

/// How tokens are chosen. Names and defaults are llama.cpp's.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0 takes the likeliest token every time (greedy).
    pub temperature: f32,
    /// Keep only the `top_k` likeliest; 0 keeps all.
    pub top_k: i32,
    /// Keep the likeliest that together reach this share; 1 keeps all.
    pub top_p: f32,
    /// Keep those at least this likely compared with the likeliest; 0 keeps all.
    pub min_p: f32,
    /// Divide the logits of recent tokens by this; 1 changes nothing.
    pub repeat_penalty: f32,
    /// How many tokens count as recent.
    pub repeat_last_n: i32,
    /// Seed of the choice; `None` takes one from the clock.
    pub seed: Option<u32>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.8,
            top_k: 40,
            top_p: 0.95,
            min_p: 0.05,
            repeat_penalty: 1.0,
            repeat_last_n: 64,
            seed: None,
        }
    }
}

impl Sampling {
    /// The likeliest token, always.
    #[must_use]
    pub fn greedy() -> Self {
        Self { temperature: 0.0, ..Self::default() }
    }
}

/// A sampler chain with its memory of recent tokens.
pub struct Sampler {
    kind: Kind,
    constraint: Option<Constraint>,
    /// Reused for every token: one entry a token of the vocabulary.
    candidates: LlamaTokenDataArray,
}

enum Kind {
    /// No chain: the likeliest token straight from the logits.
    Greedy,
    Chain(LlamaSampler),
}

impl Default for Sampler {
    /// The likeliest token, always.
    fn default() -> Self {
        Self { kind: Kind::Greedy, constraint: None, candidates: LlamaTokenDataArray::new(vec![], false) }
    }
}

impl Sampler {
    /// Makes the chain, in llama.cpp's order: penalties, top-k, top-p, min-p, temperature, choice.
    #[must_use]
    pub fn new(sampling: &Sampling, n_vocab: usize) -> Self {
        let greedy = sampling.temperature <= 0.0;
        let penalised = sampling.repeat_penalty != 1.0 && sampling.repeat_last_n != 0;
        let kind = if greedy && !penalised {
            Kind::Greedy
        } else {
            let mut chain = vec![];
            if penalised {
                let n_vocab = i32::try_from(n_vocab).unwrap_or(i32::MAX);
                chain.push(LlamaSampler::penalties(n_vocab, sampling.repeat_last_n, sampling.repeat_penalty, 0.0, 0.0));
            }
            if greedy {
                chain.push(LlamaSampler::greedy());
            } else {
                chain.push(LlamaSampler::top_k(sampling.top_k));
                chain.push(LlamaSampler::top_p(sampling.top_p, 1));
                chain.push(LlamaSampler::min_p(sampling.min_p, 1));
                chain.push(LlamaSampler::temp(sampling.temperature));
                chain.push(LlamaSampler::dist(sampling.seed.unwrap_or_else(seed_from_clock)));
            }
            Kind::Chain(LlamaSampler::chain_simple(chain))
        };
        Self { kind, constraint: None, candidates: LlamaTokenDataArray::new(vec![], false) }
    }

    /// The same sampler, whose answers on `model` follow `spec`.
    ///
    /// # Errors
    /// [`EngineError::Grammar`], [`EngineError::Schema`] or [`EngineError::Constraint`]: they cannot be.
    pub fn with_constraint(mut self, spec: &ConstraintSpec, model: &Model) -> Result<Self, EngineError> {
        self.constraint = Some(Constraint::new(spec, model)?);
        Ok(self)
    }

    /// A new answer begins: a constraint starts over, recent tokens are remembered.
    pub fn begin(&mut self) {
        if let Some(constraint) = &mut self.constraint {
            constraint.begin();
        }
    }

    /// The next token for `logits` (`[n_vocab]`).
    ///
    /// # Errors
    /// [`EngineError::Constraint`]: the answer can no longer follow its constraint.
    pub fn choose(&mut self, logits: &[f32]) -> Result<Token, EngineError> {
        let wish = self.choose_freely(logits);
        let Some(constraint) = &mut self.constraint else { return Ok(wish) };
        // As llama.cpp does: most wishes are allowed, and trying one token is far cheaper than trying all.
        if constraint.allows(wish)? {
            return Ok(wish);
        }
        fill(&mut self.candidates, logits);
        constraint.restrict(&mut self.candidates)?;
        let second = match &mut self.kind {
            Kind::Greedy => self.candidates.data.iter().map(LlamaTokenData::logit).collect::<Vec<_>>(),
            Kind::Chain(chain) => {
                chain.apply(&mut self.candidates);
                vec![]
            }
        };
        let second = match self.candidates.selected_token() {
            Some(token) => Token(token.0),
            None => likeliest(&second),
        };
        if constraint.allows(second)? { Ok(second) } else { constraint.end() }
    }

    fn choose_freely(&mut self, logits: &[f32]) -> Token {
        let likeliest = likeliest(logits);
        match &mut self.kind {
            Kind::Greedy => likeliest,
            Kind::Chain(chain) => {
                fill(&mut self.candidates, logits);
                chain.apply(&mut self.candidates);
                self.candidates.selected_token().map_or(likeliest, |token| Token(token.0))
            }
        }
    }

    /// Tells the chain that `token` came, so that repetition can be punished.
    ///
    /// # Errors
    /// [`EngineError::Constraint`]: the constraint has failed.
    pub fn accept(&mut self, token: Token) -> Result<(), EngineError> {
        if let Kind::Chain(chain) = &mut self.kind {
            chain.accept(LlamaToken(token.0));
        }
        match &mut self.constraint {
            Some(constraint) => constraint.accept(token),
            None => Ok(()),
        }
    }
}

/// One candidate a token of the vocabulary, none chosen yet.
fn fill(candidates: &mut LlamaTokenDataArray, logits: &[f32]) {
    let ids = 0_i32..;
    candidates.data.clear();
    candidates.data.extend(ids.zip(logits).map(|(id, logit)| LlamaTokenData::new(LlamaToken(id), *logit, 0.0)));
    candidates.selected = None;
    candidates.sorted = false;
}

/// The first token of the largest logit; the same answer as llama.cpp's greedy sampler.
pub(super) fn likeliest(logits: &[f32]) -> Token {
    let mut best = (0, f32::NEG_INFINITY);
    for (id, &logit) in (0_i32..).zip(logits) {
        if logit > best.1 {
            best = (id, logit);
        }
    }
    Token(best.0)
}

fn seed_from_clock() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    now.subsec_nanos() ^ (now.as_secs() as u32).rotate_left(16) ^ std::process::id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greedy_takes_the_first_of_equals() {
        let mut sampler = Sampler::new(&Sampling::greedy(), 4);
        assert_eq!(sampler.choose(&[0.5, 2.0, 2.0, -1.0]).unwrap(), Token(1));
    }

    #[test]
    fn the_same_seed_makes_the_same_choices_and_another_seed_others() {
        let logits: Vec<f32> = (0..64_u8).map(|i| f32::from(i % 7)).collect();
        let choices = |seed| {
            let mut sampler = Sampler::new(&Sampling { seed: Some(seed), ..Sampling::default() }, logits.len());
            (0..32).map(|_| sampler.choose(&logits).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(choices(1), choices(1));
        assert_ne!(choices(1), choices(2));
    }

    #[test]
    fn a_repeat_penalty_moves_the_choice_away_even_without_chance() {
        let sampling = Sampling { repeat_penalty: 2.0, ..Sampling::greedy() };
        let mut sampler = Sampler::new(&sampling, 3);
        let first = sampler.choose(&[1.0, 3.0, 2.0]).unwrap();
        sampler.accept(first).unwrap();
        assert_eq!((first, sampler.choose(&[1.0, 3.0, 2.0]).unwrap()), (Token(1), Token(2)));
    }

    #[test]
    fn top_k_of_one_is_greedy() {
        let mut sampler = Sampler::new(&Sampling { top_k: 1, seed: Some(3), ..Sampling::default() }, 3);
        assert_eq!(sampler.choose(&[1.0, 3.0, 2.0]).unwrap(), Token(1));
    }
}
