//! Conversations in files: JSON that a person can read, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files::AtomicFile;
use crate::prompt::Turn;
use crate::vector::Fingerprint;

const FORMAT: &str = "antidote-conversation";
const VERSION: u32 = 1;

/// Nobody talks this much; a file that is larger is something else.
const MAX_BYTES: u64 = 256 << 20;

/// A conversation as it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    format: String,
    version: u32,
    /// The model that answered.
    pub model: SavedModel,
    /// The system prompt.
    #[serde(default)]
    pub system: Option<String>,
    /// The turns, oldest first.
    pub turns: Vec<Turn>,
}

/// Which model answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedModel {
    /// Its name.
    pub name: String,
    /// Its weights; absent if the model has none to be known by.
    #[serde(default)]
    pub fingerprint: Option<String>,
}

/// Why a conversation cannot be saved or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be written; what stood there before still does.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is too large to be a conversation.
    #[error("{path} is not a saved conversation: it is larger than {} MiB", MAX_BYTES >> 20, path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged, or something else.
    #[error("{path} is not a saved conversation, or is damaged: line {line}, column {column}: {what}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, counted from 1; 0 for a file that is no JSON of ours at all.
        line: usize,
        /// Where in the line, counted from 1.
        column: usize,
        /// What was expected there.
        what: String,
    },
    /// The file comes from a later version of this program.
    #[error("{path} has version {version}, but this program reads version {VERSION}; update the program", path = path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

/// What every version of the file begins with.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl Saved {
    /// A conversation with the model called `name`.
    #[must_use]
    pub fn new(name: &str, fingerprint: Option<Fingerprint>, system: Option<String>, turns: Vec<Turn>) -> Self {
        let model = SavedModel { name: name.to_owned(), fingerprint: fingerprint.map(|it| it.to_string()) };
        Self { format: FORMAT.to_owned(), version: VERSION, model, system, turns }
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or is of another version.
    pub fn read(path: &Path) -> Result<Self, SavedError> {
        let cannot_read = |source| SavedError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(cannot_read)?;
        let mut bytes = vec![];
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cannot_read)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(SavedError::TooLarge { path: path.to_owned() });
        }
        Self::parse(&bytes, path)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, SavedError> {
        let damaged = |error: serde_json::Error| SavedError::Damaged {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
            what: without_place(&error.to_string()),
        };
        // The head first: a later version may have other fields, and its error should say so.
        let head: Head = serde_json::from_slice(bytes).map_err(damaged)?;
        if head.format != FORMAT {
            let what = format!("the format is '{}' and not '{FORMAT}'", head.format);
            return Err(SavedError::Damaged { path: path.to_owned(), line: 1, column: 1, what });
        }
        if head.version != VERSION {
            return Err(SavedError::Version { path: path.to_owned(), version: head.version });
        }
        serde_json::from_slice(bytes).map_err(damaged)
    }

    /// Writes the file at `path`, readable by its owner alone; an old one stays until the new one is whole. A
    /// device or pipe, which nothing can take the place of, is written to directly.
    ///
    /// # Errors
    /// It cannot be written; what stood there before still does.
    pub fn write(&self, path: &Path) -> Result<(), SavedError> {
        let cannot_write = |source| SavedError::Write { path: path.to_owned(), source };
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| cannot_write(error.into()))?;
        bytes.push(b'\n');
        write(path, &bytes).map_err(cannot_write)
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Behind a link the file itself is replaced, not the link.
    let goal = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&goal) {
        Ok(there) if there.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a folder")),
        Ok(there) if !there.is_file() => {
            let mut device = File::options().write(true).open(&goal)?;
            device.write_all(bytes)?;
            device.flush()
        }
        _ => {
            let mut file = AtomicFile::create(&goal)?;
            file.write_all(bytes)?;
            file.commit_private()
        }
    }
}

/// serde_json ends its messages with the place, which our error names first.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(what, _)| what).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turns() -> Vec<Turn> {
        let turn = r#"{"user":"hello","assistant":"Hello.\nこんにちは","thinking":"hm","alpha":{"refusal":0.5}}"#;
        vec![serde_json::from_str(turn).unwrap(), serde_json::from_str(r#"{"user":"?","assistant":""}"#).unwrap()]
    }

    fn saved() -> Saved {
        Saved::new("a model", Some("5a".repeat(32).parse().unwrap()), Some("Be \"brief\".".to_owned()), turns())
    }

    fn bytes() -> Vec<u8> {
        serde_json::to_vec_pretty(&saved()).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("talk.json");
        saved().write(&path).unwrap();
        assert_eq!(Saved::read(&path).unwrap(), saved());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_conversation_is_its_owners_and_a_link_to_it_stays_one() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("talk.json"), folder.path().join("link.json"));
        saved().write(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        symlink(&path, &link).unwrap();
        Saved::new("another", None, None, vec![]).write(&link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(Saved::read(&path).unwrap().model.name, "another");
    }

    #[test]
    fn every_cut_is_found() {
        let bytes = bytes();
        for length in 0..bytes.len() {
            let error = Saved::parse(&bytes[..length], Path::new("talk.json")).unwrap_err();
            assert!(matches!(error, SavedError::Damaged { .. }), "{length}: {error}");
        }
    }

    #[test]
    fn errors_name_the_file_and_the_place() {
        let parse = |text: &str| Saved::parse(text.as_bytes(), Path::new("talk.json")).unwrap_err().to_string();
        let text = String::from_utf8(bytes()).unwrap();
        assert!(parse(&text.replace("\"version\": 1", "\"version\": 9")).contains("version 9"));
        assert!(parse(&text.replace("antidote-conv", "other-conv")).contains("'other-conversation'"));
        let error = parse(&text.replace("\"assistant\": \"\"", "\"asistant\": \"\""));
        assert!(error.contains("talk.json") && error.contains("line 2") && error.contains("asistant"), "{error}");
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(place in 0..bytes().len(), byte: u8) {
            let mut damaged = bytes();
            damaged[place] = byte;
            let _ = Saved::parse(&damaged, Path::new("talk.json"));
        }
    }
}
