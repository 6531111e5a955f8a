//! What the header says about a tensor, and where in the file it lies.

use std::ops::Range;

use super::cursor::Cursor;
use super::error::GgufError;
use super::tensor_type::TensorType;

/// llama.cpp's `GGML_MAX_NAME`, less its final zero.
const NAME_LIMIT: usize = 63;
/// llama.cpp's `GGML_MAX_DIMS`.
const DIMENSION_LIMIT: usize = 4;

/// A tensor's place in the file.
#[derive(Debug, Clone)]
pub struct Tensor<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its number format.
    pub kind: TensorType,
    /// Elements along each dimension, the one that is contiguous in memory first; 1 for those it lacks (ggml's `ne`).
    pub shape: [u64; DIMENSION_LIMIT],
    /// Elements, all dimensions together.
    pub n_elements: u64,
    /// First byte in the file.
    start: usize,
    /// Byte after its last.
    end: usize,
}

impl Tensor<'_> {
    /// Its length in bytes.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        (self.end - self.start) as u64
    }

    /// Its place in the file, in bytes from the start.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its bytes in `file`, which must be what it was parsed from.
    #[must_use]
    pub fn bytes<'f>(&self, file: &'f [u8]) -> &'f [u8] {
        file.get(self.range()).unwrap_or_default()
    }

    /// Its values, if it is in a float format. `file` as for [`Self::bytes`].
    #[must_use]
    pub fn floats(&self, file: &[u8]) -> Option<Vec<f32>> {
        let bytes = self.bytes(file);
        Some(match self.kind {
            TensorType::F32 => bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            TensorType::F16 => bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
            TensorType::BF16 => {
                bytes.as_chunks::<2>().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect()
            }
            _ => return None,
        })
    }
}

/// What the header says about a tensor, before its place is checked.
pub(super) struct TensorInfo<'a> {
    pub name: &'a str,
    kind: TensorType,
    shape: [u64; DIMENSION_LIMIT],
    n_elements: u64,
    n_bytes: u64,
    /// From the start of the data.
    offset: u64,
}

impl<'a> TensorInfo<'a> {
    pub fn read(cursor: &mut Cursor<'a>, alignment: u64) -> Result<Self, GgufError> {
        let at = cursor.at();
        let name = cursor.text("a tensor's name")?;
        let wrong = |reason: &str| GgufError::Tensor { name: name.to_owned(), at, reason: reason.to_owned() };
        if name.is_empty() || name.len() > NAME_LIMIT {
            return Err(wrong("its name must have 1 to 63 bytes"));
        }
        let n_dimensions = cursor.u32("a tensor's dimensions")?;
        // Without dimensions it is a single number.
        let mut shape = [1; DIMENSION_LIMIT];
        let dimensions = usize::try_from(n_dimensions).ok().and_then(|n| shape.get_mut(..n));
        for length in dimensions.ok_or_else(|| wrong("it must have at most 4 dimensions"))? {
            *length = cursor.u64("a tensor's dimension")?;
        }
        // llama.cpp counts elements in i64.
        let n_elements = shape.iter().try_fold(1_u64, |n, length| n.checked_mul(*length));
        let n_elements = n_elements
            .filter(|n| *n > 0 && i64::try_from(*n).is_ok())
            .ok_or_else(|| wrong("its dimensions must be positive and not overflow"))?;
        let number = cursor.u32("a tensor's type")?;
        let kind = TensorType::from_number(number).ok_or_else(|| wrong("its number format is unknown"))?;
        let (block, block_bytes) = kind.block();
        if shape[0] % block != 0 {
            return Err(wrong("its row length is not a multiple of its format's block size"));
        }
        let offset = cursor.u64("a tensor's offset")?;
        if offset % alignment != 0 {
            return Err(wrong("its offset is not aligned"));
        }
        let n_bytes = (n_elements / block).checked_mul(block_bytes).ok_or_else(|| wrong("it is too large"))?;
        Ok(Self { name, kind, shape, n_elements, n_bytes, offset })
    }

    /// Its place in a file of `file` bytes whose tensor data begins at byte `data`.
    pub fn place(self, data: u64, file: usize) -> Result<Tensor<'a>, GgufError> {
        let start = data.saturating_add(self.offset);
        let end = start.saturating_add(self.n_bytes);
        match (usize::try_from(start), usize::try_from(end)) {
            (Ok(start), Ok(end)) if end <= file => {
                let Self { name, kind, shape, n_elements, .. } = self;
                Ok(Tensor { name, kind, shape, n_elements, start, end })
            }
            _ => Err(GgufError::CutOff { name: self.name.to_owned(), end, file }),
        }
    }
}
