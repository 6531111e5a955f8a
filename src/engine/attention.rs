//! Fused attention or plain, when nobody has said and nothing was tuned.
//!
//! Fused attention is faster at the start of a conversation (measured: 1.2 times) and with long prompts. Deep in a
//! conversation it depends on the processor: on one it decodes as fast as plain attention at depth 1024 (71 against
//! 69 tok/s), on another at less than half the speed (14 against 35). So the processor is asked.

use std::sync::OnceLock;

use super::ffi::measure_attention;
use super::model::{Outline, backend};
use super::options::{FlashAttention, TINY_BYTES};

/// Fused attention may take so many times as long as plain attention over 1024 positions: what it loses there it gains
/// elsewhere. Measured are 1.4 to 1.65 on a processor where it wins altogether; where it loses, attention's share of a
/// token took ten times as long. Both are far enough from this that two starts decide alike.
const BEARABLE: f64 = 3.0;

/// The choice for a model on this processor. A tiny model has plain attention everywhere: it is fast anyway, and so its answers
/// depend less on the machine.
pub(super) fn default_attention(model: Outline) -> FlashAttention {
    if model.n_bytes <= TINY_BYTES { FlashAttention::Off } else { of_processor() }
}

/// The choice on this processor; measured once in a process, which takes some milliseconds.
pub(super) fn of_processor() -> FlashAttention {
    static OF_PROCESSOR: OnceLock<FlashAttention> = OnceLock::new();
    *OF_PROCESSOR.get_or_init(|| {
        let Some(times) = backend().ok().and_then(|_| measure_attention()) else { return FlashAttention::Off };
        tracing::debug!(fused = ?times.fused, plain = ?times.plain, "attention over 1024 positions");
        if times.fused.as_secs_f64() <= BEARABLE * times.plain.as_secs_f64() {
            // Not every model's attention can be fused; llama.cpp knows.
            FlashAttention::Auto
        } else {
            FlashAttention::Off
        }
    })
}
