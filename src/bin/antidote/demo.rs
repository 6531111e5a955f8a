//! Where the demo model lies.

use std::path::{Path, PathBuf};

use antidote::prompt::Language;

use super::UsageError;

const MODEL: &str = "models/demo.Q8_0.gguf";
const VECTOR: &str = "vectors/demo.refusal.sv";
const CASES: &str = "models/demo/prompts/test.jsonl";

/// The demo model, its vector and its test bed.
pub struct Demo {
    pub model: PathBuf,
    pub vector: PathBuf,
    /// What training never saw, to evaluate it with; not everywhere installed.
    pub cases: PathBuf,
}

impl Demo {
    /// Looks where an installed program keeps it (beside the program, or in `../share/antidote`), in a source tree
    /// above the program, and last in the tree that this program was built from.
    pub fn find() -> Result<Self, UsageError> {
        let mut homes: Vec<PathBuf> = vec![];
        if let Ok(program) = std::env::current_exe().and_then(|program| program.canonicalize())
            && let Some(folder) = program.parent()
        {
            homes.push(folder.to_owned());
            homes.push(folder.join("../share/antidote"));
            homes.extend(folder.ancestors().skip(1).take(3).map(Path::to_owned));
        }
        homes.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let demo_in =
            |home: &PathBuf| Self { model: home.join(MODEL), vector: home.join(VECTOR), cases: home.join(CASES) };
        let found = homes.iter().map(demo_in).find(|demo| demo.model.is_file());
        found.ok_or_else(|| {
            UsageError(Language::of_locale().pick(
                format!("no model given, and the demo model ({MODEL}) is not installed with this program; give MODEL.gguf"),
                format!("モデルが指定されておらず、デモのモデル({MODEL})もインストールされていません。MODEL.gguf を指定してください"),
            ))
        })
    }
}
