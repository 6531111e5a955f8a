//! How a chat begins.

use super::conversation::n_turns;
use crate::chat::ranges::ranges;
use crate::engine::PartialSteering;
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

    /// That nothing steers: said by every program that answers without a vector.
    #[must_use]
    pub fn unsteered(self) -> String {
        self.pick(
            "No vector is loaded: this is the plain model, with no protection. Load one with --vector FILE.sv.",
            "ベクトルが読み込まれていません。素のモデルのままで、保護は働きません。--vector FILE.sv で指定できます。",
        )
    }

    /// That a vector steers at some of its layers only: said by every program that goes on all the same.
    #[must_use]
    pub fn partly_steered(self, partial: &PartialSteering) -> String {
        let PartialSteering { name, applied, not_applied } = partial;
        let (applied, not_applied) = (ranges(applied), ranges(not_applied));
        self.pick(
            format!(
                "PARTIAL: {name} steers only at layers {applied}; this model does not apply layers {not_applied} \
                 (--allow-partial)."
            ),
            format!("部分的: {name} は層 {applied} だけに効きます。層 {not_applied} はこのモデルでは適用されません(--allow-partial)。"),
        )
    }

    pub(in crate::chat) fn no_suggestion(self) -> String {
        self.pick(
            "This vector suggests no α, so the chat starts at 0, the plain model. Raise it with /alpha.",
            "このベクトルには推奨の α がないため、0(素のモデル)から始めます。/alpha で上げてください。",
        )
    }

    pub(in crate::chat) fn template_missing(self) -> String {
        self.pick(
            "This model has no chat template; using ChatML, which may not suit it.",
            "このモデルにはチャットテンプレートがないため、ChatML を使います。合わない場合があります。",
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
