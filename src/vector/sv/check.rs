//! Everything that a reader must check, in the order of docs/sv-format.md.

use super::error::{At, FormatError};
use super::first::FirstHeader;
use super::rules::{check_header, check_indices, check_values};
use super::view::{self, Indices, Values};
use super::{
    CHECKSUM, Encoding, FIRST_VERSION, HEADER_LIMIT, MAGIC, NARROW_N_EMBD, PREFIX, SIZES, VERSION, aligned,
    header_encoding,
};
use crate::vector::{Header, LayerEntry};

/// What a file holds, once all of it was checked.
#[derive(Debug)]
pub(super) struct Content {
    pub header: Header,
    pub encoding: Encoding,
    /// Where each layer's arrays lie.
    pub arrays: Vec<Arrays>,
}

/// Where one layer's arrays lie in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrays {
    n: usize,
    indices: usize,
    values: usize,
}

impl Arrays {
    /// The indices' bytes in `file`.
    pub fn indices(self, file: &[u8], encoding: Encoding) -> Indices<'_> {
        view::indices(&file[self.indices..self.indices + self.n * encoding.index_size()], encoding)
    }

    /// The values' bytes in `file`.
    pub fn values(self, file: &[u8], encoding: Encoding) -> Values<'_> {
        view::values(&file[self.values..self.values + self.n * encoding.value_size()], encoding)
    }
}

/// Checks a whole file, which begins at an address that is a multiple of 4.
pub(super) fn check(bytes: &[u8]) -> Result<Content, FormatError> {
    let content = check_frame(bytes)?;
    let header_length = number_at(content, 12) as usize;
    let room = content.len() - PREFIX;
    if header_length > HEADER_LIMIT || room < SIZES || header_length > room - SIZES {
        return Err(FormatError::HeaderLength { length: header_length, limit: HEADER_LIMIT });
    }
    let header_end = PREFIX + header_length;
    let version = number_at(content, 8);
    let header = decode_header(&content[PREFIX..header_end], version)?;
    check_header(&header, &entry_places(&header.layers, version, header_end))?;

    let (index_size, value_size) = (content[header_end], content[header_end + 1]);
    let encoding = Encoding { wide_indices: header.model.n_embd > NARROW_N_EMBD, wide_values: value_size == 4 };
    if usize::from(index_size) != encoding.index_size() || usize::from(value_size) != encoding.value_size() {
        return Err(FormatError::Encoding { index_size, value_size, at: header_end });
    }
    let arrays = lay_out(&header, encoding, header_end + SIZES, content)?;
    for (entry, arrays) in header.layers.iter().zip(&arrays) {
        let place = |start: usize, size: usize| move |position: usize| At(Some(start + position * size));
        let index_place = place(arrays.indices, encoding.index_size());
        match arrays.indices(content, encoding) {
            Indices::U16(indices) => {
                let indices = indices.iter().map(|index| u32::from(*index));
                check_indices(entry.layer, indices, header.model.n_embd, index_place)?;
            }
            Indices::U32(indices) => {
                check_indices(entry.layer, indices.iter().copied(), header.model.n_embd, index_place)?
            }
        }
        let value_place = place(arrays.values, encoding.value_size());
        match arrays.values(content, encoding) {
            Values::F16(values) => check_values(entry.layer, values.iter().map(|v| v.is_finite()), value_place)?,
            Values::F32(values) => check_values(entry.layer, values.iter().map(|v| v.is_finite()), value_place)?,
        }
    }
    Ok(Content { header, encoding, arrays })
}

/// Magic, version and checksum. What passes is what was written; gives the file without its checksum.
fn check_frame(bytes: &[u8]) -> Result<&[u8], FormatError> {
    let n = bytes.len().min(MAGIC.len());
    if bytes[..n] != MAGIC[..n] {
        return Err(if bytes.starts_with(&MAGIC[..4]) { FormatError::TransferredAsText } else { FormatError::Magic });
    }
    if bytes.len() < PREFIX + CHECKSUM {
        return Err(FormatError::TooShort { length: bytes.len(), shortest: PREFIX + CHECKSUM });
    }
    match number_at(bytes, 8) {
        FIRST_VERSION | VERSION => {}
        version => return Err(FormatError::Version { version, known: VERSION }),
    }
    let (content, stored) = bytes.split_at(bytes.len() - CHECKSUM);
    let computed = blake3::hash(content);
    if computed.as_bytes() != stored {
        let short = |bytes: &[u8]| bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        return Err(FormatError::Checksum {
            at: content.len(),
            stored: short(stored),
            computed: short(computed.as_bytes()),
        });
    }
    Ok(content)
}

fn number_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn decode_header(bytes: &[u8], version: u32) -> Result<Header, FormatError> {
    let decoded = if version == FIRST_VERSION {
        bincode::serde::decode_from_slice::<FirstHeader, _>(bytes, header_encoding())
            .map(|(header, used)| (Header::from(header), used))
    } else {
        bincode::serde::decode_from_slice::<Header, _>(bytes, header_encoding())
    };
    let (header, used) = decoded.map_err(|error| FormatError::Header { reason: error.to_string() })?;
    if used != bytes.len() {
        let reason = format!("its fields end at byte {}, {} bytes early", PREFIX + used, bytes.len() - used);
        return Err(FormatError::Header { reason });
    }
    Ok(header)
}

/// The byte at which each layer's entry begins. The list of layers is the header's last field and ends at `header_end`,
/// so they are found from there.
fn entry_places(layers: &[LayerEntry], version: u32, header_end: usize) -> Vec<usize> {
    let length = |entry: &LayerEntry| match (version, entry.stats.held_out) {
        (FIRST_VERSION, _) => 20,
        (_, None) => 21,
        (_, Some(_)) => 33,
    };
    let mut place = header_end.saturating_sub(layers.iter().map(length).sum());
    let next = |entry| {
        let start = place;
        place += length(entry);
        start
    };
    layers.iter().map(next).collect()
}

/// Finds every array and checks that they fill `content` from byte `start` to its end, with nothing but zeros between.
fn lay_out(header: &Header, encoding: Encoding, start: usize, content: &[u8]) -> Result<Vec<Arrays>, FormatError> {
    let mut arrays = Vec::with_capacity(header.layers.len());
    let mut end = start;
    for entry in &header.layers {
        let n = entry.n_components as usize;
        let indices = pad(content, end)?;
        let values = pad(content, indices + n * encoding.index_size())?;
        end = values + n * encoding.value_size();
        arrays.push(Arrays { n, indices, values });
    }
    let end = pad(content, end)?;
    if end != content.len() {
        return Err(FormatError::Leftover { end, actual: content.len() });
    }
    Ok(arrays)
}

/// The next aligned byte from `from`, after checking that it is in the file and that only zeros lie between.
fn pad(content: &[u8], from: usize) -> Result<usize, FormatError> {
    let to = aligned(from);
    let Some(padding) = content.get(from..to) else {
        return Err(FormatError::Overlong { needed: to, actual: content.len() });
    };
    match padding.iter().position(|byte| *byte != 0) {
        Some(position) => Err(FormatError::Padding { at: from + position }),
        None => Ok(to),
    }
}
