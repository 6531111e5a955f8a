//! What the system says about files.

use std::io;
use std::path::Path;

/// A file that cannot be read.
#[must_use]
pub fn unreadable(what: &str, path: &Path, why: &io::Error) -> String {
    format!("{what} {} を読めません: {}", path.display(), of_io(why))
}

/// A file that cannot be written.
#[must_use]
pub fn unwritable(what: &str, path: &Path, why: &io::Error) -> String {
    format!("{what} {} に書き込めません: {}", path.display(), of_io(why))
}

/// The usual reasons; others in the system's own words. Its number stays.
#[must_use]
pub fn of_io(error: &io::Error) -> String {
    let ja = match error.kind() {
        io::ErrorKind::NotFound => "そのようなファイルやフォルダーはありません",
        io::ErrorKind::PermissionDenied => "アクセスする権限がありません",
        io::ErrorKind::IsADirectory => "ファイルではなくフォルダーです",
        io::ErrorKind::NotADirectory => "途中にフォルダーでないものがあります",
        io::ErrorKind::AlreadyExists => "すでに存在します",
        io::ErrorKind::StorageFull => "ディスクに空きがありません",
        io::ErrorKind::ReadOnlyFilesystem => "読み取り専用のファイルシステムです",
        io::ErrorKind::OutOfMemory => "メモリーが足りません",
        _ => return error.to_string(),
    };
    // An error that a program made itself says more than its kind.
    error.raw_os_error().map_or_else(|| error.to_string(), |code| format!("{ja} (os error {code})"))
}
