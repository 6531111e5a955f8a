//! The number formats of hidden states, and how they widen to `f32`.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

/// How one value of a hidden state is stored, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// 32-bit float.
    F32,
    /// 16-bit IEEE float.
    F16,
    /// The upper half of a 32-bit float.
    Bf16,
}

impl Element {
    /// Bytes of one value.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// Widens the values in `bytes`, at any address, into `out`.
    ///
    /// # Panics
    /// `bytes` does not hold as many values as `out` has room for.
    pub fn widen(self, bytes: &[u8], out: &mut [f32]) {
        assert_eq!(bytes.len(), out.len() * self.size(), "bytes of {} values", out.len());
        match self {
            Self::F32 => bytemuck::cast_slice_mut(out).copy_from_slice(bytes),
            Self::F16 => match bytemuck::try_cast_slice::<u8, f16>(bytes) {
                Ok(values) => values.convert_to_f32_slice(out),
                Err(_) => each(bytes, out, |value| f16::from_le_bytes(value).to_f32()),
            },
            Self::Bf16 => each(bytes, out, |value| bf16::from_le_bytes(value).to_f32()),
        }
    }
}

fn each(bytes: &[u8], out: &mut [f32], widen: impl Fn([u8; 2]) -> f32) {
    let (values, _) = bytes.as_chunks::<2>();
    out.iter_mut().zip(values).for_each(|(goal, value)| *goal = widen(*value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_widens_at_any_address() {
        let wanted = [1.0, -2.5, 0.0, 65504.0];
        let bytes_of = |element| -> Vec<u8> {
            wanted
                .iter()
                .flat_map(|value: &f32| match element {
                    Element::F32 => value.to_le_bytes().to_vec(),
                    Element::F16 => f16::from_f32(*value).to_le_bytes().to_vec(),
                    Element::Bf16 => bf16::from_f32(*value).to_le_bytes().to_vec(),
                })
                .collect()
        };
        for element in [Element::F32, Element::F16, Element::Bf16] {
            for shift in 0..2 {
                let bytes = [vec![0; shift], bytes_of(element)].concat();
                let mut out = [0.0; 4];
                element.widen(&bytes[shift..], &mut out);
                let rounded = if element == Element::Bf16 { 65536.0 } else { 65504.0 };
                assert_eq!(out, [1.0, -2.5, 0.0, rounded], "{element:?}");
            }
        }
    }
}
