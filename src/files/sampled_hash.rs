//! A quick answer to whether a large file is still the same.

use std::path::Path;

use super::MappedFile;

/// Parts of the file that are looked at, and bytes of each: a model of any size takes some milliseconds.
const N_PARTS: usize = 256;
const PART: usize = 16 << 10;

/// A hash of a file's length and of evenly spread parts of it; of all of it, if it is small. It tells apart files that
/// were made differently, such as two quantisations of a model, but is no proof against forgery.
///
/// # Errors
/// The file cannot be read.
pub fn sampled_hash(path: &Path) -> std::io::Result<blake3::Hash> {
    let file = MappedFile::open(path)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(file.len() as u64).to_le_bytes());
    if file.len() <= N_PARTS * PART {
        hasher.update(&file);
    } else {
        let room = file.len() - PART;
        for part in 0..N_PARTS {
            // In 128 bits: the product of a file's length and a number of parts may not fit into 64.
            let start = (room as u128 * part as u128 / (N_PARTS - 1) as u128) as usize;
            hasher.update(&file[start..start + PART]);
        }
    }
    Ok(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_differ_have_other_hashes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let hash = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            sampled_hash(&path).unwrap()
        };
        let mut large = vec![1; N_PARTS * PART * 2];
        let last = large.len() - 1;
        let before = hash(&large);
        assert_eq!(hash(&large), before);
        assert_ne!(hash(&large[..last]), before);
        for at in [0, last] {
            large[at] = 2;
            assert_ne!(hash(&large), before, "byte {at}");
            large[at] = 1;
        }
        assert_ne!(hash(b""), hash(b"a"));
        assert!(sampled_hash(&folder.path().join("none")).is_err());
    }
}
