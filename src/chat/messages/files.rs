//! Conversations in files.

use super::conversation::n_turns;
use crate::chat::saved::SavedError;
use crate::japanese;
use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn saved(self, file: &str, turns: usize) -> String {
        self.pick(format!("{file}: saved {}.", n_turns(turns)), format!("{file}: {turns} ターンを保存しました。"))
    }

    pub(in crate::chat) fn loaded(self, file: &str, turns: usize) -> String {
        self.pick(
            format!("{file}: loaded {}, replacing the current conversation.", n_turns(turns)),
            format!("{file}: {turns} ターンを読み込みました。これまでの会話は破棄しました。"),
        )
    }

    pub(in crate::chat) fn needs_a_file(self, command: &str) -> String {
        self.pick(
            format!("{command} needs a file name: {command} FILE"),
            format!("{command} にはファイル名が必要です: {command} ファイル"),
        )
    }

    pub(in crate::chat) fn is_there_already(self, file: &str) -> String {
        self.pick(
            format!("{file} already exists; /save! {file} overwrites it. Nothing was saved."),
            format!("{file} はすでに存在するため、保存していません。上書きするには /save! {file} を使ってください。"),
        )
    }

    pub(in crate::chat) fn another_model(self, model: &str) -> String {
        self.pick(
            format!("Saved with another model ({model}); the fingerprints do not match."),
            format!("別のモデル({model})で保存された会話です。フィンガープリントが一致しません。"),
        )
    }

    pub(in crate::chat) fn session_unsaved(self, error: &SavedError) -> String {
        let error = self.saved_error(error);
        self.pick(
            format!("{error}\nThe last turn is NOT saved; the next turn will try again."),
            format!("{error}\n直前のターンは保存されていません。次のターンの後に再試行します。"),
        )
    }

    pub(in crate::chat) fn saved_error(self, error: &SavedError) -> String {
        let ja = match error {
            SavedError::Read { path, source } => japanese::unreadable("会話", path, source),
            SavedError::Write { path, source } => japanese::unwritable("会話", path, source),
            SavedError::TooLarge { path } => {
                format!("{} は大きすぎるため、保存された会話ではありません。", path.display())
            }
            SavedError::Damaged { path, line, column, what } => {
                let path = path.display();
                format!("{path} は保存された会話ではないか、壊れています({line} 行 {column} 列): {what}")
            }
            SavedError::Version { path, version } => {
                format!("{} はバージョン {version} です。このプログラムを更新してください。", path.display())
            }
        };
        self.pick(error.to_string(), ja)
    }
}
