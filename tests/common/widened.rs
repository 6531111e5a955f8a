//! A Q8_0 model with the same weights in 32-bit floats, so that nothing but the order of sums is left to differ from
//! another implementation on those weights.

use antidote::gguf::{Gguf, TensorType};
use half::f16;

/// GGUF's type number of F32, and its default alignment.
const F32: u32 = 0;
const ALIGNMENT: usize = 32;

/// The bytes of `file`, a GGUF of F32 and Q8_0 tensors, with every tensor in F32.
pub fn widened(file: &[u8]) -> Vec<u8> {
    let gguf = Gguf::parse(file).unwrap();
    let tensors = gguf.tensors();
    // Everything before the first tensor's name stays as it is.
    let infos = find(file, &text(tensors[0].name));
    let mut header = file[..infos].to_vec();
    let mut data = vec![];
    for tensor in tensors {
        let bytes = tensor.bytes(file);
        let values = match tensor.kind {
            TensorType::F32 => bytes.to_vec(),
            TensorType::Q8_0 => bytes.chunks_exact(34).flat_map(block).collect(),
            other => panic!("{} is {other:?}", tensor.name),
        };
        header.extend(text(tensor.name));
        header.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().for_each(|length| header.extend(length.to_le_bytes()));
        header.extend(F32.to_le_bytes());
        header.extend((data.len() as u64).to_le_bytes());
        data.extend(values);
        data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
    }
    header.resize(header.len().next_multiple_of(ALIGNMENT), 0);
    [header, data].concat()
}

/// The 32 weights of a block: its scale, a 16-bit float, times 8-bit integers.
fn block(bytes: &[u8]) -> Vec<u8> {
    let scale = f16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
    bytes[2..].iter().flat_map(|byte| (scale * f32::from(byte.cast_signed())).to_le_bytes()).collect()
}

fn text(name: &str) -> Vec<u8> {
    [&(name.len() as u64).to_le_bytes()[..], name.as_bytes()].concat()
}

fn find(haystack: &[u8], needle: &[u8]) -> usize {
    haystack.windows(needle.len()).position(|window| window == needle).unwrap()
}
