//! Conversations in files.

use crate::chat::saved::SavedError;
use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn saved(self, file: &str, turns: usize) -> String {
        self.pick(format!("{file}: {turns} turn(s) saved."), format!("{file}: {turns} 往復を保存しました。"))
    }

    pub(in crate::chat) fn loaded(self, file: &str, turns: usize) -> String {
        self.pick(
            format!("{file}: {turns} turn(s) loaded; what was said here before is gone."),
            format!("{file}: {turns} 往復を読み込みました。これまでの会話は破棄されました。"),
        )
    }

    pub(in crate::chat) fn needs_a_file(self, command: &str) -> String {
        self.pick(
            format!("{command} needs a file: {command} FILE"),
            format!("{command} にはファイル名が必要です: {command} ファイル"),
        )
    }

    pub(in crate::chat) fn is_there_already(self, file: &str) -> String {
        self.pick(
            format!("{file} is there already; /save! {file} replaces it. Nothing was saved."),
            format!("{file} はすでにあります。/save! {file} で上書きします。まだ保存していません。"),
        )
    }

    pub(in crate::chat) fn another_model(self, model: &str) -> String {
        self.pick(
            format!("It was made with another model ({model}): its fingerprint is not this model's."),
            format!("別のモデル({model})との会話です。フィンガープリントが一致しません。"),
        )
    }

    pub(in crate::chat) fn session_unsaved(self, error: &SavedError) -> String {
        let error = self.saved_error(error);
        self.pick(
            format!("{error}\nThe last turn is NOT saved; it is tried again after the next one."),
            format!("{error}\n直前の往復は保存されていません。次の往復の後にもう一度試します。"),
        )
    }

    pub(in crate::chat) fn saved_error(self, error: &SavedError) -> String {
        let ja = match error {
            SavedError::Read { path, source } => format!("{} を読めません: {source}", path.display()),
            SavedError::Write { path, source } => format!("{} に書き込めません: {source}", path.display()),
            SavedError::TooLarge { path } => format!("{} は大きすぎて、保存された会話ではありません。", path.display()),
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
