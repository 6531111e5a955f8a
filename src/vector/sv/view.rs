//! A layer's arrays, straight from the file.

use half::f16;

use super::Encoding;
use crate::vector::LayerStats;

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

/// One layer of a [`SvFile`](super::SvFile).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerView<'a> {
    /// Block whose output is moved, from 0.
    pub layer: u32,
    /// Components kept, strictly ascending.
    pub indices: Indices<'a>,
    /// Their values, as many.
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

    /// Each component: its index, below `n_embd`, and its value.
    pub fn iter(&self) -> impl Iterator<Item = (usize, f32)> + use<'a> {
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

/// The bytes of a layer's indices as what they are. The layout aligns them in the file and [`SvFile`](super::SvFile)
/// aligns the file in memory, so the casts here cannot fail whatever the file says.
pub(super) fn indices(bytes: &[u8], encoding: Encoding) -> Indices<'_> {
    if encoding.wide_indices {
        Indices::U32(bytemuck::cast_slice(bytes))
    } else {
        Indices::U16(bytemuck::cast_slice(bytes))
    }
}

/// The bytes of a layer's values as what they are.
pub(super) fn values(bytes: &[u8], encoding: Encoding) -> Values<'_> {
    if encoding.wide_values {
        Values::F32(bytemuck::cast_slice(bytes))
    } else {
        Values::F16(bytemuck::cast_slice(bytes))
    }
}
