//! Metadata values.

use super::cursor::Cursor;
use super::error::GgufError;
use super::list::List;

/// A metadata value, borrowed from the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Any unsigned integer.
    Unsigned(u64),
    /// Any signed integer.
    Signed(i64),
    /// Any float.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A string; usually UTF-8.
    Text(&'a [u8]),
    /// A list, not read yet.
    List(List<'a>),
}

const U8: u32 = 0;
const I8: u32 = 1;
const U16: u32 = 2;
const I16: u32 = 3;
const U32: u32 = 4;
pub(super) const I32: u32 = 5;
const F32: u32 = 6;
const BOOL: u32 = 7;
pub(super) const TEXT: u32 = 8;
const LIST: u32 = 9;
const U64: u32 = 10;
const I64: u32 = 11;
const F64: u32 = 12;

impl<'a> Value<'a> {
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, GgufError> {
        let what = "a metadata value";
        let at = cursor.at();
        match cursor.u32("the type of a metadata value")? {
            LIST => Self::read_list(cursor),
            TEXT => Ok(Self::Text(cursor.string(what)?)),
            number => {
                let unknown = GgufError::ValueType { number, at };
                let Some(size) = size_of_one(number) else { return Err(unknown) };
                Self::of_number(number, cursor.take(size, what)?).ok_or(unknown)
            }
        }
    }

    /// The number of type `number` that `bytes` hold; `None` for other types and lengths.
    pub(super) fn of_number(number: u32, bytes: &[u8]) -> Option<Self> {
        Some(match number {
            U8 => Self::Unsigned(u8::from_le_bytes(bytes.try_into().ok()?).into()),
            U16 => Self::Unsigned(u16::from_le_bytes(bytes.try_into().ok()?).into()),
            U32 => Self::Unsigned(u32::from_le_bytes(bytes.try_into().ok()?).into()),
            U64 => Self::Unsigned(u64::from_le_bytes(bytes.try_into().ok()?)),
            I8 => Self::Signed(i8::from_le_bytes(bytes.try_into().ok()?).into()),
            I16 => Self::Signed(i16::from_le_bytes(bytes.try_into().ok()?).into()),
            I32 => Self::Signed(i32::from_le_bytes(bytes.try_into().ok()?).into()),
            I64 => Self::Signed(i64::from_le_bytes(bytes.try_into().ok()?)),
            F32 => Self::Float(f32::from_le_bytes(bytes.try_into().ok()?).into()),
            F64 => Self::Float(f64::from_le_bytes(bytes.try_into().ok()?)),
            BOOL => Self::Bool(bytes != [0]),
            _ => return None,
        })
    }

    fn read_list(cursor: &mut Cursor<'a>) -> Result<Self, GgufError> {
        let at = cursor.at();
        let entry = cursor.u32("the type of a list")?;
        let n = cursor.u64("the length of a list")?;
        let bytes = if entry == TEXT {
            // Each entry takes bytes of the file, so a hostile length ends at the end of the file.
            let start = cursor.at();
            for _ in 0..n {
                cursor.string("an entry of a list")?;
            }
            cursor.since(start)
        } else {
            let Some(size) = size_of_one(entry) else { return Err(GgufError::ValueType { number: entry, at }) };
            // A length that overflows is certainly longer than the file.
            cursor.take(n.saturating_mul(size), "a list")?
        };
        Ok(Self::List(List { entry, n, bytes }))
    }

    /// The text, if it is UTF-8 text.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        match self {
            Self::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The number, if it is an integer from 0; of a list of them, the largest.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            Self::Signed(number) => u64::try_from(*number).ok(),
            Self::List(list) => list.integers()?.max().and_then(|number| u64::try_from(number).ok()),
            _ => None,
        }
    }
}

/// Bytes of one number; `None` for what is not a number.
fn size_of_one(number: u32) -> Option<u64> {
    match number {
        U8 | I8 | BOOL => Some(1),
        U16 | I16 => Some(2),
        U32 | I32 | F32 => Some(4),
        U64 | I64 | F64 => Some(8),
        _ => None,
    }
}

/// Bytes of one integer; `None` for what is not an integer.
pub(super) fn size_of_integer(number: u32) -> Option<usize> {
    match number {
        U8 | I8 => Some(1),
        U16 | I16 => Some(2),
        U32 | I32 => Some(4),
        U64 | I64 => Some(8),
        _ => None,
    }
}
