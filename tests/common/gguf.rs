//! Writing a model anew with other tensors.

use antidote::gguf::Gguf;

/// GGUF's default alignment.
const ALIGNMENT: usize = 32;
/// GGUF's type number of F32.
pub const F32: u32 = 0;

/// A tensor to write.
pub struct NewTensor {
    pub name: String,
    pub shape: Vec<u64>,
    /// ggml's number of its type.
    pub kind: u32,
    pub bytes: Vec<u8>,
}

/// The GGUF `file` with `tensors` for its own; its metadata stays as it is.
pub fn with_tensors(file: &[u8], tensors: &[NewTensor]) -> Vec<u8> {
    let gguf = Gguf::parse(file).unwrap();
    // Everything before the first tensor's name stays as it is, but for the number of tensors.
    let infos = find(file, &text(gguf.tensors()[0].name));
    let mut header = file[..infos].to_vec();
    header[8..16].copy_from_slice(&(tensors.len() as u64).to_le_bytes());
    let mut offset = 0_u64;
    for tensor in tensors {
        header.extend(text(&tensor.name));
        header.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().for_each(|length| header.extend(length.to_le_bytes()));
        header.extend(tensor.kind.to_le_bytes());
        header.extend(offset.to_le_bytes());
        offset += tensor.bytes.len().next_multiple_of(ALIGNMENT) as u64;
    }
    for tensor in tensors {
        header.resize(header.len().next_multiple_of(ALIGNMENT), 0);
        header.extend(&tensor.bytes);
    }
    header.resize(header.len().next_multiple_of(ALIGNMENT), 0);
    header
}

fn text(name: &str) -> Vec<u8> {
    [&(name.len() as u64).to_le_bytes()[..], name.as_bytes()].concat()
}

fn find(haystack: &[u8], needle: &[u8]) -> usize {
    haystack.windows(needle.len()).position(|window| window == needle).unwrap()
}
