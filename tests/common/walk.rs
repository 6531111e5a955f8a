//! Where the values of a GGUF's metadata lie, so that tests can change them in place. Knows well-formed files only.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::ops::Range;

/// A value in the metadata.
#[derive(Debug, Clone)]
pub struct Place {
    pub key: String,
    /// ggml's number of its type; of a list, of its entries.
    pub kind: u32,
    pub is_list: bool,
    /// Its bytes; of a text or list of texts, everything after the (first) length.
    pub bytes: Range<usize>,
}

pub const TEXT: u32 = 8;
const LIST: u32 = 9;

fn number(file: &[u8], at: usize, size: usize) -> usize {
    file[at..at + size].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn size_of(kind: u32) -> usize {
    match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        10..=12 => 8,
        _ => 4,
    }
}

/// Every metadata value of `file`, in its order.
pub fn metadata(file: &[u8]) -> Vec<Place> {
    let mut at = 24;
    (0..number(file, 16, 8))
        .map(|_| {
            let length = number(file, at, 8);
            let key = String::from_utf8(file[at + 8..at + 8 + length].to_vec()).unwrap();
            at += 8 + length;
            let kind = number(file, at, 4) as u32;
            at += 4;
            let (kind, n, is_list) = if kind == LIST {
                let (kind, n) = (number(file, at, 4) as u32, number(file, at + 4, 8));
                at += 12;
                (kind, n, true)
            } else {
                (kind, 1, false)
            };
            let start = if kind == TEXT { at + 8 } else { at };
            for _ in 0..n {
                at += if kind == TEXT { 8 + number(file, at, 8) } else { size_of(kind) };
            }
            Place { key, kind, is_list, bytes: start..at }
        })
        .collect()
}

/// The value called `key`.
pub fn place(file: &[u8], key: &str) -> Place {
    metadata(file).into_iter().find(|place| place.key == key).unwrap_or_else(|| panic!("there is no {key}"))
}
