//! What notices say, in two languages.

use super::{Limit, Notice, ranges};
use crate::engine::PartialSteering;
use crate::prompt::Language;

impl Notice {
    /// The notice in a sentence, with the way out.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::Unsteered => language.pick(
                "No vector is loaded: this is the plain model, with no protection. Load one with --vector FILE.sv.",
                "ベクトルが読み込まれていません。素のモデルのままで、保護は働きません。--vector FILE.sv で指定できます。",
            ),
            Self::NoAlpha { path } => {
                let path = path.display();
                language.pick(
                    format!("{path} suggests no α, so it would not steer. Give one with --alpha X (/alpha X in a chat), or use --no-vector."),
                    format!("{path} には推奨の α がないため、このままでは効きません。--alpha X(チャットでは /alpha X)で指定するか、--no-vector を使ってください。"),
                )
            }
            Self::Partial(PartialSteering { name, applied, not_applied }) => {
                let (applied, not_applied) = (ranges(applied), ranges(not_applied));
                language.pick(
                    format!(
                        "PARTIAL: {name} steers only at layers {applied}; this model does not apply layers \
                         {not_applied} (--allow-partial)."
                    ),
                    format!(
                        "部分的: {name} は層 {applied} だけに効きます。層 {not_applied} はこのモデルでは適用されません(--allow-partial)。"
                    ),
                )
            }
            Self::AlphaOutOfRange { name, alpha, low, high } => language.pick(
                format!("{name}: α = {alpha} is outside this vector's useful range, {low} to {high}."),
                format!("{name}: α = {alpha} は、このベクトルの目安 {low}〜{high} の範囲外です。"),
            ),
            Self::TemplateAssumed => language.pick(
                "This model has no chat template, and ChatML is only a guess; choose with --template FILE, --template chatml, or --raw (no template).",
                "このモデルにはチャットテンプレートがありません。ChatML は推測にすぎないため、--template ファイル、--template chatml、--raw(テンプレートなし)のいずれかで指定してください。",
            ),
            Self::ThinkingStays => language.pick(
                "--no-thinking changes nothing: this chat template has no switch for thinking.",
                "このチャットテンプレートには思考を止める設定がないため、--no-thinking は効きません。",
            ),
            Self::SystemMerged => language.pick(
                "(this model's chat template has no system role; the system prompt is at the start of the first message)",
                "(このモデルのチャットテンプレートにはシステムの役割がないため、システムプロンプトは最初の文の先頭に入ります)",
            ),
            Self::ControlTokensAsText => language.pick(
                "(the text contains control tokens of this model; they are sent as plain text, use --parse-special to obey them)",
                "(文にこのモデルの制御トークンが含まれています。ただの文字として送ります。解釈させるには --parse-special を使ってください)",
            ),
            Self::TurnsDropped { turns } => language.pick(
                format!("(context full: dropped the oldest {turns} {})", if *turns == 1 { "turn" } else { "turns" }),
                format!("(コンテキストが一杯のため、古い {turns} ターンを削除しました)"),
            ),
            Self::Cut { at, is_constrained } => cut(*at, *is_constrained, language),
        }
    }
}

fn cut(at: Limit, is_constrained: bool, language: Language) -> String {
    let what = match is_constrained {
        false => language.pick("the answer is cut off", "回答は途中で切れています"),
        true => language.pick(
            "the answer is cut off and may not match its grammar or schema",
            "回答は途中で切れており、指定された文法やスキーマを満たしていない可能性があります",
        ),
    };
    match at {
        Limit::MaxTokens => {
            language.pick(format!("stopped at --max-tokens: {what}"), format!("--max-tokens の上限に達したため、{what}"))
        }
        Limit::Context => language.pick(
            format!("stopped because the context is full: {what}; use a larger --ctx (in a chat, /reset starts over)"),
            format!("コンテキストが一杯になったため、{what}。--ctx を大きくしてください(チャットでは /reset でも始め直せます)"),
        ),
    }
}
