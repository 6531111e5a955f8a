//! A model that runs: loading, decoding, steering, capture of hidden states, sampling.
//!
//! The engine speaks tokens and knows nothing of conversations or terminals. Steering goes in as a value
//! ([`Steering`]); how it reaches llama.cpp stays in here.

mod attention;
mod boundary;
mod capture;
mod constraint;
mod distribution;
mod error;
mod explain;
mod live_check;
mod logits;
pub mod logs;
mod memory;
mod model;
mod options;
mod parallel;
#[cfg(feature = "portable")]
mod processor;
mod repack;
mod sampler;
mod scorer;
mod session;
mod steering;
mod suitable;
mod text_stream;

pub use capture::{HiddenStates, Reading};
pub use constraint::{ConstraintSpec, SchemaError};
pub use distribution::{divergence, log_probabilities, surprise};
pub use error::EngineError;
pub use explain::{Component, ExplainedLayer, ScoredToken, explain};
pub use model::{LoadOptions, Model, Outline, Token};
pub use options::{CacheType, ContextOptions, DEFAULT_MAX_CONTEXT, FlashAttention, Many, Speculation};
pub use parallel::{Done, Job, ParallelSession, Work, sequences_that_fit};
pub use sampler::{Sampler, Sampling};
pub use scorer::Scorer;
pub use session::{Answer, FinishReason, Interrupter, Limits, Session};
pub use steering::{PartialSteering, Steering, SteeringVector};
