//! A model that runs: loading, verifying vectors, and a scheduler that decodes, steers, samples and reads hidden states.
//!
//! The engine speaks tokens and knows nothing of conversations or terminals. Steering goes in as a value
//! ([`Steering`]), made of vectors that [`Model::verify`] has tried; how it reaches llama.cpp stays in here.

mod attention;
mod cancel;
mod constraint;
mod context_params;
mod control_texts;
mod distribution;
mod error;
mod explain;
mod ffi;
mod gguf_validation;
mod handle;
mod hidden_states;
mod lead;
mod logits;
mod memory;
mod model;
mod operation;
mod options;
#[cfg(feature = "portable")]
mod processor;
mod reading;
mod repack;
mod request;
mod sampler;
mod scheduler;
mod scorer;
mod self_test;
mod session;
mod steering;
mod stop_strings;
mod text_stream;
mod verified;

pub use cancel::{CancelToken, Interrupter};
pub use constraint::{ConstraintSpec, SchemaError};
pub use context_params::{ContextParams, slots_that_fit};
pub use distribution::{divergence, log_probabilities, surprise};
pub use error::EngineError;
pub use explain::{Component, ExplainedLayer, ScoredToken, explain};
pub use ffi::{Abort, on_abort};
pub use handle::{Handle, OwnedEvent, Stream};
pub use hidden_states::HiddenStates;
pub use model::{LoadOptions, Model, Outline, Token};
pub use options::{CacheType, ContextOptions, DEFAULT_MAX_CONTEXT, FlashAttention, Many, Speculation};
pub use reading::Reading;
pub use request::{Completion, Event, FinishReason, Limits, Request, RequestId, Reuse, Timings, Wanted};
pub use sampler::{Sampler, Sampling};
pub use scheduler::{Scheduler, Sink};
pub use scorer::Scorer;
pub use session::Session;
pub use steering::{PartialSteering, Steering, SteeringVector};
pub use verified::{Trial, VerifiedVector};
