//! How a context is made.

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

/// Sizes and switches of a context.
#[derive(Debug, Clone)]
pub struct ContextOptions {
    /// Tokens the KV cache holds, all sequences together.
    pub n_ctx: u32,
    /// Rows of one decode call (a micro-batch).
    pub n_batch: u32,
    /// Sequences that can be in the cache at once.
    pub n_seq_max: u32,
    /// Rows of one decode call that can ask for output.
    pub n_outputs_max: u32,
    /// Threads that compute.
    pub threads: i32,
    /// Fused attention or not.
    pub flash_attention: FlashAttention,
    /// Number format of the cache.
    pub cache_type: CacheType,
    /// Whether hidden states can be read.
    pub capture: bool,
    /// One cache for all sequences, or else a part of it for each (`kv_unified`). A sequence with a part of its own
    /// attends to nothing but that, so it costs the same however many others there are.
    pub unified_cache: bool,
    /// Whether a session guesses ahead.
    pub speculation: Speculation,
    /// What is different for many conversations at once.
    pub many: Many,
}

/// What somebody asked for, also for [`ContextOptions::for_many`]; `None` is what was measured to be best for many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Many {
    /// Threads that compute.
    pub threads: Option<i32>,
    /// Fused attention or not.
    pub flash_attention: Option<FlashAttention>,
}

/// Contexts are not made longer than this unless asked for: a model trained on 128k tokens would otherwise take
/// gigabytes of cache for a chat.
pub const DEFAULT_MAX_CONTEXT: u32 = 4096;

impl ContextOptions {
    /// One conversation on a model; `n_ctx` overrides the length of the context.
    #[must_use]
    pub fn for_chat(model: Outline, n_ctx: Option<NonZeroU32>) -> Self {
        let n_ctx = n_ctx.map_or_else(|| model.n_ctx_train.clamp(1, DEFAULT_MAX_CONTEXT), NonZeroU32::get);
        Self {
            n_ctx,
            n_batch: 512,
            n_seq_max: 1,
            n_outputs_max: 1,
            threads: default_threads(model),
            flash_attention: super::attention::default_attention(model),
            cache_type: CacheType::default(),
            capture: false,
            unified_cache: true,
            speculation: Speculation::default(),
            many: Many::default(),
        }
    }

    /// Many short conversations at once, `n_sequences` of them, with room for `n_ctx` tokens each.
    ///
    /// Attention is fused, also for a tiny model, where the processor is good at that: plain attention looks at the whole part
    /// of a sequence, filled or not (measured on the demo model: 32 conversations took twice as long). And a tiny model has two
    /// threads, because there is more to do between waiting for each other (measured: 1.8 times as fast).
    #[must_use]
    pub fn for_many(&self, n_sequences: u32, n_ctx: u32) -> Self {
        // llama.cpp makes every part of the cache a multiple of this.
        let n_ctx = n_ctx.next_multiple_of(256);
        let flash_attention = match self.many.flash_attention {
            Some(given) => given,
            // It cannot do without.
            None if self.cache_type == CacheType::Q8_0 => FlashAttention::On,
            None => super::attention::of_processor(),
        };
        Self {
            n_ctx: n_ctx.saturating_mul(n_sequences),
            n_seq_max: n_sequences,
            n_outputs_max: n_sequences,
            n_batch: self.n_batch.max(n_sequences),
            threads: self.many.threads.unwrap_or_else(|| self.threads.max(cores().min(2))),
            flash_attention,
            unified_cache: false,
            ..self.clone()
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
fn cores() -> i32 {
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
