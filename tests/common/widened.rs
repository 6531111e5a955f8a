//! A Q8_0 model with the same weights in 32-bit floats, so that nothing but the order of sums is left to differ from
//! another implementation on those weights.

use antidote::gguf::{Gguf, TensorType};
use half::f16;

use super::gguf::{F32, NewTensor, with_tensors};

/// The bytes of `file`, a GGUF of F32 and Q8_0 tensors, with every tensor in F32.
pub fn widened(file: &[u8]) -> Vec<u8> {
    let gguf = Gguf::parse(file).unwrap();
    let widen = |tensor: &antidote::gguf::Tensor<'_>| {
        let bytes = tensor.bytes(file);
        let bytes = match tensor.kind {
            TensorType::F32 => bytes.to_vec(),
            TensorType::Q8_0 => bytes.chunks_exact(34).flat_map(block).collect(),
            other => panic!("{} is {other:?}", tensor.name),
        };
        NewTensor { name: tensor.name.to_owned(), shape: tensor.shape.to_vec(), kind: F32, bytes }
    };
    with_tensors(file, &gguf.tensors().iter().map(widen).collect::<Vec<_>>())
}

/// The 32 weights of a block: its scale, a 16-bit float, times 8-bit integers.
fn block(bytes: &[u8]) -> Vec<u8> {
    let scale = f16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
    bytes[2..].iter().flat_map(|byte| (scale * f32::from(byte.cast_signed())).to_le_bytes()).collect()
}
