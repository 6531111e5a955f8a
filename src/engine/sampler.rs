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
    /// How many tokens count as recent, those of the prompt included; −1 for as many as the context holds.
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

/// A sampler chain.
pub struct Sampler {
    penalty: Option<Penalty>,
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

/// The penalty on recent tokens. What is recent is read from the prompt when an answer begins, as llama.cpp's programs do
/// it, so that it is never something that a conversation no longer holds.
struct Penalty {
    factor: f32,
    last_n: i32,
    n_vocab: i32,
    /// Its window, once an answer has begun.
    window: Option<LlamaSampler>,
}

impl Penalty {
    fn begin(&mut self, prompt: &[Token], n_ctx: usize) {
        let n = usize::try_from(self.last_n).unwrap_or(n_ctx);
        let last_n = i32::try_from(n).unwrap_or(i32::MAX);
        let mut window = LlamaSampler::penalties(self.n_vocab, last_n, self.factor, 0.0, 0.0);
        for token in &prompt[prompt.len().saturating_sub(n)..] {
            window.accept(LlamaToken(token.0));
        }
        self.window = Some(window);
    }
}

impl Default for Sampler {
    /// The likeliest token, always.
    fn default() -> Self {
        Self {
            penalty: None,
            kind: Kind::Greedy,
            constraint: None,
            candidates: LlamaTokenDataArray::new(vec![], false),
        }
    }
}

/// llama.cpp takes this seed for "any" (`LLAMA_DEFAULT_SEED`).
const ANY_SEED: u32 = u32::MAX;

impl Sampler {
    /// Makes the chain, in llama.cpp's order: penalties, top-k, top-p, min-p, temperature, choice.
    #[must_use]
    pub fn new(sampling: &Sampling, n_vocab: usize) -> Self {
        let penalised = sampling.repeat_penalty != 1.0 && sampling.repeat_last_n != 0;
        let penalty = penalised.then(|| Penalty {
            factor: sampling.repeat_penalty,
            last_n: sampling.repeat_last_n,
            n_vocab: i32::try_from(n_vocab).unwrap_or(i32::MAX),
            window: None,
        });
        let kind = if sampling.temperature <= 0.0 {
            Kind::Greedy
        } else {
            let seed = match sampling.seed {
                // Its neighbour stands in for it, so that every seed gives the same answer again.
                Some(ANY_SEED) => ANY_SEED - 1,
                Some(seed) => seed,
                None => seed_from_clock(),
            };
            Kind::Chain(LlamaSampler::chain_simple([
                LlamaSampler::top_k(sampling.top_k),
                LlamaSampler::top_p(sampling.top_p, 1),
                LlamaSampler::min_p(sampling.min_p, 1),
                LlamaSampler::temp(sampling.temperature),
                LlamaSampler::dist(seed),
            ]))
        };
        Self { penalty, kind, constraint: None, candidates: LlamaTokenDataArray::new(vec![], false) }
    }

    /// The same sampler, whose answers on `model` follow `spec`.
    ///
    /// # Errors
    /// [`EngineError::Grammar`], [`EngineError::Schema`] or [`EngineError::Constraint`]: they cannot be.
    pub fn with_constraint(mut self, spec: &ConstraintSpec, model: &Model) -> Result<Self, EngineError> {
        self.constraint = Some(Constraint::new(spec, model)?);
        Ok(self)
    }

    /// A new answer begins, to `prompt` in a context of `n_ctx` tokens: a constraint starts over, and what is recent is
    /// the end of the prompt. The scheduler says so for every request.
    pub fn begin(&mut self, prompt: &[Token], n_ctx: usize) {
        if let Some(penalty) = &mut self.penalty {
            penalty.begin(prompt, n_ctx);
        }
        if let Some(constraint) = &mut self.constraint {
            constraint.begin();
        }
    }

    /// Whether answers must follow something.
    #[must_use]
    pub fn is_constrained(&self) -> bool {
        self.constraint.is_some()
    }

    /// The next token for `logits` (`[n_vocab]`).
    ///
    /// # Errors
    /// [`EngineError::Constraint`]: the answer can no longer follow its constraint.
    pub fn choose(&mut self, logits: &[f32]) -> Result<Token, EngineError> {
        let wish = self.choose_freely(logits, &[]);
        let Some(constraint) = &mut self.constraint else { return Ok(wish) };
        // As llama.cpp does: most wishes are allowed, and trying one token is far cheaper than trying all.
        if constraint.allows(wish)? {
            return Ok(wish);
        }
        fill(&mut self.candidates, logits);
        constraint.restrict(&mut self.candidates)?;
        let second = self.pick();
        let Some(constraint) = &mut self.constraint else { return Ok(second) };
        if constraint.allows(second)? { Ok(second) } else { constraint.end() }
    }

    /// The next token for `logits` (`[n_vocab]`), whatever the constraint says, and none of `banned`.
    pub(super) fn choose_freely(&mut self, logits: &[f32], banned: &[Token]) -> Token {
        if matches!(self.kind, Kind::Greedy) && self.penalty.is_none() && banned.is_empty() {
            return likeliest(logits);
        }
        fill(&mut self.candidates, logits);
        for token in banned {
            let candidate = usize::try_from(token.0).ok().and_then(|id| self.candidates.data.get_mut(id));
            if let Some(candidate) = candidate {
                candidate.set_logit(f32::NEG_INFINITY);
            }
        }
        self.pick()
    }

    /// The choice among the candidates.
    fn pick(&mut self) -> Token {
        if let Some(window) = self.penalty.as_mut().and_then(|penalty| penalty.window.as_mut()) {
            window.apply(&mut self.candidates);
        }
        if let Kind::Chain(chain) = &mut self.kind {
            chain.apply(&mut self.candidates);
        }
        match self.candidates.selected_token() {
            Some(token) => Token(token.0),
            None => first_of_largest(self.candidates.data.iter().map(|it| (it.id().0, it.logit()))),
        }
    }

    /// Tells the sampler that `token` came.
    ///
    /// # Errors
    /// [`EngineError::Constraint`]: the constraint has failed.
    pub fn accept(&mut self, token: Token) -> Result<(), EngineError> {
        self.accept_freely(token);
        match &mut self.constraint {
            Some(constraint) => constraint.accept(token),
            None => Ok(()),
        }
    }

    /// The same for a token that is none of the constraint's business.
    pub(super) fn accept_freely(&mut self, token: Token) {
        if let Some(window) = self.penalty.as_mut().and_then(|penalty| penalty.window.as_mut()) {
            window.accept(LlamaToken(token.0));
        }
        if let Kind::Chain(chain) = &mut self.kind {
            chain.accept(LlamaToken(token.0));
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
    first_of_largest((0_i32..).zip(logits.iter().copied()))
}

fn first_of_largest(logits: impl Iterator<Item = (i32, f32)>) -> Token {
    let mut best = (0, f32::NEG_INFINITY);
    for (id, logit) in logits {
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
        sampler.begin(&[], 8);
        let first = sampler.choose(&[1.0, 3.0, 2.0]).unwrap();
        sampler.accept(first).unwrap();
        assert_eq!((first, sampler.choose(&[1.0, 3.0, 2.0]).unwrap()), (Token(1), Token(2)));
    }

    /// llama.cpp takes −1 for "no window at all".
    #[test]
    fn a_window_of_minus_one_is_the_whole_context_and_not_nothing() {
        let sampling = Sampling { repeat_penalty: 2.0, repeat_last_n: -1, ..Sampling::greedy() };
        let mut sampler = Sampler::new(&sampling, 3);
        sampler.begin(&[Token(1), Token(0), Token(0)], 8);
        assert_eq!(sampler.choose(&[1.0, 3.0, 2.0]).unwrap(), Token(2));
        // With a window of two, the 1 is no longer recent.
        let mut sampler = Sampler::new(&Sampling { repeat_last_n: 2, ..sampling }, 3);
        sampler.begin(&[Token(1), Token(0), Token(0)], 8);
        assert_eq!(sampler.choose(&[1.0, 3.0, 2.0]).unwrap(), Token(1));
    }

    /// `/reset`, `/regen`, `/undo`, `/edit` and `/load` change what the next prompt holds, and nothing else counts.
    #[test]
    fn what_is_recent_begins_anew_with_every_answer() {
        let sampling = Sampling { repeat_penalty: 2.0, ..Sampling::greedy() };
        let mut sampler = Sampler::new(&sampling, 3);
        for _ in 0..3 {
            sampler.begin(&[Token(0)], 8);
            assert_eq!(sampler.choose(&[1.0, 3.0, 2.0]).unwrap(), Token(1));
            sampler.accept(Token(1)).unwrap();
        }
    }

    #[test]
    fn the_largest_seed_is_a_seed_like_any_other() {
        let logits: Vec<f32> = (0..64_u8).map(|i| f32::from(i % 7)).collect();
        let choices = || {
            let sampling = Sampling { seed: Some(u32::MAX), ..Sampling::default() };
            let mut sampler = Sampler::new(&sampling, logits.len());
            (0..32).map(|_| sampler.choose(&logits).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(choices(), choices());
    }

    #[test]
    fn banned_tokens_are_not_chosen() {
        let mut sampler = Sampler::new(&Sampling::greedy(), 3);
        assert_eq!(sampler.choose_freely(&[1.0, 3.0, 2.0], &[Token(1), Token(9)]), Token(2));
    }

    #[test]
    fn top_k_of_one_is_greedy() {
        let mut sampler = Sampler::new(&Sampling { top_k: 1, seed: Some(3), ..Sampling::default() }, 3);
        assert_eq!(sampler.choose(&[1.0, 3.0, 2.0]).unwrap(), Token(1));
    }
}
