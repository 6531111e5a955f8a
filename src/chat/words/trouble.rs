//! What went wrong while answering.

use super::Language;
use crate::chat::conversation::ConversationError;
use crate::chat::template::TemplateError;
use crate::engine::EngineError;

impl Language {
    pub(in crate::chat) fn trouble(self, error: &ConversationError) -> String {
        let ja = match error {
            ConversationError::TooLong { n_bytes, n_ctx } => {
                format!("この文は {n_bytes} バイトあり、{n_ctx} トークンの文脈には入りません。短くしてください。")
            }
            ConversationError::Template(error) => self.template_error(error),
            ConversationError::Engine(EngineError::PromptTooLong { n_prompt, n_ctx }) => format!(
                "入力は {n_prompt} トークンですが、文脈は {n_ctx} トークンです。短くするか、--ctx を大きくしてください。"
            ),
            ConversationError::Engine(EngineError::EmptyPrompt) => "文が空です。".to_owned(),
            ConversationError::Engine(EngineError::OutputNotFinite { alpha }) => {
                format!("モデルの出力が有限の数ではなくなりました。α = {alpha} は強すぎます。/alpha で下げてください。")
            }
            ConversationError::Engine(error) => error.to_string(),
        };
        self.pick(error.to_string(), ja)
    }

    pub(in crate::chat) fn template_error(self, error: &TemplateError) -> String {
        let ja = match error {
            TemplateError::Render(why) => format!("このモデルのチャットテンプレートが会話を受け付けません: {why}"),
            error => error.to_string(),
        };
        self.pick(error.to_string(), ja)
    }

    pub(in crate::chat) fn not_utf8(self) -> String {
        self.pick(
            "(the line was not UTF-8; what could not be read became \u{fffd})",
            "(UTF-8 ではない文字があり、\u{fffd} に置き換えました)",
        )
    }

    pub(in crate::chat) fn line_too_long(self, mebibytes: usize) -> String {
        self.pick(
            format!("a line of more than {mebibytes} MiB is no message"),
            format!("{mebibytes} MiB を超える行は送れません"),
        )
    }
}
