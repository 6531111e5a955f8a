//! Files that appear whole or not at all: written beside their goal under a temporary name, flushed to the disk,
//! then renamed.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file being written. Dropped before [`AtomicFile::commit`], it leaves nothing behind, and what stood at its
/// goal before stays.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<NamedTempFile>,
    goal: PathBuf,
}

impl AtomicFile {
    /// Starts a file that will stand at `goal`.
    ///
    /// # Errors
    /// The folder of `goal` is missing or cannot be written to.
    pub fn create(goal: &Path) -> io::Result<Self> {
        let folder = folder_of(goal);
        let temporary = tempfile::Builder::new().prefix(".antidote-").suffix(".part").tempfile_in(folder)?;
        Ok(Self { writer: BufWriter::new(temporary), goal: goal.to_owned() })
    }

    /// Flushes everything to the disk and moves the file to its goal, replacing what stood there.
    ///
    /// # Errors
    /// Writing, syncing or renaming failed: the goal is untouched.
    pub fn commit(self) -> io::Result<()> {
        self.finish(make_world_readable)
    }

    /// As [`AtomicFile::commit`], but nobody except its owner may read the file.
    ///
    /// # Errors
    /// As for [`AtomicFile::commit`].
    pub fn commit_private(self) -> io::Result<()> {
        // Temporary files are private already.
        self.finish(|_| Ok(()))
    }

    fn finish(self, set_permissions: impl FnOnce(&std::fs::File) -> io::Result<()>) -> io::Result<()> {
        let temporary = self.writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        temporary.as_file().sync_all()?;
        set_permissions(temporary.as_file())?;
        temporary.persist(&self.goal).map_err(|error| error.error)?;
        sync_folder(folder_of(&self.goal))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Writes `bytes` to `goal`, whole or not at all.
///
/// # Errors
/// As for [`AtomicFile`].
pub fn write_atomically(goal: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(goal)?;
    file.write_all(bytes)?;
    file.commit()
}

/// The folder that `goal` lies in.
pub(crate) fn folder_of(goal: &Path) -> &Path {
    match goal.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Temporary files are private to their owner; a finished vector or dump is an ordinary file.
#[cfg(unix)]
fn make_world_readable(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_world_readable(_file: &std::fs::File) -> io::Result<()> {
    Ok(())
}

/// A rename is only on the disk once its folder is.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uncommitted_file_leaves_nothing_and_keeps_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("vector.sv");
        write_atomically(&goal, b"old").unwrap();
        let mut half_written = AtomicFile::create(&goal).unwrap();
        half_written.write_all(b"new").unwrap();
        drop(half_written);
        assert_eq!(std::fs::read(&goal).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_committed_file_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("vector.sv");
        write_atomically(&goal, b"old").unwrap();
        write_atomically(&goal, b"new").unwrap();
        assert_eq!(std::fs::read(&goal).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
