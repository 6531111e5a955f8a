//! From bytes to text: UTF-8, or UTF-16 that says so.

use super::lines::number_behind;
use super::{EntryError, foreign};

/// Why bytes are no text of prompts.
pub(super) enum Undecodable {
    /// They are something else altogether.
    Foreign(&'static str),
    /// Not UTF-8, from this line on.
    NotUtf8(usize),
    /// Wrong at one place.
    At(EntryError),
}

/// The text of `bytes`, without a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Undecodable> {
    if let Some(what) = foreign::kind_of(bytes) {
        return Err(Undecodable::Foreign(what));
    }
    let text = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            return Err(Undecodable::Foreign("a text in UTF-32; save it as UTF-8"));
        }
        [0xFF, 0xFE, rest @ ..] => from_utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => from_utf16(rest, u16::from_be_bytes)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => from_utf8(rest)?,
        bytes => from_utf8(bytes)?,
    };
    match text.char_indices().find(|(_, c)| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r')) {
        None => Ok(text),
        Some((at, control)) => {
            let reason = format!("it holds the control character U+{:04X}; remove it", u32::from(control));
            Err(Undecodable::At(EntryError::at_line(number_behind(&text.as_bytes()[..at]), reason)))
        }
    }
}

fn from_utf8(bytes: &[u8]) -> Result<String, Undecodable> {
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let reason = "it holds a NUL byte: this is UTF-16 without a byte order mark, or no text; save it as UTF-8";
        return Err(Undecodable::At(EntryError::at_line(number_behind(&bytes[..at]), reason)));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Undecodable::NotUtf8(number_behind(&bytes[..error.valid_up_to()])))?;
    Ok(text.to_owned())
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Undecodable> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::new();
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match c {
            Ok(c) => text.push(c),
            Err(_) => return Err(broken_utf16(&text)),
        }
    }
    if odd.is_empty() { Ok(text) } else { Err(broken_utf16(&text)) }
}

fn broken_utf16(before: &str) -> Undecodable {
    let reason = "it is not valid UTF-16, which its byte order mark says it is; save it as UTF-8";
    Undecodable::At(EntryError::at_line(number_behind(before.as_bytes()), reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    fn wrong(bytes: &[u8]) -> String {
        match decode(bytes).unwrap_err() {
            Undecodable::Foreign(what) => what.to_owned(),
            Undecodable::NotUtf8(line) => format!("line {line}: not UTF-8"),
            Undecodable::At(EntryError { place, reason, .. }) => format!("{place}: {reason}"),
        }
    }

    #[test]
    fn utf16_is_read_if_it_says_so_and_refused_by_name_if_not() {
        let text = "stop the press\nプレスを止める 🛑\n";
        for (mark, unit) in [("\u{FEFF}", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("\u{FEFF}", u16::to_be_bytes)] {
            let marked = utf16(&format!("{mark}{text}"), unit);
            assert_eq!(decode(&marked).ok().as_deref(), Some(text));
            assert!(wrong(&utf16(text, unit)).contains("line 1: it holds a NUL byte: this is UTF-16"));
            assert!(wrong(&marked[..marked.len() - 1]).contains("line 2: it is not valid UTF-16") || unit(1) == [1, 0]);
        }
        assert!(wrong(b"\xFF\xFE\0\0a\0\0\0").contains("UTF-32"));
        assert_eq!(decode(b"\xEF\xBB\xBFa").ok().as_deref(), Some("a"));
    }

    #[test]
    fn control_bytes_and_other_encodings_are_refused_by_line() {
        assert!(wrong(b"a\r\nb\rc\x1B[2J\n").starts_with("line 3: it holds the control character U+001B"));
        assert!(wrong(b"a\n\x08").starts_with("line 2: it holds the control character U+0008"));
        assert_eq!(wrong(b"a\r\nb\rcaf\xE9"), "line 3: not UTF-8");
        assert_eq!(decode(b"a\tb\r\n").ok().as_deref(), Some("a\tb\r\n"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn utf16_gives_the_text_back(text in "[^\\p{Cc}]{0,40}") {
            prop_assert_eq!(decode(&utf16(&format!("\u{FEFF}{text}"), u16::to_be_bytes)).ok(), Some(text));
        }
    }
}
