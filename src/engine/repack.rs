//! Which weights llama.cpp copies into another order when it loads them (ggml's `ggml-cpu/repack.cpp`).

use crate::gguf::{Gguf, TensorType};

/// Formats whose products run on interleaved rows, on processors with AVX2 or the like.
const REPACKED: [TensorType; 3] = [TensorType::Q4_0, TensorType::Q4_K, TensorType::IQ4_NL];

/// Whether most bytes of the model end up in such a copy. A mapped file would then be in memory twice, the second time
/// for nothing; it is read instead, a tensor at a time. Other models stay mapped, so that programs share them and the
/// system can drop what it needs.
pub(super) fn is_mostly_repacked(gguf: &Gguf<'_>) -> bool {
    let (mut repacked, mut all) = (0_u64, 0_u64);
    for tensor in gguf.tensors() {
        all = all.saturating_add(tensor.n_bytes());
        // Embeddings are looked up, not multiplied.
        if REPACKED.contains(&tensor.kind) && tensor.name != "token_embd.weight" {
            repacked = repacked.saturating_add(tensor.n_bytes());
        }
    }
    repacked > all / 2
}
