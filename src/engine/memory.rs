//! Is there room for this model? Asked before loading, because a machine that swaps looks like a program that hangs.

use std::path::Path;

use super::error::EngineError;
use super::options::{ContextOptions, FlashAttention};
use crate::gguf::Gguf;

const MIB: u64 = 1 << 20;

/// What a model will take, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemoryNeed {
    weights: u64,
    cache: u64,
    compute: u64,
}

impl MemoryNeed {
    /// From the model's own shape; an estimate from above for the buffers, exact for weights and cache.
    pub fn of(gguf: &Gguf<'_>, options: &ContextOptions) -> Self {
        let architecture = gguf.architecture().unwrap_or_default();
        let number = |key: &str| gguf.u64(&format!("{architecture}.{key}"));
        let n_embd = gguf.n_embd().unwrap_or(0);
        let n_head = number("attention.head_count").unwrap_or(1).max(1);
        let n_ff = number("feed_forward_length").unwrap_or(n_embd.saturating_mul(4));
        let n_ctx = u64::from(options.n_ctx);
        let n_batch = u64::from(options.n_batch).min(n_ctx);

        let attention = match options.flash_attention {
            FlashAttention::On => 0,
            FlashAttention::Auto | FlashAttention::Off => n_batch.saturating_mul(n_ctx).saturating_mul(n_head),
        };
        let activations = n_batch.saturating_mul(n_embd.saturating_mul(8).saturating_add(n_ff.saturating_mul(3)));
        Self {
            weights: gguf.tensors().iter().fold(0, |sum: u64, tensor| sum.saturating_add(tensor.n_bytes())),
            cache: n_ctx.saturating_mul(cached_values(gguf)).saturating_mul(options.cache_type.bits()) / 8,
            compute: attention.saturating_add(activations).saturating_mul(4),
        }
    }

    fn total(self) -> u64 {
        self.weights.saturating_add(self.cache).saturating_add(self.compute)
    }

    /// # Errors
    /// [`EngineError::Memory`] if `available` bytes are too few.
    pub fn check(self, path: &Path, available: u64) -> Result<(), EngineError> {
        if self.total() <= available {
            return Ok(());
        }
        Err(EngineError::Memory {
            path: path.to_owned(),
            weights_mib: self.weights.div_ceil(MIB),
            cache_mib: self.cache.div_ceil(MIB),
            compute_mib: self.compute.div_ceil(MIB),
            available_mib: available / MIB,
        })
    }
}

/// Values that the cache keeps of a token: keys and values of every layer.
pub(super) fn cached_values(gguf: &Gguf<'_>) -> u64 {
    let architecture = gguf.architecture().unwrap_or_default();
    let number = |key: &str| gguf.u64(&format!("{architecture}.attention.{key}"));
    let n_head = number("head_count").unwrap_or(1).max(1);
    let n_head_kv = number("head_count_kv").unwrap_or(n_head);
    let width = gguf.n_embd().unwrap_or(0) / n_head;
    let of_head = number("key_length").unwrap_or(width).saturating_add(number("value_length").unwrap_or(width));
    gguf.n_layer().unwrap_or(0).saturating_mul(n_head_kv).saturating_mul(of_head)
}

/// Bytes that this process can still take: what the system says is available, or what its container has left.
/// `None` where the system does not say.
pub(super) fn available() -> Option<u64> {
    let system = system()?;
    let container = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    Some(system.available_memory().min(container))
}

/// Bytes of the machine, or of the container that this process runs in: the same however much of them is in use. `None`
/// where the system does not say.
pub(super) fn total() -> Option<u64> {
    let system = system()?;
    let container = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    Some(system.total_memory().min(container))
}

fn system() -> Option<sysinfo::System> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    (system.total_memory() > 0).then_some(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_memory_is_an_error_with_both_numbers() {
        let need = MemoryNeed { weights: 300 * MIB, cache: 100 * MIB, compute: 50 * MIB };
        assert!(need.check(Path::new("m.gguf"), 450 * MIB).is_ok());
        let text = need.check(Path::new("m.gguf"), 449 * MIB).unwrap_err().to_string();
        assert!(text.contains("450 MiB are required"), "{text}");
        assert!(text.contains("only 449 MiB are available"), "{text}");
    }
}
