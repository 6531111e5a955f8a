//! A vector to the bytes of a file.

use half::f16;

use super::error::{At, FormatError};
use super::rules::{check_header, check_indices, check_length, check_values};
use super::{Encoding, HEADER_LIMIT, MAGIC, NARROW_N_EMBD, PREFIX, VERSION, aligned, header_encoding};
use crate::vector::{ControlVector, Header, LayerEntry, Scale, SparseLayer};

/// Normal half floats are precise to one part in 2048. Those near zero are not, and what a file gains in size is not
/// worth more than this share of a value.
const HALF_PRECISION: f32 = 1e-3;

pub(in crate::vector) fn encode(vector: &ControlVector) -> Result<Vec<u8>, FormatError> {
    let layers = vector.layers.iter().map(|layer| check_layer(layer, vector.header.model.n_embd));
    let header = Header { layers: layers.collect::<Result<_, _>>()?, ..vector.header.clone() };
    check_header(&header, &[])?;
    let mut values = vector.layers.iter().flat_map(|layer| &layer.values);
    // A whole vector from elsewhere can be given back as it came, so none of its bits may be lost.
    let is_exact = header.scale == Scale::AsImported && header.sparsity == 1.0;
    let fits = |value: &f32| if is_exact { is_half(*value) } else { fits_half(*value) };
    let encoding = Encoding { wide_indices: header.model.n_embd > NARROW_N_EMBD, wide_values: !values.all(fits) };
    let header_bytes = bincode::serde::encode_to_vec(&header, header_encoding())
        .map_err(|error| FormatError::Header { reason: error.to_string() })?;
    let header_length = u32::try_from(header_bytes.len()).ok().filter(|_| header_bytes.len() <= HEADER_LIMIT);
    let too_long = FormatError::HeaderLength { length: header_bytes.len(), limit: HEADER_LIMIT };
    let header_length = header_length.ok_or(too_long)?;

    let mut bytes = Vec::with_capacity(PREFIX + header_bytes.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&header_length.to_le_bytes());
    bytes.extend_from_slice(&header_bytes);
    bytes.push(encoding.index_size() as u8);
    bytes.push(encoding.value_size() as u8);
    for layer in &vector.layers {
        pad(&mut bytes);
        for &index in &layer.indices {
            bytes.extend_from_slice(&index.to_le_bytes()[..encoding.index_size()]);
        }
        pad(&mut bytes);
        for &value in &layer.values {
            if encoding.wide_values {
                bytes.extend_from_slice(&value.to_le_bytes());
            } else {
                bytes.extend_from_slice(&f16::from_f32(value).to_le_bytes());
            }
        }
    }
    pad(&mut bytes);
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    Ok(bytes)
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(aligned(bytes.len()), 0);
}

fn is_half(value: f32) -> bool {
    f16::from_f32(value).to_f32().to_bits() == value.to_bits()
}

fn fits_half(value: f32) -> bool {
    let stored = f16::from_f32(value).to_f32();
    stored.is_finite() && (stored - value).abs() <= HALF_PRECISION * value.abs()
}

/// The layer's entry in the header, after checking what a header cannot show: indices and values.
fn check_layer(layer: &SparseLayer, n_embd: u32) -> Result<LayerEntry, FormatError> {
    let SparseLayer { layer, indices, values, stats } = layer;
    let nowhere = |_| At(None);
    check_length(*layer, indices.len(), values.len(), n_embd, At(None))?;
    check_indices(*layer, indices.iter().copied(), n_embd, nowhere)?;
    check_values(*layer, values.iter().map(|value| value.is_finite()), nowhere)?;
    let n_components = u32::try_from(indices.len()).unwrap_or(u32::MAX);
    Ok(LayerEntry { layer: *layer, n_components, stats: *stats })
}
