//! Weights back to floats, by ggml's own code (`ggml_get_type_traits(…)->to_float`).

use llama_cpp_sys_2 as sys;

use crate::gguf::TensorType;

/// Reads weights of one number format. It holds a buffer, because ggml wants its blocks aligned and a file promises no
/// address.
#[derive(Debug)]
pub(in crate::engine) struct Dequantiser {
    kind: TensorType,
    to_float: sys::ggml_to_float_t,
    aligned: Vec<u64>,
}

impl Dequantiser {
    /// `None` if ggml cannot turn this format into floats.
    pub fn new(kind: TensorType) -> Option<Self> {
        // SAFETY: the number is one of ggml's, so this points into a static table.
        let to_float = unsafe { (*sys::ggml_get_type_traits(kind.number())).to_float };
        (kind == TensorType::F32 || to_float.is_some()).then_some(Self { kind, to_float, aligned: vec![] })
    }

    /// Bytes of `n` weights, which must be whole blocks.
    pub fn n_bytes(&self, n: usize) -> usize {
        let (block, bytes) = self.kind.block();
        n / block as usize * bytes as usize
    }

    /// Widens the weights in `bytes` into `out`.
    ///
    /// # Panics
    /// `bytes` does not hold as many weights as `out` has room for, or not whole blocks of them.
    pub fn widen(&mut self, bytes: &[u8], out: &mut [f32]) {
        let (block, _) = self.kind.block();
        assert!(
            out.len().is_multiple_of(block as usize) && bytes.len() == self.n_bytes(out.len()),
            "{} weights",
            out.len()
        );
        let Some(to_float) = self.to_float.filter(|_| self.kind != TensorType::F32) else {
            bytemuck::cast_slice_mut(out).copy_from_slice(bytes);
            return;
        };
        self.aligned.resize(bytes.len().div_ceil(size_of::<u64>()), 0);
        bytemuck::cast_slice_mut(&mut self.aligned)[..bytes.len()].copy_from_slice(bytes);
        let n = i64::try_from(out.len()).unwrap_or(i64::MAX);
        // SAFETY: reads as many bytes as the blocks of `out.len()` weights have, which `aligned` holds, and writes
        // `out.len()` floats. No format reads anything but its blocks.
        unsafe { to_float(self.aligned.as_ptr().cast(), out.as_mut_ptr(), n) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_come_back_from_any_address() {
        let wanted = [1.0_f32, -2.5, 0.0, 1024.0];
        let f32s: Vec<u8> = wanted.iter().flat_map(|value| value.to_le_bytes()).collect();
        let f16s: Vec<u8> = wanted.iter().flat_map(|value| half::f16::from_f32(*value).to_le_bytes()).collect();
        let bf16s: Vec<u8> = wanted.iter().flat_map(|value| half::bf16::from_f32(*value).to_le_bytes()).collect();
        for (kind, bytes) in [(TensorType::F32, f32s), (TensorType::F16, f16s), (TensorType::BF16, bf16s)] {
            let shifted = [vec![0], bytes].concat();
            let mut out = [0.0; 4];
            Dequantiser::new(kind).unwrap().widen(&shifted[1..], &mut out);
            assert_eq!(out, wanted, "{kind:?}");
        }
    }

    #[test]
    fn a_block_of_q8_0_is_scale_times_bytes() {
        let mut block = half::f16::from_f32(0.5).to_le_bytes().to_vec();
        block.extend((0..32).map(|value: i8| (value - 16) as u8));
        let mut out = [0.0; 32];
        Dequantiser::new(TensorType::Q8_0).unwrap().widen(&block, &mut out);
        assert!(out.iter().zip(-16_i8..).all(|(out, value)| *out == f32::from(value) / 2.0), "{out:?}");
    }

    #[test]
    fn integers_are_no_weights() {
        assert!(Dequantiser::new(TensorType::I32).is_none());
    }
}
