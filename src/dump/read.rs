//! Reading a dump through a memory map.

use std::path::{Path, PathBuf};

use ndarray::Array2;
use safetensors::{Dtype, SafeTensors};

use super::error::DumpError;
use super::meta::{DumpMeta, Label};
use super::{LABELS, STATES};
use crate::files::MappedFile;

/// A dump that was opened and checked. States are read from the map when asked for.
#[derive(Debug)]
pub struct Dump {
    file: MappedFile,
    path: PathBuf,
    meta: DumpMeta,
    labels: Vec<Label>,
    /// Where the states begin in the file.
    states_at: usize,
}

impl Dump {
    /// Opens the dump at `path` and checks its shape and metadata. The values themselves are checked when read.
    ///
    /// # Errors
    /// The file cannot be opened, is damaged, or is no dump.
    pub fn open(path: &Path) -> Result<Self, DumpError> {
        let file = MappedFile::open(path).map_err(|source| DumpError::Open { path: path.to_owned(), source })?;
        let (meta, labels, states_at) = check(&file, path)?;
        Ok(Self { file, path: path.to_owned(), meta, labels, states_at })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which model and prompts.
    #[must_use]
    pub fn meta(&self) -> &DumpMeta {
        &self.meta
    }

    /// Each prompt's side, in row order.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The states of all prompts with `label` at `layer`: `[n, n_embd]`, in double precision.
    ///
    /// # Errors
    /// A value is not finite.
    pub fn states(&self, label: Label, layer: usize) -> Result<Array2<f64>, DumpError> {
        let rows: Vec<usize> = (0..self.labels.len()).filter(|prompt| self.labels[*prompt] == label).collect();
        let mut states = Array2::zeros((rows.len(), self.meta.n_embd));
        for (mut row, &prompt) in states.rows_mut().into_iter().zip(&rows) {
            for (goal, value) in row.iter_mut().zip(self.state(prompt, layer)) {
                if !value.is_finite() {
                    return Err(DumpError::NotFinite { prompt: prompt + 1, layer });
                }
                *goal = f64::from(value);
            }
        }
        Ok(states)
    }

    /// The state of one prompt at one layer, `[n_embd]`.
    pub fn state(&self, prompt: usize, layer: usize) -> impl Iterator<Item = f32> + '_ {
        let n_embd = self.meta.n_embd;
        let start = self.states_at + (prompt * self.meta.n_layer + layer) * n_embd * size_of::<f32>();
        let bytes = &self.file[start..start + n_embd * size_of::<f32>()];
        bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }
}

fn check(file: &MappedFile, path: &Path) -> Result<(DumpMeta, Vec<Label>, usize), DumpError> {
    let unreadable = |reason: String| DumpError::Safetensors { path: path.to_owned(), reason };
    let no_dump = |reason: String| DumpError::NotADump { path: path.to_owned(), reason };
    let (_, metadata) = SafeTensors::read_metadata(file).map_err(|error| unreadable(error.to_string()))?;
    let tensors = SafeTensors::deserialize(file).map_err(|error| unreadable(error.to_string()))?;
    let tensor = |name: &str| tensors.tensor(name).map_err(|_| no_dump(format!("it has no tensor '{name}'")));

    let states = tensor(STATES)?;
    let &[n_prompts, n_layer, n_embd] = states.shape() else {
        return Err(no_dump(format!("{STATES} has {} dimensions instead of 3", states.shape().len())));
    };
    if states.dtype() != Dtype::F32 || n_layer == 0 || n_embd == 0 {
        return Err(no_dump(format!(
            "{STATES} is {:?} {:?} and must be F32, not empty",
            states.dtype(),
            states.shape()
        )));
    }
    let labels = tensor(LABELS)?;
    if labels.dtype() != Dtype::U8 || labels.shape() != [n_prompts] {
        return Err(no_dump(format!("{LABELS} must be U8 [{n_prompts}], one for each prompt")));
    }
    let label = |(row, byte): (usize, &u8)| {
        Label::from_byte(*byte).ok_or_else(|| no_dump(format!("the label of prompt {} is {byte}, not 0 or 1", row + 1)))
    };
    let labels = labels.data().iter().enumerate().map(label).collect::<Result<_, _>>()?;
    let strings = metadata.metadata().clone().unwrap_or_default();
    let meta = DumpMeta::from_strings(&strings, n_layer, n_embd).map_err(no_dump)?;
    let states_at = states.data().as_ptr().addr() - file.as_ptr().addr();
    Ok((meta, labels, states_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::DumpWriter;
    use crate::vector::Fingerprint;

    fn meta() -> DumpMeta {
        DumpMeta {
            architecture: "llama".to_owned(),
            model_name: "test".to_owned(),
            fingerprint: Fingerprint([7; 32]),
            n_layer: 2,
            n_embd: 3,
            template_hash: None,
            prompt_hashes: vec![DumpMeta::hash_prompt("a"), DumpMeta::hash_prompt("b")],
        }
    }

    const ROWS: [[f32; 6]; 2] = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]];

    fn write(path: &Path) {
        let mut writer = DumpWriter::create(path, &meta(), vec![Label::Harmful, Label::Benign]).unwrap();
        ROWS.iter().for_each(|row| writer.push(row).unwrap());
        writer.finish().unwrap();
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.safetensors");
        write(&path);
        let dump = Dump::open(&path).unwrap();
        assert_eq!((dump.meta(), dump.labels()), (&meta(), [Label::Harmful, Label::Benign].as_slice()));
        assert_eq!(dump.state(1, 1).collect::<Vec<_>>(), [-4.0, -5.0, -6.0]);
        assert_eq!(dump.states(Label::Harmful, 0).unwrap(), ndarray::array![[1.0, 2.0, 3.0]]);
    }

    #[test]
    fn every_truncation_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.safetensors");
        write(&path);
        let bytes = std::fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(Dump::open(&path).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn an_unfinished_dump_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.safetensors");
        let mut writer = DumpWriter::create(&path, &meta(), vec![Label::Harmful, Label::Benign]).unwrap();
        writer.push(&ROWS[0]).unwrap();
        assert!(matches!(writer.finish(), Err(DumpError::Count { announced: 2, given: 1, .. })));
        let mut writer = DumpWriter::create(&path, &meta(), vec![Label::Harmful]).unwrap();
        assert!(matches!(
            writer.push(&[0.0, 0.0, 0.0, 0.0, f32::NAN, 0.0]),
            Err(DumpError::NotFinite { prompt: 1, layer: 1 })
        ));
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
