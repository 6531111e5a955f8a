//! What a context is made with: built from what somebody wants ([`ContextOptions`]) by whoever runs a model.

use super::ffi::state_is_whole;
use super::memory;
use super::model::Model;
use super::options::{CacheType, ContextOptions, FlashAttention, Speculation, cores};
use super::scheduler::longest_draft;

/// Sizes and switches of a context and of the scheduler that owns it.
#[derive(Debug, Clone)]
pub struct ContextParams {
    /// Tokens the KV cache holds, all slots together. A cache that grows begins smaller.
    pub n_ctx: u32,
    /// Rows of one decode call (a micro-batch).
    pub n_batch: u32,
    /// Slots: sequences that can be in the cache at once.
    pub n_slots: u32,
    /// Rows of one decode call that can ask for output.
    pub n_outputs: u32,
    /// Compute threads.
    pub threads: i32,
    /// Fused attention or not.
    pub flash_attention: FlashAttention,
    /// Number format of the cache.
    pub cache_type: CacheType,
    /// One cache for all slots, or else a part of it for each (`kv_unified`). A slot with a part of its own attends to
    /// nothing but that, so it costs the same however many others there are. In a unified cache several prompts are
    /// processed in one call, which only hidden states are read in.
    pub unified_cache: bool,
    /// Whether the eval callback sees block outputs: to read hidden states, and to steer rows of one call differently.
    pub watch: bool,
    /// Whether the cache begins small and grows with the conversation; only with a single slot.
    pub grows: bool,
    /// Prompt-lookup speculative decoding, while a single request runs.
    pub speculation: Speculation,
}

/// Bytes of KV cache that many slots share by default, at most.
const CACHE_BYTES: u64 = 1 << 30;

/// Nor do they take more than this part of the memory. Of all of it and not of what happens to be free: how many slots
/// share a batch can change an answer, and the same evaluation on the same machine is to give the same.
const SHARE_OF_MEMORY: u64 = 8;

/// Slots more than this gain next to nothing: the products with the weights keep every core busy, and the fastest of
/// them take 16 rows at once (measured at 0.37 B, Q4_0: 4, 8, 16 and 32 slots make 200, 214, 286 and 294 tokens a
/// second).
const MAX_SLOTS: u64 = 16;

/// The same for a tiny model, whose work of more slots does not stay in the processor's cache (measured on the demo: 4,
/// 8, 16 and 32 slots answer 2.9, 2.9, 2.4 and 2.4 times as much as one after another).
const MAX_SLOTS_TINY: u64 = 8;

/// llama.cpp makes every part of the cache a multiple of this.
pub(super) const CACHE_STEP: u32 = 256;

/// How many slots of `n_ctx` tokens `model` should answer in at once.
#[must_use]
pub fn slots_that_fit(model: &Model, n_ctx: u32, options: &ContextOptions) -> u32 {
    let tokens = u64::from(n_ctx.next_multiple_of(CACHE_STEP));
    let bytes = model.n_cached_values().saturating_mul(options.cache_type.bits()).saturating_mul(tokens) / 8;
    let budget = memory::total().map_or(CACHE_BYTES, |total| CACHE_BYTES.min(total / SHARE_OF_MEMORY));
    let most = if model.is_tiny() { MAX_SLOTS_TINY } else { MAX_SLOTS };
    (budget / bytes.max(1)).clamp(1, most) as u32
}

impl ContextParams {
    /// One conversation: a cache that grows, and prompt lookup where it pays.
    #[must_use]
    pub fn for_one(model: &Model, options: &ContextOptions) -> Self {
        let speculation = settled(model, options.speculation);
        Self {
            n_ctx: options.n_ctx,
            n_batch: options.n_batch,
            n_slots: 1,
            n_outputs: 1 + longest_draft(speculation),
            threads: options.threads,
            flash_attention: options.flash_attention,
            cache_type: options.cache_type,
            unified_cache: true,
            watch: false,
            grows: state_is_whole(model),
            speculation,
        }
    }

    /// Many conversations at once, in `n_slots` slots of `n_ctx` tokens each.
    ///
    /// Attention is fused, also for a tiny model, where the processor is good at that: plain attention looks at the
    /// whole part of a slot, filled or not (measured on the demo model: 32 conversations took twice as long). And a
    /// tiny model has two threads, because there is more to do between waiting for each other (measured: 1.8 times as
    /// fast).
    #[must_use]
    pub fn for_many(model: &Model, options: &ContextOptions, n_slots: u32, n_ctx: u32) -> Self {
        let n_slots = n_slots.max(1);
        let n_ctx = n_ctx.next_multiple_of(CACHE_STEP);
        let flash_attention = match options.many.flash_attention {
            Some(given) => given,
            // It cannot do without.
            None if options.cache_type == CacheType::Q8_0 => FlashAttention::On,
            None => super::attention::of_processor(),
        };
        let speculation = settled(model, options.speculation);
        Self {
            n_ctx: n_ctx.saturating_mul(n_slots),
            n_slots,
            n_outputs: n_slots.max(1 + longest_draft(speculation)),
            n_batch: options.n_batch.max(n_slots),
            threads: options.many.threads.unwrap_or_else(|| options.threads.max(cores().min(2))),
            flash_attention,
            unified_cache: false,
            watch: true,
            grows: false,
            speculation,
            ..Self::for_one(model, options)
        }
    }
}

/// Whether to guess ahead on `model`. A tiny model's weights lie in the processor's own cache, so that a batch of four
/// costs as much as four tokens (measured: 3.6) and guesses never pay. A running state cannot be cut back to before a
/// wrong guess.
fn settled(model: &Model, speculation: Speculation) -> Speculation {
    match speculation {
        Speculation::Auto if model.is_tiny() => Speculation::Off,
        _ if model.is_recurrent() => Speculation::Off,
        given => given,
    }
}
