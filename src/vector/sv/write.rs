//! A vector to the bytes of a file.

use half::f16;

use super::error::Fault;
use super::read::check_header;
use super::{ALIGNMENT, Encoding, MAGIC, NARROW_N_EMBD, PREFIX, VERSION, aligned, header_encoding};
use crate::vector::{ControlVector, Header, LayerEntry, SparseLayer};

/// Half floats are precise to one part in 2048; a value that loses more is stored in full.
const HALF_PRECISION: f32 = 1e-3;

pub(in crate::vector) fn encode(vector: &ControlVector) -> Result<Vec<u8>, Fault> {
    let header = Header { layers: entries(&vector.layers, vector.header.n_embd)?, ..vector.header.clone() };
    check_header(&header)?;
    let encoding = Encoding {
        wide_indices: header.n_embd > NARROW_N_EMBD,
        wide_values: !vector.layers.iter().flat_map(|layer| &layer.values).all(|value| fits_half(*value)),
    };
    let header_bytes = bincode::serde::encode_to_vec(&header, header_encoding())
        .map_err(|error| Fault::Header { reason: error.to_string() })?;
    let header_length = u32::try_from(header_bytes.len()).ok().filter(|n| *n as usize <= super::HEADER_LIMIT);
    let Some(header_length) = header_length else {
        return Err(Fault::HeaderLength { length: header_bytes.len() as u64, limit: super::HEADER_LIMIT });
    };

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
    debug_assert!(ALIGNMENT >= 4);
    bytes.resize(aligned(bytes.len()), 0);
}

fn fits_half(value: f32) -> bool {
    let stored = f16::from_f32(value).to_f32();
    stored.is_finite() && (stored - value).abs() <= HALF_PRECISION * value.abs()
}

/// The header's list of layers, after checking what the header cannot show: indices and values.
fn entries(layers: &[SparseLayer], n_embd: u32) -> Result<Vec<LayerEntry>, Fault> {
    let entry = |layer: &SparseLayer| {
        let (n_indices, n_values) = (layer.indices.len(), layer.values.len());
        let n_components = u32::try_from(n_indices).unwrap_or(u32::MAX);
        if n_indices != n_values || n_indices == 0 || n_components > n_embd {
            return Err(Fault::LayerLength { layer: layer.layer, n_indices, n_values, n_embd });
        }
        let mut below = None;
        for (position, &index) in layer.indices.iter().enumerate() {
            if below.is_some_and(|below| index <= below) || index >= n_embd {
                return Err(Fault::IndexOrder { layer: layer.layer, position, at: 0, index, n_embd });
            }
            below = Some(index);
        }
        if let Some(position) = layer.values.iter().position(|value| !value.is_finite()) {
            return Err(Fault::NotFinite { layer: layer.layer, position, at: 0 });
        }
        Ok(LayerEntry { layer: layer.layer, n_components, stats: layer.stats })
    };
    layers.iter().map(entry).collect()
}
