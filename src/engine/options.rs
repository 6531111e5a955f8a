//! How somebody wants models to run.

use std::num::{NonZeroU8, NonZeroU32};

use serde::{Deserialize, Serialize};

use super::model::Outline;

/// Whether attention runs fused. Which is faster depends on the processor, so a chat's default is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashAttention {
    /// llama.cpp decides.
    Auto,
    /// Fused attention.
    On,
    /// Plain attention.
    #[default]
    Off,
}

/// Number format of the KV cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheType {
    /// 32-bit floats, for exactness tests.
    F32,
    /// 16-bit floats.
    #[default]
    F16,
    /// 8-bit blocks; needs flash attention.
    Q8_0,
}

impl CacheType {
    /// Bits per cached value.
    #[must_use]
    pub fn bits(self) -> u64 {
        match self {
            Self::F32 => 32,
            Self::F16 => 16,
            // A block is 32 values of 8 bits and one 16-bit scale.
            Self::Q8_0 => 9,
        }
    }
}

/// Whether the next tokens are guessed from what was said before and checked together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Speculation {
    /// Never.
    Off,
    /// Where guesses turn out right often enough.
    #[default]
    Auto,
    /// Wherever there is something to guess, so many tokens at once.
    Always(NonZeroU8),
}

/// How somebody wants models to run. What a consumer makes of it is a [`ContextParams`](super::ContextParams).
#[derive(Debug, Clone)]
pub struct ContextOptions {
    /// Tokens of one conversation's cache.
    pub n_ctx: u32,
    /// Rows of one decode call (a micro-batch).
    pub n_batch: u32,
    /// Compute threads.
    pub threads: i32,
    /// Fused attention or not.
    pub flash_attention: FlashAttention,
    /// Number format of the cache.
    pub cache_type: CacheType,
    /// Prompt-lookup speculative decoding.
    pub speculation: Speculation,
    /// What is different for many conversations at once.
    pub many: Many,
}

/// What somebody asked for, also for [`ContextParams::for_many`](super::ContextParams::for_many); `None` is what was
/// measured to be best for many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Many {
    /// Compute threads.
    pub threads: Option<i32>,
    /// Fused attention or not.
    pub flash_attention: Option<FlashAttention>,
}

/// Contexts are not made longer than this unless asked for: a model trained on 128k tokens would otherwise take
/// gigabytes of cache for a chat.
pub const DEFAULT_MAX_CONTEXT: u32 = 4096;

impl ContextOptions {
    /// The defaults for a model; `n_ctx` overrides the length of the context.
    #[must_use]
    pub fn for_chat(model: Outline, n_ctx: Option<NonZeroU32>) -> Self {
        let n_ctx = n_ctx.map_or_else(|| model.n_ctx_train.clamp(1, DEFAULT_MAX_CONTEXT), NonZeroU32::get);
        Self {
            n_ctx,
            n_batch: 512,
            threads: default_threads(model),
            flash_attention: super::attention::default_attention(model),
            cache_type: CacheType::default(),
            speculation: Speculation::default(),
            many: Many::default(),
        }
    }
}

/// Up to this size of the file one thread is faster than two (measured: a model of 3 MB answers 1.7 times as fast),
/// because waiting for each other takes longer than the work.
pub(super) const TINY_BYTES: u64 = 32 << 20;

/// Threads that compute by default: one for tiny models, otherwise every core.
fn default_threads(model: Outline) -> i32 {
    if model.n_bytes <= TINY_BYTES { 1 } else { cores() }
}

/// Every core of a small machine; of a larger one only the physical cores, because two threads on one core share the units
/// that the matrix products keep busy.
pub(super) fn cores() -> i32 {
    let logical = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cores = if logical <= 4 {
        logical
    } else {
        sysinfo::System::physical_core_count().map_or(logical, |physical| physical.min(logical))
    };
    i32::try_from(cores).unwrap_or(1)
}

impl std::fmt::Display for FlashAttention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        })
    }
}

impl std::fmt::Display for CacheType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
        })
    }
}
