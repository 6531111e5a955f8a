//! What went wrong while answering.

use crate::engine::EngineError;
use crate::prompt::ConversationError;
use crate::prompt::Language;
use crate::prompt::TemplateError;

impl Language {
    pub(in crate::chat) fn error(self, error: &ConversationError) -> String {
        let ja = match error {
            ConversationError::TooLong { n_bytes, n_ctx } => {
                format!(
                    "この文は {n_bytes} バイトあり、{n_ctx} トークンのコンテキストに収まりません。短くしてください。"
                )
            }
            ConversationError::Template(error) => self.template_error(error),
            ConversationError::Engine(EngineError::PromptTooLong { n_prompt, n_ctx }) => {
                format!("入力は {n_prompt} トークンですが、コンテキストは {n_ctx} トークンです。短くしてください。")
            }
            ConversationError::Engine(EngineError::EmptyPrompt) => "文が空です。".to_owned(),
            ConversationError::Engine(EngineError::OutputNotFinite { alpha }) => {
                format!("モデルの出力が有限の値になりません。α = {alpha} は強すぎます。/alpha で下げてください。")
            }
            ConversationError::Engine(error) => rare(error),
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

/// In Japanese: what hardly ever happens in a chat.
fn rare(error: &EngineError) -> String {
    let said = |complaints: &[String]| match complaints {
        [] => String::new(),
        complaints => format!("llama.cpp のメッセージ: {}", complaints.join(" / ")),
    };
    match error {
        EngineError::Context { n_ctx, complaints } => {
            format!("{n_ctx} トークンのコンテキストを確保できません。{}", said(complaints))
        }
        EngineError::Decode { code, complaints } => {
            format!("llama.cpp の計算に失敗しました(コード {code})。{}", said(complaints))
        }
        EngineError::CacheFull { n_ctx, n_tokens } => format!(
            "コンテキストが一杯です。{n_ctx} トークンのコンテキストに、あと {n_tokens} トークンは入りません。/reset で最初からやり直せます。"
        ),
        EngineError::Grammar { why, complaints } => format!("文法を使えません: {why}。{}", said(complaints)),
        EngineError::Schema(_) | EngineError::Constraint { .. } => format!("指定された形式で回答できません: {error}"),
        EngineError::Interrupted => "中断しました。".to_owned(),
        EngineError::ControlVectorRefused { code } => {
            format!("llama.cpp が制御ベクトルを受け付けませんでした(コード {code})。保護できないため、回答しません。")
        }
        EngineError::NotFinite { path, alpha } => format!(
            "{} を α = {alpha} で使うとモデルが壊れます。α を下げるか、このモデルからベクトルを作り直してください。",
            path.display()
        ),
        EngineError::ZeroVector { path } => {
            format!("{} の値はすべて 0 で、何も変わりません。ベクトルを作り直してください。", path.display())
        }
        EngineError::NoFingerprint { path, fault } => {
            format!("{} にベクトルが合うかどうかを確かめられません: {fault}", path.display())
        }
        EngineError::NotLive { path, alpha, .. } => {
            format!("{}(α = {alpha})はこのモデルに効きません。保護できないため、回答しません。", path.display())
        }
        EngineError::Alpha { name, alpha } => {
            format!("{name} の α = {alpha} は有限の数値ではありません。0.3 のような値にしてください(0 は素のモデル)。")
        }
        error => error.to_string(),
    }
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
