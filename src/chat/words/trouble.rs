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

/// In Japanese: what hardly ever happens in a chat.
fn rare(error: &EngineError) -> String {
    let said = |complaints: &[String]| match complaints {
        [] => String::new(),
        complaints => format!("llama.cpp のメッセージ: {}", complaints.join(" / ")),
    };
    match error {
        EngineError::Context { n_ctx, complaints } => {
            format!("{n_ctx} トークンの文脈を確保できません。--ctx を小さくしてください。{}", said(complaints))
        }
        EngineError::Decode { code, complaints } => {
            format!("llama.cpp の計算に失敗しました(コード {code})。{}", said(complaints))
        }
        EngineError::CacheFull { n_ctx, n_tokens } => format!(
            "文脈が一杯です。{n_ctx} トークンの文脈に、あと {n_tokens} トークンは入りません。/reset で最初からやり直すか、--ctx を大きくしてください。"
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
        EngineError::NotLive { path, alpha, .. } => format!(
            "{}(α = {alpha})はこのモデルに効きません。保護できないため、--no-vector で実行するか、別のモデルを使ってください。",
            path.display()
        ),
        EngineError::Alpha { name, alpha } => {
            format!("{name} の α = {alpha} は有限の数ではありません。0.3 のような値にしてください(0 は素のモデル)。")
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
            let (en, ja) = (Language::En.trouble(&error), Language::Ja.trouble(&error));
            assert_eq!(en, error.to_string());
            assert!(ja.chars().any(|c| ('ぁ'..='ん').contains(&c)), "{ja}");
            // The figures are in both.
            for number in en.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() > 2) {
                assert!(ja.contains(number), "no {number} in {ja}");
            }
        }
    }
}
