//! An unnamed temporary file that is written once and then mapped: gone when the program ends, however it ends.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::array::{Array, Format};
use super::error::ImportError;
use super::source::Source;
use crate::dump::Element;
use crate::files::MappedFile;

/// A temporary file in the making.
pub(super) struct Temporary {
    writer: BufWriter<File>,
    /// What it is made from, for errors.
    path: PathBuf,
}

impl Temporary {
    pub fn new(path: &Path) -> Result<Self, ImportError> {
        let file = tempfile::tempfile().map_err(|source| ImportError::Temporary { path: path.to_owned(), source })?;
        Ok(Self { writer: BufWriter::new(file), path: path.to_owned() })
    }

    pub fn copy(&mut self, from: &mut impl Read) -> io::Result<u64> {
        io::copy(from, &mut self.writer)
    }

    pub fn map(self) -> Result<MappedFile, ImportError> {
        let failed = |source| ImportError::Temporary { path: self.path.clone(), source };
        let file = self.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        MappedFile::of(&file).map_err(failed)
    }
}

/// Puts `array` (64-bit floats, or in Fortran order) into a new file of `source` as F32 in C order. What is too large
/// for F32 becomes infinite, and is found when the states are checked.
pub(super) fn straighten(source: &mut Source, array: &Array) -> Result<Array, ImportError> {
    let mut file = Temporary::new(&source.path)?;
    let failed = |error| ImportError::Temporary { path: source.path.clone(), source: error };
    let bytes = source.bytes(array);
    let strides = strides(&array.shape, array.is_fortran);
    let mut index = vec![0_usize; array.shape.len()];
    let n: usize = array.shape.iter().product();
    for _ in 0..n {
        let at: usize = index.iter().zip(&strides).map(|(index, stride)| index * stride).sum();
        let value = value(&bytes[at * array.format.size()..][..array.format.size()], array.format);
        file.writer.write_all(&value.to_le_bytes()).map_err(failed)?;
        // Count up, the last index fastest.
        for (index, length) in index.iter_mut().zip(&array.shape).rev() {
            *index += 1;
            if *index < *length {
                break;
            }
            *index = 0;
        }
    }
    let mapped = file.map()?;
    source.files.push(mapped);
    Ok(Array {
        name: array.name.clone(),
        file: source.files.len() - 1,
        start: 0,
        shape: array.shape.clone(),
        format: Format::Float(Element::F32),
        is_fortran: false,
    })
}

/// Values from one index to the next, of each dimension.
fn strides(shape: &[usize], is_fortran: bool) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    let mut product = 1;
    let places: Vec<usize> = if is_fortran { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
    for place in places {
        strides[place] = product;
        product *= shape[place];
    }
    strides
}

fn value(bytes: &[u8], format: Format) -> f32 {
    let mut out = [0.0];
    match format {
        Format::Float(element) => element.widen(bytes, &mut out),
        Format::F64 => out[0] = f64::from_le_bytes(bytes.try_into().unwrap_or_default()) as f32,
        Format::Integer { .. } | Format::Bool | Format::Text { .. } => out[0] = f32::NAN,
    }
    out[0]
}

#[cfg(test)]
mod tests {
    use super::strides;

    #[test]
    fn strides_of_both_orders() {
        assert_eq!(strides(&[2, 3, 4], false), [12, 4, 1]);
        assert_eq!(strides(&[2, 3, 4], true), [1, 2, 6]);
        assert!(strides(&[], true).is_empty());
    }
}
