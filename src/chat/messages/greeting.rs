//! How a chat begins.

use super::conversation::n_turns;
use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn welcome(self, model: &str, architecture: &str, n_layer: usize, n_embd: usize) -> String {
        self.pick(
            format!("{model} ({architecture}, {n_layer} layers × {n_embd})"),
            format!("{model}({architecture}、{n_layer} 層 × {n_embd})"),
        )
    }

    pub(in crate::chat) fn hint(self) -> String {
        self.pick(
            "Try /examples for prompts, /alpha X to set the strength, /help for all commands, /quit to leave.",
            "/examples で質問の例、/alpha X で強さの設定、/help でコマンド一覧、/quit で終了。",
        )
    }

    pub(in crate::chat) fn resumed(self, turns: usize, file: &str) -> String {
        self.pick(
            format!("{file}: resuming after {}.", n_turns(turns)),
            format!("{file}: {turns} ターンの会話を再開します。"),
        )
    }

    pub(in crate::chat) fn new_session(self, file: &str) -> String {
        self.pick(
            format!("{file}: new conversation, saved after every turn."),
            format!("{file}: 新しい会話です。ターンごとに保存します。"),
        )
    }
}
