//! Metadata values.

use super::cursor::Cursor;
use super::error::GgufError;

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
    /// A list of integers.
    Integers(Vec<i64>),
    /// A list of anything else, which is skipped.
    List {
        /// How many entries it has.
        n: u64,
    },
}

const U8: u32 = 0;
const I8: u32 = 1;
const U16: u32 = 2;
const I16: u32 = 3;
const U32: u32 = 4;
const I32: u32 = 5;
const F32: u32 = 6;
const BOOL: u32 = 7;
const TEXT: u32 = 8;
const ARRAY: u32 = 9;
const U64: u32 = 10;
const I64: u32 = 11;
const F64: u32 = 12;

/// Lists of integers up to this length are read (a number per layer); longer ones are skipped (a number per token).
const READ_LIST: u64 = 1024;

impl<'a> Value<'a> {
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, GgufError> {
        let at = cursor.at();
        let number = cursor.u32("the type of a metadata value")?;
        if number == ARRAY { Self::read_list(cursor) } else { Self::read_one(cursor, number, at) }
    }

    fn read_one(cursor: &mut Cursor<'a>, number: u32, at: usize) -> Result<Self, GgufError> {
        let what = "a metadata value";
        Ok(match number {
            U8 => Self::Unsigned(u64::from(u8::from_le_bytes(cursor.array(what)?))),
            U16 => Self::Unsigned(u64::from(u16::from_le_bytes(cursor.array(what)?))),
            U32 => Self::Unsigned(u64::from(u32::from_le_bytes(cursor.array(what)?))),
            U64 => Self::Unsigned(u64::from_le_bytes(cursor.array(what)?)),
            I8 => Self::Signed(i64::from(i8::from_le_bytes(cursor.array(what)?))),
            I16 => Self::Signed(i64::from(i16::from_le_bytes(cursor.array(what)?))),
            I32 => Self::Signed(i64::from(i32::from_le_bytes(cursor.array(what)?))),
            I64 => Self::Signed(i64::from_le_bytes(cursor.array(what)?)),
            F32 => Self::Float(f64::from(f32::from_le_bytes(cursor.array(what)?))),
            F64 => Self::Float(f64::from_le_bytes(cursor.array(what)?)),
            BOOL => Self::Bool(cursor.array::<1>(what)? != [0]),
            TEXT => Self::Text(cursor.string(what)?),
            number => return Err(GgufError::ValueType { number, at }),
        })
    }

    fn read_list(cursor: &mut Cursor<'a>) -> Result<Self, GgufError> {
        let at = cursor.at();
        let number = cursor.u32("the type of a list")?;
        let n = cursor.u64("the length of a list")?;
        if number == TEXT {
            // Each entry takes bytes of the file, so a hostile length ends at the end of the file.
            for _ in 0..n {
                cursor.string("an entry of a list")?;
            }
            return Ok(Self::List { n });
        }
        let Some(size) = size_of_one(number) else { return Err(GgufError::ValueType { number, at }) };
        let is_integer = matches!(number, U8 | I8 | U16 | I16 | U32 | I32 | U64 | I64);
        if is_integer && n <= READ_LIST {
            let entry = |_| Ok(Self::read_one(cursor, number, at)?.as_i64().unwrap_or(i64::MAX));
            return Ok(Self::Integers((0..n).map(entry).collect::<Result<_, GgufError>>()?));
        }
        // An overflowing length is certainly longer than the file.
        cursor.take(n.saturating_mul(size), "a list")?;
        Ok(Self::List { n })
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
            Self::Integers(numbers) => numbers.iter().max().and_then(|number| u64::try_from(*number).ok()),
            _ => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Unsigned(number) => i64::try_from(*number).ok(),
            Self::Signed(number) => Some(*number),
            _ => None,
        }
    }
}

fn size_of_one(number: u32) -> Option<u64> {
    match number {
        U8 | I8 | BOOL => Some(1),
        U16 | I16 => Some(2),
        U32 | I32 | F32 => Some(4),
        U64 | I64 | F64 => Some(8),
        _ => None,
    }
}
