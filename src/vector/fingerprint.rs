//! Which weights a model has, whatever their quantisation.
//!
//! Norm weights stay F32 in every quantisation of a model and differ between models, so a hash over them names the
//! weights. It is computed from the mapped file in well under a millisecond. What leaves the norms alone is not seen: a
//! fine-tune of the linear layers only (most LoRA) keeps its base model's fingerprint.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::gguf::{Gguf, TensorType};

/// What the hash begins with, so that it can never be mistaken for another hash of the same bytes.
const DOMAIN: &[u8] = b"antidote fingerprint v1\0";

/// A BLAKE3 hash over the norm weights of a model (docs/sv-format.md, "Fingerprint").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 32]);

/// A model without a fingerprint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FingerprintError {
    /// Nothing to hash.
    #[error(
        "the model has no tensor named *norm*.weight, so it has no fingerprint and no vector can be checked against \
             it"
    )]
    NoNorms,
    /// A norm tensor in a format that should never be.
    #[error(
        "tensor {tensor:?} is {kind:?}, but norm weights must be F32, F16 or BF16; quantise the model again with a current \
             llama.cpp"
    )]
    NotFloat {
        /// The tensor.
        tensor: String,
        /// Its type.
        kind: TensorType,
    },
}

impl Fingerprint {
    /// What a vector carries whose model is not known yet: no model has it, so such a vector is refused by all.
    pub const UNBOUND: Self = Self([0; 32]);

    /// Whether this stands for no model.
    #[must_use]
    pub fn is_unbound(&self) -> bool {
        *self == Self::UNBOUND
    }

    /// Hashes the norm weights of `gguf`, which was parsed from `file`.
    ///
    /// # Errors
    /// There are none, or they are not floats.
    pub fn of(gguf: &Gguf<'_>, file: &[u8]) -> Result<Self, FingerprintError> {
        let is_norm = |name: &str| name.contains("norm") && name.ends_with(".weight");
        let mut norms: Vec<_> = gguf.tensors().iter().filter(|tensor| is_norm(tensor.name)).collect();
        if norms.is_empty() {
            return Err(FingerprintError::NoNorms);
        }
        norms.sort_by_key(|tensor| tensor.name);
        let mut hasher = blake3::Hasher::new();
        hasher.update(DOMAIN);
        for tensor in norms {
            hasher.update(&(tensor.name.len() as u64).to_le_bytes());
            hasher.update(tensor.name.as_bytes());
            hasher.update(&tensor.n_elements.to_le_bytes());
            let bytes = tensor.bytes(file);
            match tensor.kind {
                TensorType::F32 => {
                    hasher.update(bytes);
                }
                TensorType::F16 => widen(bytes, |bits| half::f16::from_bits(bits).to_f32(), &mut hasher),
                TensorType::BF16 => widen(bytes, |bits| half::bf16::from_bits(bits).to_f32(), &mut hasher),
                kind => return Err(FingerprintError::NotFloat { tensor: tensor.name.to_owned(), kind }),
            }
        }
        Ok(Self(hasher.finalize().into()))
    }

    /// The first 16 hex digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(16).collect()
    }
}

/// Hashes 16-bit floats as the 32-bit floats that they stand for.
fn widen(bytes: &[u8], to_f32: impl Fn(u16) -> f32, hasher: &mut blake3::Hasher) {
    for pair in bytes.chunks_exact(2) {
        hasher.update(&to_f32(u16::from_le_bytes([pair[0], pair[1]])).to_le_bytes());
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a fingerprint: 64 hex digits are expected");
        blake3::Hash::from_hex(text).map(|hash| Self(hash.into())).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::samples::{file, sample, tensor};
    use proptest::prelude::*;

    #[test]
    fn hex_goes_both_ways() {
        let fingerprint = Fingerprint(std::array::from_fn(|i| i as u8 * 7));
        assert_eq!(fingerprint.to_string().parse::<Fingerprint>().unwrap(), fingerprint);
        assert_eq!(fingerprint.short().len(), 16);
        assert!("abc".parse::<Fingerprint>().is_err());
    }

    #[test]
    fn the_fingerprint_does_not_depend_on_the_float_format_of_norms() {
        let plain = sample();
        let mut half = plain[..plain.len() - 16].to_vec();
        // The type is 12 bytes before the end of the unpadded header; find it by the tensor's name.
        let name = half.windows(18).position(|window| window == b"output_norm.weight").unwrap();
        half[name + 18 + 4 + 8] = 1;
        half.extend([1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|value| half::f16::from_f32(*value).to_le_bytes()));
        let of = |bytes: &[u8]| Fingerprint::of(&Gguf::parse(bytes).unwrap(), bytes).unwrap();
        assert_eq!(of(&plain), of(&half));
        let mut other = plain.clone();
        *other.last_mut().unwrap() ^= 1;
        assert_ne!(of(&plain), of(&other));
    }

    #[test]
    fn a_model_without_usable_norms_has_no_fingerprint() {
        let of = |tensors: &[Vec<u8>]| {
            let bytes = file(&[], tensors);
            Fingerprint::of(&Gguf::parse(&bytes).unwrap(), &bytes).map_err(|error| error.to_string())
        };
        assert!(
            of(&[tensor("output.weight", &[4], 0, 0), tensor("norm.bias", &[4], 0, 32)])
                .unwrap_err()
                .contains("no tensor")
        );
        assert!(of(&[tensor("norm.weight", &[32], 8, 0)]).unwrap_err().contains("\"norm.weight\" is Q8_0"));
        let (a, b) = (tensor("a.norm.weight", &[8], 0, 0), tensor("b.norm.weight", &[8], 0, 32));
        assert_eq!(of(&[a.clone(), b.clone()]), of(&[b, a]));
    }

    proptest! {
        #[test]
        fn random_tensors_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), counts in any::<[u8; 2]>()) {
            let counts = counts.map(|count| u64::from(count % 4).to_le_bytes()).concat();
            let framed = [&b"GGUF\x03\0\0\0"[..], &counts, &bytes].concat();
            if let Ok(gguf) = Gguf::parse(&framed) {
                let _ = Fingerprint::of(&gguf, &framed);
            }
        }
    }
}
