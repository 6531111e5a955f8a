//! A build to hand out carries llama.cpp's code for every kind of processor, a library each, and loads the best that this
//! one can run.

use llama_cpp_2::llama_backend::{load_backends, load_backends_from_path};

/// Where an installed program keeps the libraries, beside its own folder.
const INSTALLED: &str = "../lib/antidote";

/// Loads the code: from the installed program's folder, or from where it was built.
pub(super) fn load_code_for_processor() {
    let program = std::env::current_exe().and_then(|program| program.canonicalize()).ok();
    let installed = program.and_then(|program| Some(program.parent()?.join(INSTALLED)));
    match installed.filter(|folder| folder.is_dir() && folder.to_str().is_some()) {
        Some(folder) => load_backends_from_path(&folder),
        None => load_backends(),
    }
}
