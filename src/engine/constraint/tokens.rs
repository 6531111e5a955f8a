//! The prefix tree of a model's tokens that llguidance works on.

use std::fmt;
use std::sync::{Arc, OnceLock};

use llguidance::ParserFactory;
use llguidance::toktrie::{self, ApproximateTokEnv, InferenceCapabilities, TokRxInfo, TokTrie};

use super::schema::llg;
use crate::engine::model::Model;

/// toktrie takes tokens of up to 1024 bytes. Longer ones (runs of spaces) are never chosen under a schema.
const MAX_TOKEN_BYTES: usize = 1000;
/// Bytes of all tokens, and so nodes of the tree: toktrie counts them in 22 bits.
const MAX_BYTES: usize = 1 << 22;
/// Tokens of a model: toktrie counts them in 24 bits.
const MAX_TOKENS: u32 = (1 << 24) - 1;

/// The tree of a model; built when a schema is first used, once per model.
#[derive(Default)]
pub(in crate::engine) struct TokenTree(OnceLock<Result<ParserFactory, String>>);

impl TokenTree {
    /// The tree of `model`, which this belongs to.
    ///
    /// # Errors
    /// Why this model cannot follow any schema.
    pub fn of(&self, model: &Model) -> Result<&ParserFactory, String> {
        self.0.get_or_init(|| factory(model)).as_ref().map_err(Clone::clone)
    }
}

impl fmt::Debug for TokenTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.0.get().is_some() { "built" } else { "not built" };
        f.debug_tuple("TokenTree").field(&state).finish()
    }
}

fn factory(model: &Model) -> Result<ParserFactory, String> {
    let end = model.end_token().ok_or("the model has no token that ends an answer")?;
    let (mut texts, mut ends) = (vec![], vec![end.0.cast_unsigned()]);
    for token in model.tokens() {
        let does_end = token == end || model.ends_answer(token);
        if does_end && token != end {
            ends.push(token.0.cast_unsigned());
        }
        // The bytes that are shown. A token that ends the answer shows nothing, whatever its text is.
        let bytes = if does_end { vec![] } else { model.piece(token) };
        texts.push(if bytes.len() > MAX_TOKEN_BYTES { vec![] } else { bytes });
    }
    let n_bytes: usize = texts.iter().map(Vec::len).sum();
    if n_bytes >= MAX_BYTES {
        return Err(format!("the vocabulary of the model has {n_bytes} bytes, more than llguidance takes"));
    }
    let n_tokens = u32::try_from(texts.len()).ok().filter(|n_tokens| *n_tokens < MAX_TOKENS);
    let n_tokens = n_tokens.ok_or("the model has more tokens than llguidance takes")?;
    let tree = TokTrie::from(&TokRxInfo::new(n_tokens, end.0.cast_unsigned()), &texts).with_eos_tokens(&ends);
    of_tree(tree)
}

/// What makes parsers on `tree`. Without llguidance's slices: for 200,000 tokens they cost 65 MB and 0.4 s, and save at
/// most 2 ms where the likeliest token is not allowed.
pub(super) fn of_tree(tree: TokTrie) -> Result<ParserFactory, String> {
    let tokens: toktrie::TokEnv = Arc::new(ApproximateTokEnv::new(tree));
    let mut factory = ParserFactory::new(&tokens, InferenceCapabilities::default(), &[])
        .map_err(|error| format!("the vocabulary of the model cannot be used: {error}"))?;
    factory.quiet();
    *factory.limits_mut() = llg::limits();
    Ok(factory)
}
