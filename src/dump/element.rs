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

    /// Stores `values` in `bytes`, rounded to nearest, ties to even. Returns the first value that cannot be stored
    /// because it is not finite, before or after rounding; `bytes` is unspecified then.
    ///
    /// # Panics
    /// `bytes` has not the room of as many values.
    pub fn narrow(self, values: &[f32], bytes: &mut [u8]) -> Option<usize> {
        assert_eq!(bytes.len(), values.len() * self.size(), "bytes of {} values", values.len());
        match self {
            Self::F32 => {
                bytes.copy_from_slice(bytemuck::cast_slice(values));
                values.iter().position(|value| !value.is_finite())
            }
            Self::F16 => narrow_each(values, bytes, |value| {
                let value = f16::from_f32(value);
                (value.to_le_bytes(), value.is_finite())
            }),
            Self::Bf16 => narrow_each(values, bytes, |value| {
                let value = bf16::from_f32(value);
                (value.to_le_bytes(), value.is_finite())
            }),
        }
    }

    /// `dtype` in a safetensors header.
    pub(super) fn safetensors_name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
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

/// As in `--type`.
impl std::fmt::Display for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
        })
    }
}

fn narrow_each(values: &[f32], bytes: &mut [u8], narrow: impl Fn(f32) -> ([u8; 2], bool)) -> Option<usize> {
    let (goals, _) = bytes.as_chunks_mut::<2>();
    let mut wrong = None;
    for (index, (value, goal)) in values.iter().zip(goals).enumerate() {
        let (narrowed, is_finite) = narrow(*value);
        *goal = narrowed;
        if !is_finite && wrong.is_none() {
            wrong = Some(index);
        }
    }
    wrong
}

fn each(bytes: &[u8], out: &mut [f32], widen: impl Fn([u8; 2]) -> f32) {
    let (values, _) = bytes.as_chunks::<2>();
    out.iter_mut().zip(values).for_each(|(goal, value)| *goal = widen(*value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_that_no_format_holds_are_found() {
        for element in [Element::F32, Element::F16, Element::Bf16] {
            let mut bytes = vec![0; 3 * element.size()];
            assert_eq!(element.narrow(&[1.0, -2.0, 3.0], &mut bytes), None, "{element}");
            assert_eq!(element.narrow(&[1.0, f32::NAN, f32::INFINITY], &mut bytes), Some(1), "{element}");
            let largest = element.narrow(&[1.0, f32::MAX, 1.0], &mut bytes);
            assert_eq!(largest, (element != Element::F32).then_some(1), "{element}");
        }
        // Halfway between the largest F16 and the next power of two, and just below.
        assert_eq!(Element::F16.narrow(&[65519.0, 65520.0], &mut [0; 4]), Some(1));
    }

    proptest! {
        #[test]
        fn what_is_narrowed_widens_to_the_nearest(values in proptest::collection::vec(-60000.0_f32..60000.0, 1..20)) {
            for (element, bits) in [(Element::F32, 24), (Element::F16, 11), (Element::Bf16, 8)] {
                let mut bytes = vec![0; values.len() * element.size()];
                prop_assert_eq!(element.narrow(&values, &mut bytes), None);
                let mut back = vec![0.0; values.len()];
                element.widen(&bytes, &mut back);
                for (value, back) in values.iter().zip(&back) {
                    // Half a unit in the last place, or half the smallest subnormal F16.
                    let half = (value.abs() * 2.0_f32.powi(-bits)).max(2.0_f32.powi(-25));
                    prop_assert!((value - back).abs() <= half, "{} {} {}", element, value, back);
                    prop_assert!(element != Element::F32 || value == back);
                }
                // Once narrowed it stays.
                let mut again = vec![0; bytes.len()];
                prop_assert_eq!(element.narrow(&back, &mut again), None);
                prop_assert_eq!(&again, &bytes);
            }
        }
    }

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
