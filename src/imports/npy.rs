//! The header of a `.npy` file (numpy.lib.format, versions 1 to 3): a magic, a length, and a Python dictionary on one
//! line. The crates that read it bring a whole parser generator, and one of its parts needs an assembler; the tool
//! that this serves builds in seconds with nothing but Rust.

use super::array::Format;
use crate::dump::Element;

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// Bytes of the dictionary at most: numpy itself reads no more without being told to.
const HEADER_LIMIT: usize = 10_000;
/// More dimensions than any array here has.
const DIMENSION_LIMIT: usize = 32;

/// What the header says, once it was checked that all values are there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NpyHeader {
    pub format: Format,
    pub is_fortran: bool,
    pub shape: Vec<usize>,
    /// Byte of the first value.
    pub start: usize,
}

/// Reads the header of the `.npy` file in `bytes`; the error says what is wrong and what to do.
pub(super) fn parse(bytes: &[u8]) -> Result<NpyHeader, String> {
    let cut_off = || "its header is cut off; copy it again".to_owned();
    let rest = bytes.strip_prefix(MAGIC).ok_or("it does not start like a .npy file")?;
    let (&[major, _minor], rest) = rest.split_first_chunk().ok_or_else(cut_off)?;
    let (length, rest) = match major {
        1 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(cut_off)?;
            (u16::from_le_bytes(*length) as usize, rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(cut_off)?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        version => return Err(format!("it has version {version} of the .npy format, but this program reads 1 to 3")),
    };
    if length > HEADER_LIMIT {
        return Err(format!("its header claims {length} bytes, more than the limit of {HEADER_LIMIT}"));
    }
    let header = rest.get(..length).ok_or_else(cut_off)?;
    let start = bytes.len() - rest.len() + length;
    let header = std::str::from_utf8(header).map_err(|_| "its header is not text".to_owned())?;
    let Dictionary { descr, is_fortran, shape } =
        Dictionary::read(header).ok_or_else(|| format!("cannot parse its header: {:?}", header.trim_end()))?;
    let format = format(&descr)?;
    let n_bytes = shape.iter().try_fold(format.size(), |product, length| product.checked_mul(*length));
    let room = bytes.len() - start;
    if n_bytes.is_none_or(|n_bytes| n_bytes > room) {
        return Err(format!("its shape {shape:?} needs more than the {room} bytes it has; it was cut off"));
    }
    Ok(NpyHeader { format, is_fortran, shape, start })
}

/// Whether `bytes` are a `.npy` of something that is neither numbers nor text: Python objects, records, dates, complex
/// numbers. Gives what numpy calls its type.
pub(super) fn foreign_kind(bytes: &[u8]) -> Option<String> {
    let start = if bytes.get(6) == Some(&1) { 10 } else { 12 };
    let header = bytes.strip_prefix(MAGIC).and_then(|_| bytes.get(start..bytes.len().min(start + HEADER_LIMIT)))?;
    let header = header.split(|byte| *byte == b'\n').next()?;
    let after = std::str::from_utf8(header).ok()?.split_once("'descr':")?.1.trim_start();
    if after.starts_with('[') {
        return Some("records".to_owned());
    }
    let (descr, _) = quoted(after)?;
    let kind = descr.trim_start_matches(['<', '>', '|', '=']);
    kind.starts_with(['O', 'V', 'M', 'm', 'c'])
        .then(|| if kind == "O" { "Python objects".to_owned() } else { descr.to_owned() })
}

/// The number format that numpy calls `descr`.
fn format(descr: &str) -> Result<Format, String> {
    let (order, kind) = descr.split_at_checked(1).unwrap_or_default();
    if order == ">" {
        return Err(format!("it is big-endian ({descr}); save array.astype(array.dtype.newbyteorder('<'))"));
    }
    if let Some(length) = kind.strip_prefix(['U', 'S']).and_then(|length| length.parse::<usize>().ok()) {
        let is_wide = kind.starts_with('U');
        let size = length.checked_mul(if is_wide { 4 } else { 1 }).filter(|size| *size > 0);
        return size
            .map(|size| Format::Text { size, is_wide })
            .ok_or_else(|| format!("its texts have no length ({descr})"));
    }
    Ok(match kind {
        "f2" => Format::Float(Element::F16),
        "f4" => Format::Float(Element::F32),
        "f8" => Format::F64,
        "b1" => Format::Bool,
        "i1" | "i2" | "i4" | "i8" => Format::Integer { size: usize::from(kind.as_bytes()[1] - b'0'), is_signed: true },
        "u1" | "u2" | "u4" | "u8" => Format::Integer { size: usize::from(kind.as_bytes()[1] - b'0'), is_signed: false },
        _ => {
            return Err(format!(
                "it has the unsupported type {descr:?}; save it as float32 or float16 (numpy has no BF16)"
            ));
        }
    })
}

/// The three entries of the dictionary.
struct Dictionary {
    descr: String,
    is_fortran: bool,
    shape: Vec<usize>,
}

impl Dictionary {
    /// `None` if `text` is not a dictionary with exactly the three entries.
    fn read(text: &str) -> Option<Self> {
        let (mut descr, mut is_fortran, mut shape) = (None, None, None);
        let mut rest = text.trim().strip_prefix('{')?.trim_start();
        while !rest.starts_with('}') {
            let (key, after) = quoted(rest)?;
            let after = after.trim_start().strip_prefix(':')?.trim_start();
            let after = match key {
                "descr" if descr.is_none() => {
                    let (value, after) = quoted(after)?;
                    descr = Some(value.to_owned());
                    after
                }
                "fortran_order" if is_fortran.is_none() => {
                    let yes = after.strip_prefix("True").map(|after| (true, after));
                    let (value, after) = yes.or_else(|| after.strip_prefix("False").map(|after| (false, after)))?;
                    is_fortran = Some(value);
                    after
                }
                "shape" if shape.is_none() => {
                    let (inside, after) = after.strip_prefix('(')?.split_once(')')?;
                    shape = Some(lengths(inside)?);
                    after
                }
                _ => return None,
            };
            rest = after.trim_start();
            rest = match rest.strip_prefix(',') {
                Some(after) => after.trim_start(),
                None if rest.starts_with('}') => rest,
                None => return None,
            };
        }
        (rest == "}").then_some(())?;
        Some(Self { descr: descr?, is_fortran: is_fortran?, shape: shape? })
    }
}

/// A text in quotes at the beginning of `text`, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text[1..].split_once(quote)
}

/// The numbers of a tuple, without its parentheses.
fn lengths(inside: &str) -> Option<Vec<usize>> {
    let inside = inside.trim();
    let inside = inside.strip_suffix(',').unwrap_or(inside);
    if inside.trim().is_empty() {
        return Some(vec![]);
    }
    let lengths: Option<Vec<usize>> = inside.split(',').map(|length| length.trim().parse().ok()).collect();
    lengths.filter(|lengths| lengths.len() <= DIMENSION_LIMIT)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file as numpy writes it.
    pub fn file(descr: &str, is_fortran: bool, shape: &[usize], data: &[u8]) -> Vec<u8> {
        let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
        let order = if is_fortran { "True" } else { "False" };
        let mut header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({}), }}", lengths.trim_end());
        while (10 + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        [MAGIC, &[1, 0], &(header.len() as u16).to_le_bytes(), header.as_bytes(), data].concat()
    }

    #[test]
    fn headers_of_every_version_are_read() {
        let bytes = file("<f4", false, &[2, 3], &[0; 24]);
        let header = parse(&bytes).unwrap();
        assert_eq!((header.format, header.is_fortran), (Format::Float(Element::F32), false));
        assert_eq!((header.shape.as_slice(), header.start), (&[2, 3][..], bytes.len() - 24));
        let text = "{\"shape\": (), 'fortran_order':True,'descr' : '|u1'}";
        for major in [2, 3] {
            let bytes = [MAGIC, &[major, 0], &(text.len() as u32).to_le_bytes(), text.as_bytes(), &[7]].concat();
            let header = parse(&bytes).unwrap();
            assert_eq!(header.format, Format::Integer { size: 1, is_signed: false });
            assert!(header.is_fortran && header.shape.is_empty() && header.start == bytes.len() - 1);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let says = |bytes: &[u8], words: &str| {
            let text = parse(bytes).unwrap_err();
            assert!(text.contains(words), "{text}");
        };
        says(b"\x93NUM", "does not start");
        says(b"\x93NUMPY\x01\x00\xff", "cut off");
        says(b"\x93NUMPY\x09\x00\x01\x00", "version 9");
        says(&[MAGIC, &[2, 0], &[0xFF; 4]].concat(), "more than the limit");
        says(&file("<f4", false, &[2, 3], &[0; 23]), "cut off");
        says(&file("<f4", false, &[usize::MAX, 8], &[0; 24]), "needs more");
        says(&file(">f4", false, &[6], &[0; 24]), "big-endian");
        says(&file("<c8", false, &[3], &[0; 24]), "float32");
        says(&file("|V2", false, &[3], &[0; 24]), "BF16");
        says(&file("[('a', '<f4')]", false, &[3], &[0; 24]), "cannot parse");
        let broken = ["", "{}", "{'descr': '<f4'", "{'descr': '<f4', 'shape': (1,), 'other': 1}", "{'shape' (1)}"];
        for text in broken {
            let bytes = [MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
            says(&bytes, "cannot parse");
        }
    }

    proptest! {
        #[test]
        fn shapes_come_back(shape in prop::collection::vec(0..5_usize, 0..5), is_fortran in any::<bool>()) {
            let n = shape.iter().product::<usize>();
            let header = parse(&file("<f8", is_fortran, &shape, &vec![0; n * 8])).unwrap();
            prop_assert_eq!((header.shape, header.is_fortran, header.format), (shape, is_fortran, Format::F64));
        }

        #[test]
        fn nothing_panics(
            changes in prop::collection::vec((0..160_usize, any::<u8>()), 0..6),
            length in 0..200_usize,
            text in ".{0,80}",
        ) {
            let mut bytes = file("<f4", false, &[2, 3], &[0; 24]);
            for (at, value) in changes {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            bytes.truncate(length);
            let _ = parse(&bytes);
            let _ = parse(&[MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat());
        }
    }
}
