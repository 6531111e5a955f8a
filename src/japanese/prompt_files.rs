//! What is wrong with a file of prompts.

use super::unreadable;
use crate::prompt_files::PromptError;

pub(super) fn of_prompts(error: &PromptError) -> String {
    match error {
        PromptError::Read { path, source } => unreadable("プロンプトのファイル", path, source),
        PromptError::Foreign { path, what } => {
            format!("{} はプロンプトのファイルではありません: {what}", path.display())
        }
        PromptError::NotUtf8 { path, line } => {
            format!("{} は UTF-8 として読めません({line} 行目)。UTF-8 で保存してください", path.display())
        }
        PromptError::Entry { path, place, reason, .. } => {
            format!("{}の{}を読めません: {reason}", path.display(), of_place(place))
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
        Some(("line", number)) => format!(" {number} 行目"),
        Some(("entry", number)) => format!(" {number} 番目の項目"),
        Some(("jailbreak", number)) => format!(" {number} 番目の jailbreak"),
        _ => format!(" {place} "),
    }
}
