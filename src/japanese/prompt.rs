//! What is wrong with a template or a conversation.

use std::error::Error;

use super::{engine, unreadable};
use crate::prompt::{ConversationError, Role, TemplateError};

pub(super) fn sentence(error: &(dyn Error + 'static)) -> Option<String> {
    error.downcast_ref().map(of_conversation).or_else(|| error.downcast_ref().map(of_template))
}

fn of_conversation(error: &ConversationError) -> String {
    match error {
        ConversationError::Template(error) => of_template(error),
        ConversationError::Engine(error) => engine::of_engine(error),
        ConversationError::TooLong { n_bytes, n_ctx } => {
            format!("この文は {n_bytes} バイトあり、{n_ctx} トークンのコンテキストに収まりません。短くしてください。")
        }
    }
}

fn of_template(error: &TemplateError) -> String {
    match error {
        TemplateError::Syntax(why) => format!("チャットテンプレートを解釈できません: {why}"),
        TemplateError::Render(why) => format!("このモデルのチャットテンプレートが会話を受け付けません: {why}"),
        TemplateError::Lost { role, number } => format!(
            "チャットテンプレートが{}({number} 番目のメッセージ)をプロンプトに入れません",
            match role {
                Role::System => "システムプロンプト",
                Role::User => "ユーザーのメッセージ",
                Role::Assistant => "以前の回答",
            }
        ),
        TemplateError::ControlTokens => {
            "以前の回答に制御トークンが含まれ、チャットテンプレートがその回答を書き換えるため、文字として送れません"
                .to_owned()
        }
        TemplateError::File { path, source } => unreadable("チャットテンプレート", path, source),
    }
}
