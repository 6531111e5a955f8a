//! Chance that is the same on every machine.

/// Numbers by chance, from a name: BLAKE3's stream of it.
pub struct Random(blake3::OutputReader);

impl Random {
    pub fn new(name: &str) -> Self {
        Self(blake3::Hasher::new().update(name.as_bytes()).finalize_xof())
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    /// One of `0..end`.
    pub fn below(&mut self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % end as u64) as usize
    }
}
