//! Files that hold no prompts, whatever they are called: pointers to a content that is elsewhere, and binary formats.

use std::path::Path;

/// What binary files begin with.
const MAGIC: [(&[u8], &str); 18] = [
    (b"GGUF", "a GGUF model"),
    (b"PK\x03\x04", "a ZIP archive (also .xlsx, .docx, .npz)"),
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow table"),
    (b"ORC", "an ORC table"),
    (b"Obj\x01", "an Avro table"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ\0", "an xz archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"\x28\xB5\x2F\xFD", "a Zstandard archive"),
    (b"%PDF-", "a PDF"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document (.xls, .doc)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"{\\rtf", "a rich text document"),
    (b"\x7FELF", "a program"),
];

/// What files begin with that only name a content, and what brings it here.
const POINTERS: [(&str, &str); 4] = [
    ("version https://git-lfs.github.com/spec/", "a pointer of git-lfs; get the content with git lfs pull"),
    ("version https://hawser.github.com/spec/", "a pointer of git-lfs; get the content with git lfs pull"),
    ("# xet version", "a pointer of git-xet; get the content with git xet checkout"),
    ("/annex/objects/", "a pointer of git-annex; get the content with git annex get"),
];

/// What `bytes` are if they cannot be prompts.
pub(super) fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let magic = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, what)| *what);
    let is_pointer = |start: &str| bytes.trim_ascii_start().starts_with(start.as_bytes());
    magic
        .or_else(|| POINTERS.iter().find(|(start, _)| is_pointer(start)).map(|(_, what)| *what))
        .or_else(|| is_dvc_pointer(bytes).then_some("a pointer of DVC; get the content with dvc pull"))
}

/// `outs:` and then a list whose first entry has a hash.
fn is_dvc_pointer(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"outs:") else { return false };
    let rest = rest.trim_ascii_start();
    rest.starts_with(b"- md5:") || rest.starts_with(b"- hash:")
}

/// Whether the file at `path` is git-annex's link to a content that is not here.
pub(super) fn is_annex_link(path: &Path) -> bool {
    let target = std::fs::read_link(path).ok();
    target.is_some_and(|target| target.to_string_lossy().replace('\\', "/").contains("annex/objects/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_and_binary_files_are_told_from_text() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n";
        assert!(kind_of(pointer).unwrap().contains("git lfs pull"));
        assert!(kind_of(b"/annex/objects/SHA256E-s3--00.csv\n").unwrap().contains("git annex get"));
        assert!(kind_of(b"outs:\n- md5: 00\n  path: p.csv\n").unwrap().contains("dvc pull"));
        assert_eq!(kind_of(b"PAR1\x15\x04"), Some("a Parquet table"));
        assert_eq!(kind_of(b"PK\x03\x04\x14\0"), Some("a ZIP archive (also .xlsx, .docx, .npz)"));
        assert_eq!(kind_of(b"GGUF\x03\0\0\0"), Some("a GGUF model"));
        assert_eq!(kind_of(b"version 2 of the lathe\nouts: two\n"), None);
        assert_eq!(kind_of(b""), None);
    }
}
