//! The tokens of one decode call.

use llama_cpp_sys_2::{llama_batch, llama_pos, llama_seq_id};

use crate::engine::Token;

/// Rows to decode: parallel arrays in the layout that `llama_batch` points at.
#[derive(Debug, Default)]
pub(in crate::engine) struct Batch {
    tokens: Vec<i32>,
    positions: Vec<llama_pos>,
    sequences: Vec<llama_seq_id>,
    sequence_counts: Vec<i32>,
    sequence_pointers: Vec<*mut llama_seq_id>,
    wants_output: Vec<i8>,
}

// SAFETY: the pointers go into `sequences`, which the same value owns, and are made anew for every call (`as_raw`).
unsafe impl Send for Batch {}

impl Batch {
    /// Adds a row: `token` at `position` of `sequence`; `wants_output` asks for its logits.
    pub fn push(&mut self, token: Token, position: usize, sequence: usize, wants_output: bool) {
        self.tokens.push(token.0);
        self.positions.push(to_i32(position));
        self.sequences.push(to_i32(sequence));
        self.wants_output.push(i8::from(wants_output));
    }

    pub fn clear(&mut self) {
        self.tokens.clear();
        self.positions.clear();
        self.sequences.clear();
        self.wants_output.clear();
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Rows that ask for output, in order: `(row, token)` of the batch.
    pub fn output_rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.wants_output.iter().enumerate().filter(|(_, wants)| **wants != 0).map(|(row, _)| row)
    }

    /// The same rows as llama.cpp wants them. The pointers are good until `self` is next changed or dropped.
    pub(super) fn as_raw(&mut self) -> llama_batch {
        self.sequence_counts.clear();
        self.sequence_counts.resize(self.tokens.len(), 1);
        self.sequence_pointers.clear();
        self.sequence_pointers.extend(self.sequences.iter_mut().map(std::ptr::from_mut));
        llama_batch {
            n_tokens: to_i32(self.tokens.len()),
            token: self.tokens.as_mut_ptr(),
            embd: std::ptr::null_mut(),
            pos: self.positions.as_mut_ptr(),
            n_seq_id: self.sequence_counts.as_mut_ptr(),
            seq_id: self.sequence_pointers.as_mut_ptr(),
            logits: self.wants_output.as_mut_ptr(),
        }
    }
}

/// Context sizes are `u32` with a checked bound of `i32::MAX`, so every index fits.
fn to_i32(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a batch as llama.cpp does: `(token, position, sequence, wants_output)` of each row.
    fn rows(raw: llama_batch) -> Vec<(i32, llama_pos, llama_seq_id, bool)> {
        let row = |row| {
            // SAFETY: every array has `n_tokens` entries and nobody changed the batch since.
            unsafe {
                assert_eq!(*raw.n_seq_id.add(row), 1);
                let sequence = **raw.seq_id.add(row);
                (*raw.token.add(row), *raw.pos.add(row), sequence, *raw.logits.add(row) != 0)
            }
        };
        (0..raw.n_tokens as usize).map(row).collect()
    }

    #[test]
    fn llama_cpp_sees_the_rows_that_were_pushed() {
        let mut batch = Batch::default();
        assert!(rows(batch.as_raw()).is_empty() && batch.is_empty());
        // Cleared and filled again, longer than before: pointers of an earlier call must not come back.
        for n in [3, 1, 40] {
            batch.clear();
            (0..n).for_each(|row| batch.push(Token(row as i32 + 7), row * 2, row % 4, row + 1 == n));
            let expected = (0..n as i32).map(|row| (row + 7, row * 2, row % 4, row + 1 == n as i32));
            assert_eq!(rows(batch.as_raw()), expected.collect::<Vec<_>>());
            assert_eq!(batch.output_rows().collect::<Vec<_>>(), [n - 1]);
        }
    }
}
