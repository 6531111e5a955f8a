//! Lists in the metadata: skipped when the file is opened, read when someone asks.

use super::value::{self, Value};

/// A list of strings or numbers, left where it lies in the file. A vocabulary of 150,000 tokens costs nothing until
/// it is walked through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct List<'a> {
    /// Number of the entries' type.
    pub(super) entry: u32,
    pub(super) n: u64,
    /// All entries, checked to be complete.
    pub(super) bytes: &'a [u8],
}

impl<'a> List<'a> {
    /// Entries.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.n
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// The entries as strings, usually UTF-8; `None` if they are something else.
    pub fn texts(&self) -> Option<impl Iterator<Item = &'a [u8]> + use<'a>> {
        let mut rest = self.bytes;
        (self.entry == value::TEXT).then(|| {
            std::iter::from_fn(move || {
                let (length, after) = rest.split_first_chunk()?;
                let (text, after) = after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
                rest = after;
                Some(text)
            })
        })
    }

    /// The entries as integers; `None` if they are something else. Numbers above `i64::MAX` are given as that.
    pub fn integers(&self) -> Option<impl Iterator<Item = i64> + use<'a>> {
        let entry = self.entry;
        let size = value::size_of_integer(entry)?;
        Some(self.bytes.chunks_exact(size).filter_map(move |bytes| match Value::of_number(entry, bytes)? {
            Value::Unsigned(number) => Some(i64::try_from(number).unwrap_or(i64::MAX)),
            Value::Signed(number) => Some(number),
            _ => None,
        }))
    }
}
