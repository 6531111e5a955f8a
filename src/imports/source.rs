//! A file or folder of arrays, mapped.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors};
use zip::{CompressionMethod, ZipArchive};

use super::array::{Array, Format};
use super::error::ImportError;
use super::npy;
use super::temporary::Temporary;
use crate::dump::Element;
use crate::files::MappedFile;

/// What a zip file begins with.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

/// What the arrays of either side begin with in a file that has both.
pub(super) const HARMFUL: [&str; 1] = ["harmful"];
pub(super) const BENIGN: [&str; 2] = ["harmless", "benign"];

/// The arrays of a file or folder.
#[derive(Debug)]
pub(super) struct Source {
    pub path: PathBuf,
    pub files: Vec<MappedFile>,
    pub arrays: Vec<Array>,
    /// Arrays that can be neither states nor labels and were passed over, each in words.
    pub skipped: Vec<String>,
}

impl Source {
    /// Opens `path`: a `.npy`, a `.npz`, a safetensors file or a folder of `.npy`, told apart by what they begin with.
    ///
    /// # Errors
    /// It cannot be read, or is none of these.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let mut source = Self { path: path.to_owned(), files: vec![], arrays: vec![], skipped: vec![] };
        if path.is_dir() {
            source.add_folder()?;
            return Ok(source);
        }
        let file = map(path)?;
        if file.starts_with(npy::MAGIC) {
            source.add_npy(stem(path), file)?;
        } else if file.starts_with(ZIP_MAGIC) {
            source.add_npz(file)?;
        } else {
            source.add_safetensors(file)?;
        }
        Ok(source)
    }

    /// Whether its arrays are named for the two sides.
    pub fn has_both_sides(&self) -> bool {
        let has = |names: &[&str]| self.arrays.iter().any(|array| is_of(array, names));
        has(&HARMFUL) && has(&BENIGN)
    }

    /// Leaves out all arrays but those that begin with one of `names`.
    pub fn keep(&mut self, names: &[&str]) {
        self.arrays.retain(|array| is_of(array, names));
    }

    /// The bytes of `array`.
    pub fn bytes(&self, array: &Array) -> &[u8] {
        let n_bytes = array.shape.iter().product::<usize>() * array.format.size();
        &self.files[array.file][array.start..array.start + n_bytes]
    }

    fn add_folder(&mut self) -> Result<(), ImportError> {
        let unreadable = |source| ImportError::Open { path: self.path.clone(), source };
        let mut names = vec![];
        for entry in std::fs::read_dir(&self.path).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "npy") {
                names.push(path);
            }
        }
        names.sort();
        if names.is_empty() {
            let reason = "the folder has no .npy files";
            return Err(ImportError::Format { path: self.path.clone(), reason: reason.to_owned() });
        }
        names.iter().try_for_each(|path| self.add_npy(stem(path), map(path)?))
    }

    fn add_npy(&mut self, name: String, file: MappedFile) -> Result<(), ImportError> {
        self.files.push(file);
        let index = self.files.len() - 1;
        self.add_npy_at(name, index, 0, self.files[index].len())
    }

    /// Adds the array whose `.npy` lies in bytes `start..end` of file `index`.
    fn add_npy_at(&mut self, name: String, index: usize, start: usize, end: usize) -> Result<(), ImportError> {
        let bytes = &self.files[index][start..end];
        if let Some(kind) = npy::foreign_kind(bytes) {
            self.skipped.push(format!("{name:?} ({kind})"));
            return Ok(());
        }
        let header = npy::parse(bytes).map_err(|reason| ImportError::Array {
            path: self.path.clone(),
            name: name.clone(),
            reason,
        })?;
        self.arrays.push(Array {
            name,
            file: index,
            start: start + header.start,
            shape: header.shape,
            format: header.format,
            is_fortran: header.is_fortran,
        });
        Ok(())
    }

    /// Stored members are used where they lie; compressed ones are unpacked into a temporary file.
    fn add_npz(&mut self, file: MappedFile) -> Result<(), ImportError> {
        let path = self.path.clone();
        let wrong = |reason: String| ImportError::Format { path: path.clone(), reason };
        let broken = |error: zip::result::ZipError| wrong(format!("it is not a complete zip file: {error}"));
        let mut places = vec![];
        {
            let mut archive = ZipArchive::new(Cursor::new(&file[..])).map_err(broken)?;
            for index in 0..archive.len() {
                let mut member = archive.by_index(index).map_err(broken)?;
                let name = member.name().to_owned();
                if name.ends_with("data.pkl") {
                    let reason = "it is a PyTorch checkpoint, which can run code when it is read; save the states with \
                                  safetensors or numpy";
                    return Err(wrong(reason.to_owned()));
                }
                let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else { continue };
                let length = usize::try_from(member.size()).unwrap_or(usize::MAX);
                let start = usize::try_from(member.data_start()).ok();
                if let (CompressionMethod::Stored, Some(start)) = (member.compression(), start) {
                    let end = start.checked_add(length).filter(|end| *end <= file.len());
                    let end = end.ok_or_else(|| wrong(format!("its member {name:?} was cut off")))?;
                    places.push((name, None, start, end));
                } else {
                    let mut unpacked = Temporary::new(&path)?;
                    unpacked.copy(&mut member).map_err(|error| wrong(format!("its member {name:?}: {error}")))?;
                    let unpacked = unpacked.map()?;
                    let end = unpacked.len();
                    places.push((name, Some(unpacked), 0, end));
                }
            }
        }
        self.files.push(file);
        let archive = self.files.len() - 1;
        for (name, unpacked, start, end) in places {
            let index = match unpacked {
                None => archive,
                Some(unpacked) => {
                    self.files.push(unpacked);
                    self.files.len() - 1
                }
            };
            self.add_npy_at(name, index, start, end)?;
        }
        Ok(())
    }

    fn add_safetensors(&mut self, file: MappedFile) -> Result<(), ImportError> {
        let tensors = SafeTensors::deserialize(&file).map_err(|error| ImportError::Format {
            path: self.path.clone(),
            reason: format!("it is not .npy, .npz or valid safetensors ({error}); if it should be, copy it again"),
        })?;
        let index = self.files.len();
        for (name, tensor) in tensors.iter() {
            let format = match tensor.dtype() {
                Dtype::F32 => Format::Float(Element::F32),
                Dtype::F16 => Format::Float(Element::F16),
                Dtype::BF16 => Format::Float(Element::Bf16),
                Dtype::F64 => Format::F64,
                Dtype::BOOL => Format::Bool,
                Dtype::U8 => Format::Integer { size: 1, is_signed: false },
                Dtype::U16 => Format::Integer { size: 2, is_signed: false },
                Dtype::U32 => Format::Integer { size: 4, is_signed: false },
                Dtype::U64 => Format::Integer { size: 8, is_signed: false },
                Dtype::I8 => Format::Integer { size: 1, is_signed: true },
                Dtype::I16 => Format::Integer { size: 2, is_signed: true },
                Dtype::I32 => Format::Integer { size: 4, is_signed: true },
                Dtype::I64 => Format::Integer { size: 8, is_signed: true },
                // Nothing that hidden states or labels are kept in.
                other => {
                    self.skipped.push(format!("{name:?} ({other:?})"));
                    continue;
                }
            };
            let start = tensor.data().as_ptr().addr() - file.as_ptr().addr();
            let shape = tensor.shape().to_vec();
            self.arrays.push(Array { name: name.to_owned(), file: index, start, shape, format, is_fortran: false });
        }
        // The crate gives them in no order of its own.
        self.arrays.sort_by(|a, b| a.name.cmp(&b.name));
        self.files.push(file);
        Ok(())
    }
}

/// Whether `array` is an array of floats whose name begins with one of `names`, as a word.
fn is_of(array: &Array, names: &[&str]) -> bool {
    let rest = names.iter().find_map(|name| array.name.strip_prefix(name));
    array.format.is_float() && rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
}

fn map(path: &Path) -> Result<MappedFile, ImportError> {
    MappedFile::open(path).map_err(|source| ImportError::Open { path: path.to_owned(), source })
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
