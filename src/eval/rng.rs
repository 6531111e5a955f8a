//! Chance that comes out the same everywhere: drawn from a BLAKE3 stream of what it is about.

use blake3::OutputReader;

/// A stream of random numbers that depends on nothing but its key. Not the generator of a crate, since most of those
/// may change their numbers with a version, and a prompt must not.
pub(super) struct Rng(OutputReader);

impl Rng {
    /// Rng for `purpose`, a word for each use, about `parts`, with the seed of the evaluation.
    pub fn new(purpose: &str, parts: &[&str], seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in std::iter::once(&purpose).chain(parts) {
            // With its length before it, so that no two lists of parts give the same bytes.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(&seed.to_le_bytes());
        Self(hasher.finalize_xof())
    }

    fn next(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number from 0 to `n` − 1; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        // The upper half of the product: even to one part in 2⁶⁴ / n.
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// Yes with `probability`.
    pub fn chance(&mut self, probability: f64) -> bool {
        // 53 bits are what a double holds.
        ((self.next() >> 11) as f64) / ((1_u64 << 53) as f64) < probability
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// `k` different numbers from 0 to `n` − 1, or all if there are fewer, in order.
    pub fn sample(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..n).collect();
        let k = k.min(n);
        for place in 0..k {
            let other = place + self.below(n - place);
            numbers.swap(place, other);
        }
        numbers.truncate(k);
        numbers.sort_unstable();
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn the_stream_depends_on_every_part_of_its_key() {
        let first = |purpose: &str, parts: &[&str], seed| Rng::new(purpose, parts, seed).next();
        let all = [
            first("a", &["bc"], 0),
            first("ab", &["c"], 0),
            first("a", &["b", "c"], 0),
            first("a", &["bc"], 1),
            first("a", &["bc", ""], 0),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "{place}");
        }
        assert_eq!(first("a", &["bc"], 0), all[0]);
    }

    #[test]
    fn chances_are_what_they_are_called() {
        let mut rng = Rng::new("test", &[], 0);
        let hits = (0..10_000).filter(|_| rng.chance(0.2)).count();
        assert!((1800..2200).contains(&hits), "{hits}");
        let mut counts = [0; 3];
        (0..9000).for_each(|_| counts[rng.below(3)] += 1);
        assert!(counts.iter().all(|count| (2800..3200).contains(count)), "{counts:?}");
    }

    proptest! {
        #[test]
        fn a_sample_holds_different_numbers_in_order(n in 0_usize..50, k in 0_usize..60, seed: u64) {
            let sample = Rng::new("test", &[], seed).sample(n, k);
            prop_assert_eq!(sample.len(), k.min(n));
            prop_assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(sample.iter().all(|number| *number < n));
        }
    }
}
