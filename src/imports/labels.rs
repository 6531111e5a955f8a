//! Labels: which prompts are harmful.

use std::path::Path;

use super::array::Format;
use super::error::ImportError;
use super::npy;
use crate::dump::Label;

/// Reads labels from `path`: numpy integers, a JSON list, or a text with one a line.
///
/// # Errors
/// The file cannot be read, or an entry is neither harmful nor benign; it is named by its number.
pub(super) fn read(path: &Path) -> Result<Vec<Label>, ImportError> {
    let bytes = std::fs::read(path).map_err(|source| ImportError::Open { path: path.to_owned(), source })?;
    parse(&bytes).map_err(|reason| ImportError::Labels { path: path.to_owned(), reason })
}

fn parse(bytes: &[u8]) -> Result<Vec<Label>, String> {
    let labels = if bytes.starts_with(npy::MAGIC) {
        let header = npy::parse(bytes)?;
        if header.shape.len() != 1 {
            return Err(format!("its shape is {:?}; labels must be one list, [n_prompts]", header.shape));
        }
        let n_bytes = header.shape[0] * header.format.size();
        of_numbers(&bytes[header.start..][..n_bytes], header.format)?
    } else {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is neither .npy nor UTF-8 text".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_start().starts_with('[') { of_json(text)? } else { of_lines(text)? }
    };
    if labels.is_empty() { Err("it has no labels".to_owned()) } else { Ok(labels) }
}

/// Labels from the bytes of an array; the error names the entry.
pub(super) fn of_numbers(bytes: &[u8], format: Format) -> Result<Vec<Label>, String> {
    if format.is_float() {
        return Err(format!("its labels are {format}; save them as whole numbers, 0 benign and 1 harmful"));
    }
    let label = |(number, bytes): (usize, &[u8])| {
        let rest_is_zero = bytes[1..].iter().all(|byte| *byte == 0);
        match (bytes[0], rest_is_zero) {
            (0, true) => Ok(Label::Benign),
            (1, true) => Ok(Label::Harmful),
            _ => Err(format!("label {} is neither 0 (benign) nor 1 (harmful)", number + 1)),
        }
    };
    bytes.chunks_exact(format.size()).enumerate().map(label).collect()
}

fn of_json(text: &str) -> Result<Vec<Label>, String> {
    let list: Vec<serde_json::Value> =
        serde_json::from_str(text).map_err(|error| format!("it is not a JSON list: {error}"))?;
    let label = |(number, value): (usize, &serde_json::Value)| {
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        of_word(&word).ok_or_else(|| unknown("entry", number + 1, &word))
    };
    list.iter().enumerate().map(label).collect()
}

fn of_lines(text: &str) -> Result<Vec<Label>, String> {
    let label = |(number, line): (usize, &str)| of_word(line).ok_or_else(|| unknown("line", number + 1, line));
    // Only at the end: an empty line between others would shift every label after it.
    text.trim_end().lines().enumerate().map(label).collect()
}

fn of_word(word: &str) -> Option<Label> {
    match word.trim().to_ascii_lowercase().as_str() {
        "1" | "harmful" | "true" => Some(Label::Harmful),
        "0" | "benign" | "harmless" | "false" => Some(Label::Benign),
        _ => None,
    }
}

fn unknown(what: &str, number: usize, word: &str) -> String {
    let short: String = word.chars().take(40).collect();
    format!("{what} {number} is {short:?}, but must be 1 (or harmful) or 0 (or benign)")
}

#[cfg(test)]
mod tests {
    use super::super::npy::tests::file;
    use super::*;
    use proptest::prelude::*;

    const MIXED: [Label; 3] = [Label::Harmful, Label::Benign, Label::Harmful];

    #[test]
    fn every_way_to_write_them_is_read() {
        for text in [
            "1\n0\n1\n",
            "harmful\r\nBenign\r\nHARMFUL",
            "\u{feff}1\n0\n1\n\n",
            "[1, 0, 1]",
            " [\"harmful\", \"harmless\", true]",
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), MIXED, "{text}");
        }
        assert_eq!(parse(&file("|b1", false, &[3], &[1, 0, 1])).unwrap(), MIXED);
        let wide: Vec<u8> = [1_i64, 0, 1].iter().flat_map(|label| label.to_le_bytes()).collect();
        assert_eq!(parse(&file("<i8", false, &[3], &wide)).unwrap(), MIXED);
    }

    #[test]
    fn what_is_no_label_is_named() {
        let says = |bytes: &[u8], words: &str| {
            let text = parse(bytes).unwrap_err();
            assert!(text.contains(words), "{text}");
        };
        says(b"1\n\n0\n", "line 2");
        says(b"1\nmaybe\n", "line 2 is \"maybe\"");
        says(b"[1, 2]", "entry 2 is \"2\"");
        says(b"[1, ", "JSON");
        says(b"", "no labels");
        says(b"[]", "no labels");
        says(b"\xff\xfe", "UTF-8");
        says(&file("<i4", false, &[1], &[1, 0, 0, 1]), "label 1");
        says(&file("<i2", false, &[1], &[0xFF, 0xFF]), "label 1");
        says(&file("<f4", false, &[1], &[0; 4]), "whole numbers");
        says(&file("|u1", false, &[1, 1], &[0]), "[1, 1]");
        says(&file("|u1", false, &[9], &[0]), "cut off");
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..60), text in ".{0,40}") {
            let _ = parse(&bytes);
            let _ = parse(text.as_bytes());
            let _ = parse(&[npy::MAGIC, &bytes].concat());
        }
    }
}
