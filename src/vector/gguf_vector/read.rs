//! Reading a control-vector GGUF.

use std::path::{Path, PathBuf};

use super::error::GgufVectorError;
use super::{ARCHITECTURE, METHOD, MODEL_HINT, PREFIX};
use crate::files::MappedFile;
use crate::gguf::Gguf;

/// A control vector from a GGUF, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct GgufVector {
    /// The file.
    pub path: PathBuf,
    /// `controlvector.model_hint`: what its maker calls the model, often not its architecture.
    pub model_hint: Option<String>,
    /// `controlvector.method`, if its maker said.
    pub method: Option<String>,
    /// Values of one direction.
    pub n_embd: usize,
    /// Layer and direction `[n_embd]`, in ascending order of layers; all finite.
    pub directions: Vec<(u32, Vec<f32>)>,
}

impl GgufVector {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    /// It cannot be opened, is no control vector, or has something else than finite float directions of one length.
    pub fn open(path: &Path) -> Result<Self, GgufVectorError> {
        let file = MappedFile::open(path).map_err(|source| GgufVectorError::Open { path: path.to_owned(), source })?;
        Self::parse(path, &file)
    }

    /// The same from the bytes of a file called `path`.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn parse(path: &Path, file: &[u8]) -> Result<Self, GgufVectorError> {
        let owned = || path.to_owned();
        let gguf = Gguf::parse(file).map_err(|source| GgufVectorError::Gguf { path: owned(), source })?;
        let found = gguf.architecture().unwrap_or_default();
        if found != ARCHITECTURE {
            return Err(GgufVectorError::NotAVector { path: owned(), found: found.to_owned() });
        }
        check_use(&gguf).map_err(|(key, found, reason)| GgufVectorError::Use { path: owned(), key, found, reason })?;
        let mut directions: Vec<(u32, Vec<f32>)> = vec![];
        let mut n_embd = 0;
        for tensor in gguf.tensors() {
            let name = || tensor.name.to_owned();
            let wrong = |reason: String| GgufVectorError::Tensor { path: owned(), name: name(), reason };
            let layer = layer_of(tensor.name)
                .ok_or_else(|| wrong("is not named direction.<layer>, so its layer is unknown".to_owned()))?;
            let [n, rest @ ..] = tensor.shape;
            if rest != [1; 3] {
                return Err(wrong(format!("has the shape {:?}; a direction has one dimension", tensor.shape)));
            }
            let values = tensor.floats(file).ok_or_else(|| GgufVectorError::Kind {
                path: owned(),
                name: name(),
                kind: tensor.kind,
            })?;
            if directions.is_empty() {
                n_embd = values.len();
            } else if values.len() != n_embd {
                return Err(wrong(format!("has {n} values, but the ones before it have {n_embd}")));
            }
            if let Some(index) = values.iter().position(|value| !value.is_finite()) {
                let at = tensor.range().start + index * (tensor.range().len() / values.len());
                return Err(GgufVectorError::NotFinite { path: owned(), layer, index, at });
            }
            directions.push((layer, values));
        }
        if directions.is_empty() {
            return Err(GgufVectorError::NoDirections { path: owned() });
        }
        if directions.iter().all(|(_, values)| values.iter().all(|value| *value == 0.0)) {
            return Err(GgufVectorError::Zero { path: owned() });
        }
        directions.sort_by_key(|(layer, _)| *layer);
        let text = |key| gguf.str(key).map(str::to_owned);
        Ok(Self { path: owned(), model_hint: text(MODEL_HINT), method: text(METHOD), n_embd, directions })
    }
}

/// What GLP, a dialect of these files, puts before its keys, and what others have been seen to.
const DIALECTS: [&str; 3] = ["dspark", "glp", ARCHITECTURE];
/// The hook of GLP that is a control vector's: the output of a block.
const HOOK: &str = "residual_stream_post_layer";

/// Whether the directions are to be added to the outputs of blocks. The error gives the key that says otherwise, its value,
/// and what that would mean.
fn check_use(gguf: &Gguf<'_>) -> Result<(), (String, String, &'static str)> {
    for dialect in DIALECTS {
        let read = |key: &str| {
            let key = format!("{dialect}.{key}");
            gguf.get(&key).map(|value| (value.as_str().unwrap_or("(not a text)").to_owned(), key))
        };
        if let Some((mode, key)) = read("mode").filter(|(mode, _)| mode != "add") {
            let reason = if mode == "project" {
                "it takes the direction out of the states, which removes refusal; added, it would do something else"
            } else {
                "only directions that are added (mode \"add\") can be imported"
            };
            return Err((key, mode, reason));
        }
        if let Some((hook, key)) = read("hook_point").filter(|(hook, _)| hook != HOOK) {
            return Err((
                key,
                hook,
                "only directions for the output of a block (\"residual_stream_post_layer\") can be imported",
            ));
        }
    }
    Ok(())
}

/// The layer that a tensor is for. Written in one way only, so two names never mean the same layer.
fn layer_of(name: &str) -> Option<u32> {
    let number = name.strip_prefix(PREFIX)?;
    let layer: u32 = number.parse().ok()?;
    (layer.to_string() == number).then_some(layer)
}
