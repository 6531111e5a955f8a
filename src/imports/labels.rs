//! Labels: which prompts are harmful.

use std::path::Path;

use super::array::Format;
use super::error::ImportError;
use super::npy;
use crate::dump::Label;

/// Reads labels from `path`: a numpy array, a JSON list, or a text with one a line.
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
        if !is_list(&header.shape) {
            return Err(format!(
                "its shape is {:?}; labels must be one list, [n_prompts] or [n_prompts, 1]",
                header.shape
            ));
        }
        let n_bytes = header.shape[0] * header.format.size();
        of_array(&bytes[header.start..][..n_bytes], header.format)?
    } else {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is neither .npy nor UTF-8 text".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_start().starts_with('[') { of_json(text)? } else { of_lines(text)? }
    };
    if labels.is_empty() { Err("it has no labels".to_owned()) } else { Ok(labels) }
}

/// Whether an array of this shape is a list: one value a prompt.
pub(super) fn is_list(shape: &[usize]) -> bool {
    matches!(shape, [_] | [_, 1])
}

/// How somebody writes a label. 0 and −1 both stand for benign, but never in one list: there one of them would mean
/// something else.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Written {
    Harmful,
    Benign,
    MinusOne,
}

/// Labels as they were written; the error names the entry.
fn understood(written: impl Iterator<Item = Result<Written, String>>) -> Result<Vec<Label>, String> {
    let written = written.collect::<Result<Vec<_>, _>>()?;
    if written.contains(&Written::MinusOne) && written.contains(&Written::Benign) {
        return Err("it has both 0 and -1; write benign as one of them and harmful as 1".to_owned());
    }
    let label = |written| if written == Written::Harmful { Label::Harmful } else { Label::Benign };
    Ok(written.into_iter().map(label).collect())
}

/// Labels from the bytes of an array; the error names the entry.
pub(super) fn of_array(bytes: &[u8], format: Format) -> Result<Vec<Label>, String> {
    let read = |bytes: &[u8]| match format {
        Format::Text { is_wide, .. } => of_word(&text_of(bytes, is_wide)),
        Format::Float(element) => {
            let mut value = [0.0];
            element.widen(bytes, &mut value);
            of_float(f64::from(value[0]))
        }
        Format::F64 => of_float(f64::from_le_bytes(bytes.try_into().unwrap_or_default())),
        Format::Integer { is_signed, .. } => match (bytes[0], &bytes[1..]) {
            (0, rest) if rest.iter().all(|byte| *byte == 0) => Some(Written::Benign),
            (1, rest) if rest.iter().all(|byte| *byte == 0) => Some(Written::Harmful),
            (0xFF, rest) if is_signed && rest.iter().all(|byte| *byte == 0xFF) => Some(Written::MinusOne),
            _ => None,
        },
        Format::Bool => of_float(f64::from(bytes[0])),
    };
    let labels = bytes.chunks_exact(format.size()).enumerate().map(|(number, bytes)| {
        read(bytes).ok_or_else(|| {
            let number = number + 1;
            match format {
                Format::Text { is_wide, .. } => unknown("label", number, &text_of(bytes, is_wide)),
                _ => format!("label {number} is neither 0 or -1 (benign) nor 1 (harmful)"),
            }
        })
    });
    understood(labels)
}

fn text_of(bytes: &[u8], is_wide: bool) -> String {
    let text: String = if is_wide {
        let character = |bytes: &[u8; 4]| char::from_u32(u32::from_le_bytes(*bytes)).unwrap_or('\u{fffd}');
        bytes.as_chunks::<4>().0.iter().map(character).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    text.trim_end_matches('\0').to_owned()
}

fn of_float(value: f64) -> Option<Written> {
    match value {
        1.0 => Some(Written::Harmful),
        0.0 => Some(Written::Benign),
        -1.0 => Some(Written::MinusOne),
        _ => None,
    }
}

fn of_json(text: &str) -> Result<Vec<Label>, String> {
    let list: Vec<serde_json::Value> =
        serde_json::from_str(text).map_err(|error| format!("it is not a JSON list: {error}"))?;
    let label = |(number, value): (usize, &serde_json::Value)| {
        // A list of one, as numpy's tolist() makes of [n, 1].
        let value = value.as_array().filter(|inner| inner.len() == 1).map_or(value, |inner| &inner[0]);
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        of_word(&word).ok_or_else(|| unknown("entry", number + 1, &word))
    };
    understood(list.iter().enumerate().map(label))
}

fn of_lines(text: &str) -> Result<Vec<Label>, String> {
    let label = |(number, line): (usize, &str)| of_word(line).ok_or_else(|| unknown("line", number + 1, line));
    // Only at the end: an empty line between others would shift every label after it.
    understood(text.trim_end().lines().enumerate().map(label))
}

fn of_word(word: &str) -> Option<Written> {
    match word.trim().to_ascii_lowercase().as_str() {
        "harmful" | "true" | "unsafe" => Some(Written::Harmful),
        "benign" | "harmless" | "false" | "safe" => Some(Written::Benign),
        number => of_float(number.parse().ok()?),
    }
}

fn unknown(what: &str, number: usize, word: &str) -> String {
    let short: String = word.chars().take(40).collect();
    format!("{what} {number} is {short:?}, but must be 1 (or harmful), or 0 or -1 (or benign)")
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
            "1\n-1\n+1\n",
            "1.0\n0.0\n1.0\n",
            "[1, -1, 1]",
            "[[1], [0], [1]]",
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), MIXED, "{text}");
        }
        assert_eq!(parse(&file("|b1", false, &[3], &[1, 0, 1])).unwrap(), MIXED);
        let wide: Vec<u8> = [1_i64, 0, 1].iter().flat_map(|label| label.to_le_bytes()).collect();
        assert_eq!(parse(&file("<i8", false, &[3], &wide)).unwrap(), MIXED);
        assert_eq!(parse(&file("<i8", false, &[3, 1], &wide)).unwrap(), MIXED);
        let signed: Vec<u8> = [1_i32, -1, 1].iter().flat_map(|label| label.to_le_bytes()).collect();
        assert_eq!(parse(&file("<i4", false, &[3, 1], &signed)).unwrap(), MIXED);
        let floats: Vec<u8> = [1.0_f32, -1.0, 1.0].iter().flat_map(|label| label.to_le_bytes()).collect();
        assert_eq!(parse(&file("<f4", false, &[3], &floats)).unwrap(), MIXED);
        let words = ["harmful", "benign", "harmful"];
        let padded =
            |word: &str| word.chars().map(u32::from).chain([0; 8]).take(8).flat_map(u32::to_le_bytes).collect();
        let text: Vec<Vec<u8>> = words.iter().map(|word| padded(word)).collect();
        assert_eq!(parse(&file("<U8", false, &[3], &text.concat())).unwrap(), MIXED);
        assert_eq!(parse(&file("|S7", false, &[3], b"harmfulbenign\0harmful")).unwrap(), MIXED);
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
        says(&file("<i2", false, &[1], &[0xFE, 0xFF]), "label 1");
        says(&file("<u2", false, &[1], &[0xFF, 0xFF]), "label 1");
        says(&file("<f4", false, &[1], &0.5_f32.to_le_bytes()), "label 1");
        says(&file("|i1", false, &[2], &[0, 0xFF]), "both 0 and -1");
        says(b"1\n0\n-1\n", "both 0 and -1");
        says(&file("|S5", false, &[1], b"maybe"), "label 1 is \"maybe\"");
        says(&file("|u1", false, &[1, 2], &[0, 1]), "[1, 2]");
        says(&file("<U0", false, &[1], &[]), "no length");
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
