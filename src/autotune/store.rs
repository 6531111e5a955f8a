//! Where what was found is kept: a file for each model on each processor, in the folder for programs' state.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::engine::Outline;
use crate::files::write_atomically;

/// Another folder, or none if empty.
const VARIABLE: &str = "ANTIDOTE_TUNED";

/// What a file of this form is called.
const VERSION: u32 = 1;

/// A choice that was made on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuned {
    version: u32,
    /// The processor that it was measured on.
    pub processor: String,
    /// The model, for people.
    pub model: String,
    /// What was chosen.
    pub settings: Settings,
}

/// A choice that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what this program writes.
    #[error("{}: cannot read the tuned settings ({why}); run antidote tune again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// A folder of choices.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The folder of this user, or the one that `ANTIDOTE_TUNED` names; `None` if that is empty.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        use etcetera::BaseStrategy;
        match std::env::var_os(VARIABLE) {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(Self::at(Path::new(&folder))),
            None => {
                let base = etcetera::choose_base_strategy().ok()?;
                let state = base.state_dir().unwrap_or_else(|| base.data_dir());
                Some(Self::at(&state.join("antidote").join("tuned")))
            }
        }
    }

    /// The choices in `folder`, which need not be there yet.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// What was chosen for this model on this machine, if anything was.
    ///
    /// # Errors
    /// [`StoreError`]: the file is there and cannot be used.
    pub fn find(&self, model: &Outline) -> Result<Option<Tuned>, StoreError> {
        // Looking up the processor takes longer than looking for the folder, which most people do not have.
        if !self.folder.is_dir() {
            return Ok(None);
        }
        let path = self.file(model);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Io { path, source }),
        };
        let damaged = |why: String| StoreError::Damaged { path: path.clone(), why };
        let tuned: Tuned = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if tuned.version != VERSION {
            return Err(damaged(format!("it has version {}, and this program knows {VERSION}", tuned.version)));
        }
        let Settings { threads, batch, .. } = tuned.settings;
        if !(1..=1024).contains(&threads) || !(1..=65536).contains(&batch) {
            return Err(damaged(format!("{threads} threads and batches of {batch} make no sense")));
        }
        Ok(Some(tuned))
    }

    /// Keeps `settings` for this model on this machine. Returns the file.
    ///
    /// # Errors
    /// The file cannot be written; what was there stays.
    pub fn keep(&self, model: &Outline, name: &str, settings: Settings) -> Result<PathBuf, StoreError> {
        let path = self.file(model);
        let tuned = Tuned { version: VERSION, processor: processor(), model: name.to_owned(), settings };
        let failed = |source: io::Error| StoreError::Io { path: path.clone(), source };
        let mut json = serde_json::to_vec_pretty(&tuned).map_err(|error| failed(error.into()))?;
        json.push(b'\n');
        std::fs::create_dir_all(&self.folder).and_then(|()| write_atomically(&path, &json)).map_err(failed)?;
        Ok(path)
    }

    /// Forgets what was chosen. Returns whether there was anything.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget(&self, model: &Outline) -> Result<bool, StoreError> {
        let path = self.file(model);
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(StoreError::Io { path, source }),
        }
    }

    /// Another quantisation, processor or number of cores is another file; another version of this program as well,
    /// because its llama.cpp is another.
    fn file(&self, model: &Outline) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        hasher.update(processor().as_bytes());
        hasher.update(&[0]);
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.update(&[0]);
        hasher.update(&model.n_bytes.to_le_bytes());
        hasher.update(&model.fingerprint.map_or([0; 32], |fingerprint| fingerprint.0));
        self.folder.join(format!("{}.json", &hasher.finalize().to_hex()[..16]))
    }
}

/// The processor and how many of its cores this process may use.
fn processor() -> String {
    let brand = sysinfo::System::new().ok().and_then(|mut system| {
        system.refresh_cpu_list(sysinfo::CpuRefreshKind::nothing());
        system.cpus().first().map(|cpu| cpu.brand().trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{} × {cores}", brand.filter(|brand| !brand.is_empty()).unwrap_or_else(|| "unknown processor".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CacheType, FlashAttention};

    const SETTINGS: Settings =
        Settings { threads: 3, batch: 256, flash_attention: FlashAttention::On, cache_type: CacheType::Q8_0 };

    fn model(n_bytes: u64) -> Outline {
        Outline { n_ctx_train: 2048, n_bytes, fingerprint: None }
    }

    #[test]
    fn what_is_kept_is_found_for_that_model_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(&folder.path().join("not/there/yet"));
        assert_eq!(store.find(&model(1)).unwrap(), None);
        assert!(!store.forget(&model(1)).unwrap());
        let file = store.keep(&model(1), "demo", SETTINGS).unwrap();
        let before = std::fs::read(&file).unwrap();
        assert_eq!(store.find(&model(1)).unwrap().unwrap().settings, SETTINGS);
        assert_eq!(store.find(&model(2)).unwrap(), None);
        store.keep(&model(1), "demo", SETTINGS).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert!(store.forget(&model(1)).unwrap());
        assert_eq!(store.find(&model(1)).unwrap(), None);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let file = store.keep(&model(1), "demo", SETTINGS).unwrap();
        let whole = std::fs::read_to_string(&file).unwrap();
        for damaged in [
            String::new(),
            whole[..whole.len() / 2].to_owned(),
            whole.replace("\"version\": 1", "\"version\": 2"),
            whole.replace("\"threads\": 3", "\"threads\": 0"),
            whole.replace("q8_0", "q9_0"),
        ] {
            std::fs::write(&file, &damaged).unwrap();
            let error = store.find(&model(1)).unwrap_err().to_string();
            assert!(error.contains("antidote tune") && error.contains(".json"), "{error}");
        }
    }
}
