//! Reading forward through a file's bytes.

use super::error::GgufError;

/// A place in a file, and the bytes from there.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte's place in the file.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next `n` bytes; `what` they are is for the error.
    pub fn take(&mut self, n: u64, what: &'static str) -> Result<&'a [u8], GgufError> {
        let end = usize::try_from(n).ok().and_then(|n| self.at.checked_add(n));
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let file = self.bytes.len();
        let taken = taken.ok_or(GgufError::Ends { what, at: self.at, wanted: n, file })?;
        self.at += taken.len();
        Ok(taken)
    }

    /// Everything read since byte `start`.
    pub fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], GgufError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64, what)?);
        Ok(array)
    }

    pub fn u32(&mut self, what: &'static str) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub fn u64(&mut self, what: &'static str) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// A string: its length, then its bytes.
    pub fn string(&mut self, what: &'static str) -> Result<&'a [u8], GgufError> {
        let length = self.u64(what)?;
        self.take(length, what)
    }

    /// A string that must be UTF-8.
    pub fn text(&mut self, what: &'static str) -> Result<&'a str, GgufError> {
        let at = self.at;
        std::str::from_utf8(self.string(what)?).map_err(|_| GgufError::NotUtf8 { what, at })
    }
}
