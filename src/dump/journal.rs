//! What stands behind the rows of an unfinished dump: what it was begun as, and which rows are whole.
//!
//! ```text
//! L          the terms it was begun under: JSON, a list of [name, value]
//!            records of 40 bytes, as many as there are rows; unused ones are zero
//! T - 56     footer: L u64 | length of the terms u64 | BLAKE3 of terms, L and length | magic
//! ```
//! L is the length of the finished dump and T that of the unfinished file; both stand from the first moment on, so that
//! nothing but data changes while rows come. A record says how many rows are whole and proves it: its hash covers the
//! rows that came with it and the record before, so it cannot hold for other rows, for rows of which a part is missing,
//! or behind a record that does not hold.

use super::plan::Terms;

/// Ends every unfinished dump.
const MAGIC: [u8; 8] = *b"\x89ADuf\r\n\x01";
/// Bytes of the footer.
pub(super) const FOOTER_BYTES: usize = 8 + 8 + 32 + MAGIC.len();
/// Bytes of a record.
pub(super) const RECORD_BYTES: usize = 8 + 32;
/// Terms are a page of text; whatever claims to be longer is damaged.
const MAX_TERMS: u64 = 1 << 20;

/// A proof that rows are whole.
pub(super) type Hash = [u8; 32];

/// Where the parts of a journal lie, and what its first record is chained to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Journal {
    /// L: where the dump ends and the journal begins.
    dump_end: u64,
    n_terms: u64,
    seed: Hash,
}

impl Journal {
    /// The journal of a dump of `dump_end` bytes, and the bytes that its terms take.
    pub fn new(dump_end: u64, terms: &Terms) -> (Self, Vec<u8>) {
        let text = serde_json::Value::from_iter(terms.iter().map(|(what, value)| [what.as_str(), value.as_str()]));
        let text = text.to_string().into_bytes();
        let n_terms = text.len() as u64;
        (Self { dump_end, n_terms, seed: seed(&text, dump_end, n_terms) }, text)
    }

    /// Where the terms lie.
    pub fn terms_at(&self) -> u64 {
        self.dump_end
    }

    /// Where record number `index` lies.
    pub fn record_at(&self, index: usize) -> u64 {
        self.dump_end + self.n_terms + (index * RECORD_BYTES) as u64
    }

    /// Length of the unfinished file of `n_rows` rows.
    pub fn file_end(&self, n_rows: usize) -> u64 {
        self.record_at(n_rows) + FOOTER_BYTES as u64
    }

    /// What the first record's hash begins with.
    pub fn seed(&self) -> Hash {
        self.seed
    }

    /// The last bytes of the unfinished file.
    pub fn footer(&self) -> [u8; FOOTER_BYTES] {
        let mut footer = [0; FOOTER_BYTES];
        footer[..8].copy_from_slice(&self.dump_end.to_le_bytes());
        footer[8..16].copy_from_slice(&self.n_terms.to_le_bytes());
        footer[16..48].copy_from_slice(&self.seed);
        footer[48..].copy_from_slice(&MAGIC);
        footer
    }

    /// Reads the footer of a file of `file_end` bytes; `None` if it is none.
    pub fn from_footer(footer: &[u8; FOOTER_BYTES], file_end: u64) -> Option<Self> {
        let number = |at: usize| u64::from_le_bytes(footer[at..at + 8].try_into().expect("8 bytes"));
        let (dump_end, n_terms) = (number(0), number(8));
        let seed = footer[16..48].try_into().expect("32 bytes");
        let fits = dump_end.checked_add(n_terms)?.checked_add(FOOTER_BYTES as u64)? <= file_end;
        (footer[48..] == MAGIC && fits && n_terms <= MAX_TERMS).then_some(Self { dump_end, n_terms, seed })
    }

    /// Bytes of the terms.
    pub fn n_terms(&self) -> usize {
        self.n_terms as usize
    }

    /// Reads the terms; `None` if they are damaged.
    pub fn read_terms(&self, text: &[u8]) -> Option<Terms> {
        (seed(text, self.dump_end, self.n_terms) == self.seed).then(|| serde_json::from_slice(text).ok())?
    }
}

fn seed(terms: &[u8], dump_end: u64, n_terms: u64) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(terms).update(&dump_end.to_le_bytes()).update(&n_terms.to_le_bytes());
    *hasher.finalize().as_bytes()
}

/// The hash of a record, begun: after the rows' bytes went in it is the proof that `n_rows` rows are whole.
pub(super) fn begin_proof(before: &Hash, n_rows: usize) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before).update(&(n_rows as u64).to_le_bytes());
    hasher
}

/// One record: so many rows are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub n_rows: usize,
    pub proof: Hash,
}

impl Record {
    pub fn to_bytes(self) -> [u8; RECORD_BYTES] {
        let mut bytes = [0; RECORD_BYTES];
        bytes[..8].copy_from_slice(&(self.n_rows as u64).to_le_bytes());
        bytes[8..].copy_from_slice(&self.proof);
        bytes
    }

    pub fn from_bytes(bytes: &[u8; RECORD_BYTES]) -> Self {
        let n_rows = u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes"));
        let proof = bytes[8..].try_into().expect("32 bytes");
        Self { n_rows: usize::try_from(n_rows).unwrap_or(usize::MAX), proof }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_journal_is_found_again_and_its_parts_follow_one_another(
            dump_end in 0..u64::MAX / 4,
            n_rows in 0..100_000_usize,
            terms in proptest::collection::vec(("\\PC{0,8}", "\\PC{0,8}"), 0..4),
        ) {
            let (journal, text) = Journal::new(dump_end, &terms);
            prop_assert_eq!(journal.terms_at(), dump_end);
            prop_assert_eq!(journal.record_at(0), dump_end + text.len() as u64);
            prop_assert_eq!(journal.record_at(n_rows) + FOOTER_BYTES as u64, journal.file_end(n_rows));
            let found = Journal::from_footer(&journal.footer(), journal.file_end(n_rows));
            prop_assert_eq!(found.as_ref(), Some(&journal));
            prop_assert_eq!(journal.read_terms(&text), Some(terms));
        }

        #[test]
        fn a_changed_footer_or_text_is_noticed(at in 0..FOOTER_BYTES + 18, bit in 0..8_u8) {
            let terms = vec![("--type".to_owned(), "f32".to_owned())];
            let (journal, mut text) = Journal::new(1000, &terms);
            prop_assert_eq!(text.len(), 18);
            let mut footer = journal.footer();
            match at.checked_sub(FOOTER_BYTES) {
                Some(at) => text[at] ^= 1 << bit,
                None => footer[at] ^= 1 << bit,
            }
            let found = Journal::from_footer(&footer, journal.file_end(3));
            prop_assert_eq!(found.and_then(|journal| journal.read_terms(&text)), None);
        }

        #[test]
        fn any_footer_is_read_without_a_panic(
            bytes in proptest::collection::vec(any::<u8>(), FOOTER_BYTES - MAGIC.len()),
            file_end in any::<u64>(),
        ) {
            let footer = [bytes, MAGIC.to_vec()].concat().try_into().unwrap();
            if let Some(journal) = Journal::from_footer(&footer, file_end) {
                prop_assert!(journal.terms_at() + journal.n_terms() as u64 <= file_end);
            }
        }

        #[test]
        fn records_keep_what_they_say(n_rows in any::<usize>(), proof in any::<[u8; 32]>()) {
            let record = Record { n_rows, proof };
            prop_assert_eq!(Record::from_bytes(&record.to_bytes()), record);
        }
    }
}
