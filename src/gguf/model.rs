//! What a GGUF header says about the model behind it.

use std::path::Path;

use super::Gguf;

/// The architecture that a GGUF names which holds control vectors and no model.
pub const CONTROL_VECTOR: &str = "controlvector";

/// Blocks and values of one hidden state, both above 0, of the model that `gguf` is the header of.
///
/// # Errors
/// Why it is the header of no language model.
pub fn shape_of_model(gguf: &Gguf<'_>) -> Result<(usize, usize), &'static str> {
    match (gguf.architecture(), gguf.str("general.type")) {
        (Some(CONTROL_VECTOR), _) => return Err("it is a control vector, not a model"),
        (_, Some("adapter")) => {
            return Err(
                "it is an adapter (LoRA), not a model; merge it into the model that it is for (llama-export-lora)",
            );
        }
        (_, Some("imatrix")) => {
            return Err("it is an importance matrix (imatrix), from which models are quantised, not a model");
        }
        (Some("clip"), _) | (_, Some("mmproj")) => {
            return Err(
                "it is the picture or sound part of a model (mmproj), which goes beside the text model, not alone",
            );
        }
        _ => {}
    }
    // llama.cpp finds the other parts by their names; their norms would be missing from the fingerprint.
    if gguf.u64("split.count").is_some_and(|parts| parts > 1) {
        return Err("it is one part of a split model; merge the parts first (llama-gguf-split --merge)");
    }
    let size = |number: Option<u64>| number.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
    let shape = size(gguf.n_layer()).zip(size(gguf.n_embd()));
    shape.ok_or("its header does not give the model's shape (block_count, embedding_length)")
}

/// What people call the model at `path` that `gguf` is the header of: its `general.name`, or the file's name.
#[must_use]
pub fn name_of_model(gguf: &Gguf<'_>, path: &Path) -> String {
    let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    gguf.str("general.name").map_or_else(stem, str::to_owned)
}
