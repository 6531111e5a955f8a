//! What is wrong with a file of prompts.

use super::unreadable;
use crate::prompt_files::PromptError;

pub(super) fn of_prompts(error: &PromptError) -> String {
    match error {
        PromptError::Read { path, source } => unreadable("プロンプトのファイル", path, source),
        PromptError::Foreign { path, what } => {
            format!("{} にプロンプトはありません。中身は{}です", path.display(), of_foreign(what))
        }
        PromptError::NotUtf8 { path, line } => {
            format!("{} は UTF-8 として読めません({line} 行目)。UTF-8 で保存してください", path.display())
        }
        PromptError::Entry { path, place, reason, .. } => {
            format!("{} の {}を読めません: {reason}", path.display(), of_place(place))
        }
        PromptError::Empty { path } => {
            format!("{} にプロンプトがありません。1 行に 1 つずつ書いてください", path.display())
        }
        PromptError::NoColumns { files } if files.is_empty() => {
            "プロンプトのファイルを読まないため、選べる列がありません".to_owned()
        }
        PromptError::NoColumns { files } => format!("選べる列がありません: {}", files.join(", ")),
    }
}

/// `line 3` and its like.
fn of_place(place: &str) -> String {
    match place.split_once(' ') {
        Some(("line", number)) => format!("{number} 行目"),
        Some(("entry", number)) => format!("{number} 番目の項目"),
        Some(("jailbreak", number)) => format!("{number} 番目の jailbreak"),
        _ => place.to_owned(),
    }
}

/// What a file is instead. Formats that are not in the list keep their English name.
fn of_foreign(what: &str) -> String {
    let (what, command) = what
        .split_once("; get ")
        .map_or((what, None), |(what, rest)| (what, rest.rsplit_once(" with ").map(|(_, command)| command)));
    let ja = match what {
        "a GGUF model" => " GGUF のモデル",
        "a ZIP archive (also .xlsx, .docx, .npz)" => " ZIP アーカイブ(.xlsx、.docx、.npz もそうです)",
        "a Parquet table" => " Parquet の表",
        "an Arrow table" => " Arrow の表",
        "an ORC table" => " ORC の表",
        "an Avro table" => " Avro の表",
        "a gzip archive" => " gzip アーカイブ",
        "a bzip2 archive" => " bzip2 アーカイブ",
        "an xz archive" => " xz アーカイブ",
        "a 7-Zip archive" => " 7-Zip アーカイブ",
        "a Zstandard archive" => " Zstandard アーカイブ",
        "a PDF" => " PDF ",
        "an old Office document (.xls, .doc)" => "古い Office の文書(.xls、.doc)",
        "an SQLite database" => " SQLite のデータベース",
        "a NumPy array" => " NumPy の配列",
        "an HDF5 file" => " HDF5 ファイル",
        "a rich text document" => "リッチテキストの文書",
        "a program" => "プログラム",
        "a pointer of git-lfs" => " git-lfs のポインター",
        "a pointer of git-xet" => " git-xet のポインター",
        "a pointer of git-annex" => " git-annex のポインター",
        "a pointer of DVC" => " DVC のポインター",
        "a link of git-annex to a content that is not here" => "、ここにない内容への git-annex のリンク",
        other => return format!(" {other} "),
    };
    command.map_or_else(|| ja.to_owned(), |command| format!("{ja}({command} で内容を取得してください)"))
}
