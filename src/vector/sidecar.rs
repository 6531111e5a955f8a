//! Vectors travel beside their model: `MODEL.gguf` owns `MODEL.sv` and every `MODEL.*.sv` in the same folder.

use std::path::{Path, PathBuf};

/// The vector files that belong to the model at `model`, by name. A folder that cannot be listed has none.
#[must_use]
pub fn sidecars(model: &Path) -> Vec<PathBuf> {
    let Some(stem) = model.file_stem().and_then(|stem| stem.to_str()) else { return vec![] };
    let folder = match model.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let belongs =
        |name: &str| name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".sv"));
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(belongs))
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_models_own_vectors_are_found() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["m.Q8_0.gguf", "m.Q8_0.sv", "m.Q8_0.refusal.sv", "m.sv", "m.Q8_0x.sv", "m.Q8_0.sv.part"] {
            std::fs::write(folder.path().join(name), []).unwrap();
        }
        let names: Vec<_> = sidecars(&folder.path().join("m.Q8_0.gguf"))
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["m.Q8_0.refusal.sv", "m.Q8_0.sv"]);
        assert!(sidecars(Path::new("/no/such/folder/m.gguf")).is_empty());
    }
}
