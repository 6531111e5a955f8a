//! The demo model grown beyond the size that is called tiny: it says what the demo says, and a larger file is read for it.

use antidote::gguf::{Gguf, TensorType};

use super::gguf::{F32, NewTensor, with_tensors};
use super::random::Random;
use super::walk::place;

/// Blocks that are added, of 2.5 MiB each: 36 MiB in all with what is there.
const ADDED: usize = 12;

/// Weights by chance are this large at most.
const LARGEST: f32 = 0.05;

/// The bytes of the demo model `file` with blocks added. Their weights are random, the same every time, but the matrices
/// that write to the hidden state are zero, so they add nothing to it.
pub fn grown(file: &[u8]) -> Vec<u8> {
    let gguf = Gguf::parse(file).unwrap();
    let n_before = usize::try_from(gguf.n_layer().unwrap()).unwrap();
    let mut tensors: Vec<NewTensor> = vec![];
    for tensor in gguf.tensors() {
        let kind = match tensor.kind {
            TensorType::F32 => F32,
            TensorType::Q8_0 => 8,
            other => panic!("{} is {other:?}", tensor.name),
        };
        let (name, shape) = (tensor.name.to_owned(), tensor.shape.to_vec());
        tensors.push(NewTensor { name, shape, kind, bytes: tensor.bytes(file).to_vec() });
    }
    let mut random = Random::new("blocks that add nothing");
    for block in n_before..n_before + ADDED {
        for tensor in gguf.tensors() {
            let Some(part) = tensor.name.strip_prefix("blk.0.") else { continue };
            let n = usize::try_from(tensor.shape.iter().product::<u64>()).unwrap();
            let values = match part {
                "attn_norm.weight" | "ffn_norm.weight" => vec![1.0; n],
                "attn_output.weight" | "ffn_down.weight" => vec![0.0; n],
                _ => weights(&mut random, n),
            };
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            let (name, shape) = (format!("blk.{block}.{part}"), tensor.shape.to_vec());
            tensors.push(NewTensor { name, shape, kind: F32, bytes });
        }
    }
    let mut grown = with_tensors(file, &tensors);
    let blocks = place(&grown, "llama.block_count").bytes;
    grown[blocks].copy_from_slice(&((n_before + ADDED) as u32).to_le_bytes());
    grown
}

fn weights(random: &mut Random, n: usize) -> Vec<f32> {
    let mut bytes = vec![0; 2 * n];
    random.fill(&mut bytes);
    let (pairs, _) = bytes.as_chunks();
    pairs.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0 * LARGEST).collect()
}
