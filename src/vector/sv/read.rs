//! A mapped file to a vector: everything is checked before anything is handed out, and what is handed out is the map.

use std::path::{Path, PathBuf};

use half::f16;

use super::error::{Fault, SvError};
use super::{CHECKSUM, Encoding, HEADER_LIMIT, MAGIC, N_EMBD_LIMIT, NARROW_N_EMBD, PREFIX, VERSION, aligned};
use super::header_encoding;
use crate::files::MappedFile;
use crate::vector::{ControlVector, Header, LayerStats, SparseLayer};

/// A `.sv` file that was read and checked.
#[derive(Debug)]
pub struct SvFile {
    backing: Backing,
    path: PathBuf,
    header: Header,
    encoding: Encoding,
    /// Where each layer's arrays begin: indices, values.
    arrays: Vec<(usize, usize)>,
}

#[derive(Debug)]
enum Backing {
    Mapped(MappedFile),
    /// Words, so that arrays are aligned; and how many bytes of them count.
    Owned(Vec<u64>, usize),
}

impl Backing {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(file) => file,
            Self::Owned(words, length) => &bytemuck::cast_slice(words)[..*length],
        }
    }
}

/// Indices of one layer's components, straight from the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Indices<'a> {
    /// Models up to 65536 wide.
    U16(&'a [u16]),
    /// Wider ones.
    U32(&'a [u32]),
}

/// Values of one layer's components, straight from the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values<'a> {
    /// Half floats.
    F16(&'a [f16]),
    /// Floats.
    F32(&'a [f32]),
}

/// One layer of a [`SvFile`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerView<'a> {
    /// Block whose output is moved, from 0.
    pub layer: u32,
    /// Components kept, strictly ascending.
    pub indices: Indices<'a>,
    /// Their values.
    pub values: Values<'a>,
    /// What is known about the direction.
    pub stats: LayerStats,
}

impl<'a> LayerView<'a> {
    /// Components kept.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.indices {
            Indices::U16(indices) => indices.len(),
            Indices::U32(indices) => indices.len(),
        }
    }

    /// Never: a layer without components is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each component: its index and its value.
    pub fn iter(&self) -> impl Iterator<Item = (usize, f32)> + 'a {
        let Self { indices, values, .. } = *self;
        let index = move |position: usize| match indices {
            Indices::U16(indices) => usize::from(indices[position]),
            Indices::U32(indices) => indices[position] as usize,
        };
        let value = move |position: usize| match values {
            Values::F16(values) => values[position].to_f32(),
            Values::F32(values) => values[position],
        };
        (0..self.len()).map(move |position| (index(position), value(position)))
    }
}

impl SvFile {
    /// Maps the file at `path` and checks all of it.
    ///
    /// # Errors
    /// The file cannot be opened or breaks a rule of the format.
    pub fn open(path: &Path) -> Result<Self, SvError> {
        let file = MappedFile::open(path).map_err(|source| SvError::Open { path: path.to_owned(), source })?;
        Self::read(Backing::Mapped(file), path)
    }

    /// The same from memory.
    ///
    /// # Errors
    /// The bytes break a rule of the format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SvError> {
        let mut words = vec![0_u64; bytes.len().div_ceil(size_of::<u64>())];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Self::read(Backing::Owned(words, bytes.len()), Path::new("(memory)"))
    }

    fn read(backing: Backing, path: &Path) -> Result<Self, SvError> {
        let checked = check(backing.bytes()).map_err(|fault| SvError::at(path, fault))?;
        let (header, encoding, arrays) = checked;
        Ok(Self { backing, path: path.to_owned(), header, encoding, arrays })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says about itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its length in bytes.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.backing.bytes().len()
    }

    /// Its layers, in ascending order.
    pub fn layers(&self) -> impl Iterator<Item = LayerView<'_>> {
        let bytes = self.backing.bytes();
        self.header.layers.iter().zip(&self.arrays).map(move |(entry, &(indices, values))| {
            let n = entry.n_components as usize;
            LayerView {
                layer: entry.layer,
                indices: indices_at(bytes, indices, n, self.encoding),
                values: values_at(bytes, values, n, self.encoding),
                stats: entry.stats,
            }
        })
    }

    /// A copy that can be changed.
    #[must_use]
    pub fn to_control_vector(&self) -> ControlVector {
        let layer = |view: LayerView<'_>| {
            let (indices, values) = view.iter().map(|(index, value)| (index as u32, value)).unzip();
            SparseLayer { layer: view.layer, indices, values, stats: view.stats }
        };
        ControlVector { header: self.header.clone(), layers: self.layers().map(layer).collect() }
    }
}

/// Array of `n` indices at `offset`. Offsets are aligned by the layout and the start of the file by the map, so the
/// casts cannot fail.
fn indices_at(bytes: &[u8], offset: usize, n: usize, encoding: Encoding) -> Indices<'_> {
    let bytes = &bytes[offset..offset + n * encoding.index_size()];
    if encoding.wide_indices {
        Indices::U32(bytemuck::cast_slice(bytes))
    } else {
        Indices::U16(bytemuck::cast_slice(bytes))
    }
}

/// Array of `n` values at `offset`.
fn values_at(bytes: &[u8], offset: usize, n: usize, encoding: Encoding) -> Values<'_> {
    let bytes = &bytes[offset..offset + n * encoding.value_size()];
    if encoding.wide_values {
        Values::F32(bytemuck::cast_slice(bytes))
    } else {
        Values::F16(bytemuck::cast_slice(bytes))
    }
}

type Checked = (Header, Encoding, Vec<(usize, usize)>);

/// Checks a whole file, in the order of docs/sv-format.md.
fn check(bytes: &[u8]) -> Result<Checked, Fault> {
    let too_short = Fault::TooShort { length: bytes.len() };
    if bytes.len() >= MAGIC.len() && bytes[..MAGIC.len()] != MAGIC {
        return Err(Fault::Magic);
    }
    let Some(content_length) = bytes.len().checked_sub(CHECKSUM).filter(|length| *length >= PREFIX) else {
        return Err(too_short);
    };
    let number_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let version = number_at(8);
    if version != VERSION {
        return Err(Fault::Version { version });
    }
    let (content, stored) = bytes.split_at(content_length);
    let computed = blake3::hash(content);
    if computed.as_bytes() != stored {
        let hex = |bytes: &[u8]| bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        return Err(Fault::Checksum { stored: hex(stored), computed: hex(computed.as_bytes()) });
    }

    let header_length = number_at(12) as usize;
    let header_end = PREFIX + header_length;
    if header_length > HEADER_LIMIT || header_end + 2 > content_length {
        return Err(Fault::HeaderLength { length: header_length as u64, limit: HEADER_LIMIT });
    }
    let header = decode_header(&content[PREFIX..header_end])?;
    check_header(&header)?;

    let (index_size, value_size) = (content[header_end], content[header_end + 1]);
    let encoding = Encoding { wide_indices: header.n_embd > NARROW_N_EMBD, wide_values: value_size == 4 };
    if usize::from(index_size) != encoding.index_size() || usize::from(value_size) != encoding.value_size() {
        return Err(Fault::Encoding { index_size, value_size, at: header_end });
    }

    let mut arrays = Vec::with_capacity(header.layers.len());
    let mut end = header_end + 2;
    let mut gaps = vec![];
    for entry in &header.layers {
        let n = entry.n_components as usize;
        let indices = aligned(end);
        let values = aligned(indices + n * encoding.index_size());
        gaps.extend((end..indices).chain(indices + n * encoding.index_size()..values));
        end = values + n * encoding.value_size();
        if end > content_length {
            break;
        }
        arrays.push((indices, values));
    }
    let expected = aligned(end);
    if expected != content_length {
        return Err(Fault::Length { expected: expected + CHECKSUM, actual: bytes.len() });
    }
    if let Some(at) = gaps.into_iter().chain(end..expected).find(|at| content[*at] != 0) {
        return Err(Fault::Padding { at });
    }
    for (entry, &(indices, values)) in header.layers.iter().zip(&arrays) {
        let n = entry.n_components as usize;
        check_indices(entry.layer, indices_at(content, indices, n, encoding), indices, header.n_embd)?;
        check_values(entry.layer, values_at(content, values, n, encoding), values)?;
    }
    Ok((header, encoding, arrays))
}

fn decode_header(bytes: &[u8]) -> Result<Header, Fault> {
    let (header, used) = bincode::serde::decode_from_slice::<Header, _>(bytes, header_encoding())
        .map_err(|error| Fault::Header { reason: error.to_string() })?;
    if used != bytes.len() {
        return Err(Fault::Header { reason: format!("{} bytes are left over", bytes.len() - used) });
    }
    Ok(header)
}

/// The rules that need no arrays; writers check them too.
pub(super) fn check_header(header: &Header) -> Result<(), Fault> {
    let field = |field, value: &dyn ToString, rule| Err(Fault::Field { field, value: value.to_string(), rule });
    if header.n_embd == 0 || header.n_embd > N_EMBD_LIMIT {
        return field("n_embd", &header.n_embd, "from 1 to 1048576");
    }
    if !(header.sparsity > 0.0 && header.sparsity <= 1.0) {
        return field("sparsity", &header.sparsity, "above 0 and at most 1");
    }
    if let Some(alpha) = header.suggested_alpha.filter(|alpha| !alpha.is_finite()) {
        return field("suggested_alpha", &alpha, "a finite number");
    }
    if let Some((low, high)) = header.alpha_range
        && !(low.is_finite() && high.is_finite() && low <= high)
    {
        return field("alpha_range", &format!("{low} to {high}"), "two finite numbers, the lower first");
    }
    if header.layers.is_empty() {
        return field("layers", &0, "at least one layer");
    }
    let mut below = None;
    for entry in &header.layers {
        if below.is_some_and(|below| entry.layer <= below) || entry.layer >= header.n_layer {
            return Err(Fault::LayerOrder { layer: entry.layer, n_layer: header.n_layer });
        }
        below = Some(entry.layer);
        if entry.n_components == 0 || entry.n_components > header.n_embd {
            let n = entry.n_components as usize;
            let (layer, n_embd) = (entry.layer, header.n_embd);
            return Err(Fault::LayerLength { layer, n_indices: n, n_values: n, n_embd });
        }
        let stats = entry.stats;
        if ![stats.separation, stats.energy_kept, stats.gap].iter().all(|number| number.is_finite()) {
            return field("layer statistics", &entry.layer, "finite numbers");
        }
    }
    Ok(())
}

fn check_indices(layer: u32, indices: Indices<'_>, start: usize, n_embd: u32) -> Result<(), Fault> {
    let check = |indices: &mut dyn Iterator<Item = u32>, size: usize| {
        let mut below = None;
        for (position, index) in indices.enumerate() {
            if below.is_some_and(|below| index <= below) || index >= n_embd {
                return Err(Fault::IndexOrder { layer, position, at: start + position * size, index, n_embd });
            }
            below = Some(index);
        }
        Ok(())
    };
    match indices {
        Indices::U16(indices) => check(&mut indices.iter().map(|index| u32::from(*index)), 2),
        Indices::U32(indices) => check(&mut indices.iter().copied(), 4),
    }
}

fn check_values(layer: u32, values: Values<'_>, start: usize) -> Result<(), Fault> {
    let (wrong, size) = match values {
        Values::F16(values) => (values.iter().position(|value| !value.is_finite()), 2),
        Values::F32(values) => (values.iter().position(|value| !value.is_finite()), 4),
    };
    wrong.map_or(Ok(()), |position| Err(Fault::NotFinite { layer, position, at: start + position * size }))
}
