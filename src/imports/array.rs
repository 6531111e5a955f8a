//! Arrays in mapped files.

use std::fmt;

use crate::dump::Element;

/// How one value of an array is stored, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A float that a dump can hold.
    Float(Element),
    /// A 64-bit float.
    F64,
    /// An integer, with its bytes.
    Integer { size: usize, is_signed: bool },
    /// A byte that is 0 or not.
    Bool,
    /// Text of a fixed length in bytes, padded with zeros: four bytes a character (numpy's `U`), or one (`S`).
    Text { size: usize, is_wide: bool },
}

impl Format {
    /// Bytes of one value.
    pub fn size(self) -> usize {
        match self {
            Self::Float(element) => element.size(),
            Self::F64 => 8,
            Self::Integer { size, .. } => size,
            Self::Bool => 1,
            Self::Text { size, .. } => size,
        }
    }

    pub fn is_float(self) -> bool {
        matches!(self, Self::Float(_) | Self::F64)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(Element::F32) => f.write_str("F32"),
            Self::Float(Element::F16) => f.write_str("F16"),
            Self::Float(Element::Bf16) => f.write_str("BF16"),
            Self::F64 => f.write_str("F64"),
            Self::Integer { size, is_signed } => write!(f, "{}{}", if *is_signed { 'I' } else { 'U' }, size * 8),
            Self::Bool => f.write_str("BOOL"),
            Self::Text { .. } => f.write_str("text"),
        }
    }
}

/// An array, and where its values lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Array {
    /// What the file calls it: a member, a tensor, the file itself.
    pub name: String,
    /// Which of the source's files.
    pub file: usize,
    /// Byte of its first value.
    pub start: usize,
    pub shape: Vec<usize>,
    pub format: Format,
    /// Whether the first index runs fastest (Fortran) and not the last (C).
    pub is_fortran: bool,
}

impl Array {
    /// Name, format and shape, for people.
    pub fn described(&self) -> String {
        format!("{:?} {} {:?}", self.name, self.format, self.shape)
    }

    /// Whether a dump can point at its rows as they lie.
    pub fn is_plain(&self) -> bool {
        matches!(self.format, Format::Float(_)) && !self.is_fortran
    }
}
