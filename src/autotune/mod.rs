//! Which settings are fastest for a model on this machine: measured once, remembered, and used from then on.
//!
//! What is fastest depends on processor, memory and model by factors: fused attention, for example, wins in the first
//! hundred tokens of a conversation, and a thousand tokens later it loses by more than two to one on some processors.

mod fidelity;
mod measure;
mod store;

use serde::{Deserialize, Serialize};

use crate::engine::{CacheType, ContextOptions, FlashAttention};

pub use fidelity::{Fidelity, MAX_MEAN_KL, MAX_WORST_KL};
pub use measure::{Row, Verdict, tune};
pub use store::{Store, StoreError, Tuned};

/// What is chosen by measuring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Threads that compute.
    pub threads: i32,
    /// Tokens of a prompt that are processed at once.
    pub batch: u32,
    /// Fused attention or not.
    pub flash_attention: FlashAttention,
    /// Number format of the KV cache.
    pub cache_type: CacheType,
}

impl Settings {
    /// What `options` say.
    #[must_use]
    pub fn of(options: &ContextOptions) -> Self {
        Self {
            threads: options.threads,
            batch: options.n_batch,
            flash_attention: options.flash_attention,
            cache_type: options.cache_type,
        }
    }

    /// `options` with these settings.
    #[must_use]
    pub fn apply(self, options: &ContextOptions) -> ContextOptions {
        ContextOptions {
            threads: self.threads,
            n_batch: self.batch.min(options.n_ctx),
            flash_attention: self.flash_attention,
            cache_type: self.cache_type,
            ..options.clone()
        }
    }
}
