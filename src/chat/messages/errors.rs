//! What went wrong while answering.

use std::error::Error;
use std::io;

use crate::engine::EngineError;
use crate::japanese;
use crate::prompt::ConversationError;
use crate::prompt::Language;
use crate::prompt::TemplateError;

impl Language {
    pub(in crate::chat) fn error(self, error: &ConversationError) -> String {
        let ja = match error {
            // In a chat there are commands to help.
            ConversationError::Engine(EngineError::OutputNotFinite { alpha }) if *alpha != 0.0 => {
                format!("モデルの出力が有限の値になりません。α = {alpha} は強すぎます。/alpha で下げてください。")
            }
            ConversationError::Engine(EngineError::CacheFull { n_ctx, n_tokens }) => format!(
                "コンテキストが一杯です。{n_ctx} トークンのコンテキストに、あと {n_tokens} トークンは入りません。/reset で最初からやり直せます。"
            ),
            error => in_japanese(error),
        };
        self.pick(error.to_string(), ja)
    }

    pub(in crate::chat) fn template_error(self, error: &TemplateError) -> String {
        self.pick(error.to_string(), in_japanese(error))
    }

    pub(in crate::chat) fn no_terminal(self, error: &io::Error) -> String {
        let ja = format!("ターミナルを使えません: {}", japanese::of_io(error));
        self.pick(format!("cannot use the terminal: {error}"), ja)
    }

    pub(in crate::chat) fn no_signals(self, error: &io::Error) -> String {
        let ja = format!("シグナルを受け取る準備ができません: {}", japanese::of_io(error));
        self.pick(format!("cannot install signal handlers: {error}"), ja)
    }

    pub(in crate::chat) fn hint_for_error(self, hint: &str) -> String {
        self.pick(format!("hint: {hint}"), format!("ヒント: {hint}"))
    }

    pub(in crate::chat) fn not_utf8(self) -> String {
        self.pick(
            "(the line was not valid UTF-8; invalid bytes became \u{fffd})",
            "(UTF-8 として読めない部分を \u{fffd} に置き換えました)",
        )
    }

    pub(in crate::chat) fn line_too_long(self, mebibytes: usize) -> String {
        self.pick(
            format!("the line is longer than {mebibytes} MiB, too long for a message"),
            format!("{mebibytes} MiB を超える行は送信できません"),
        )
    }
}

fn in_japanese(error: &(dyn Error + 'static)) -> String {
    japanese::sentence(error).unwrap_or_else(|| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_happen_in_a_chat_is_said_in_both_languages() {
        let complaints = || vec!["no memory".to_owned()];
        let errors = [
            EngineError::Context { n_ctx: 8192, complaints: complaints() },
            EngineError::Decode { code: -3, complaints: complaints() },
            EngineError::CacheFull { n_ctx: 4096, n_tokens: 7 },
            EngineError::Grammar { why: "no root".to_owned(), complaints: vec![] },
            EngineError::Constraint { why: "nothing is allowed".to_owned() },
            EngineError::Interrupted,
            EngineError::ControlVectorRefused { code: -1 },
            EngineError::NotFinite { path: "v.sv".into(), alpha: 9.0 },
            EngineError::NotLive { path: "v.sv".into(), architecture: "x".to_owned(), alpha: 0.5 },
            EngineError::Alpha { name: "refusal".to_owned(), alpha: f32::INFINITY },
            EngineError::PromptTooLong { n_prompt: 900, n_ctx: 512 },
            EngineError::EmptyPrompt,
            EngineError::OutputNotFinite { alpha: 9.0 },
        ];
        for error in errors {
            let error = ConversationError::Engine(error);
            let (en, ja) = (Language::En.error(&error), Language::Ja.error(&error));
            assert_eq!(en, error.to_string());
            assert!(ja.chars().any(|c| ('ぁ'..='ん').contains(&c)), "{ja}");
            // The figures are in both.
            for number in en.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() > 2) {
                assert!(ja.contains(number), "no {number} in {ja}");
            }
        }
    }
}
