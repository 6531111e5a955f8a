//! What the chat says to people, in English and Japanese. Every sentence is here and nowhere else.

use std::env;

/// A language of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// The language of the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`, in this order).
    #[must_use]
    pub fn of_locale() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| env::var(name).ok())
            .find(|locale| !locale.is_empty())
            .unwrap_or_default();
        if locale.starts_with("ja") { Self::Ja } else { Self::En }
    }

    fn pick(self, en: impl Into<String>, ja: impl Into<String>) -> String {
        match self {
            Self::En => en.into(),
            Self::Ja => ja.into(),
        }
    }

    pub(super) fn welcome(self, model: &str, architecture: &str, n_layer: usize, n_embd: usize) -> String {
        self.pick(
            format!("{model} ({architecture}, {n_layer} layers × {n_embd})"),
            format!("{model}({architecture}、{n_layer} 層 × {n_embd})"),
        )
    }

    pub(super) fn hint(self) -> String {
        self.pick(
            "/alpha X turns the dial, /help shows everything, /quit leaves.",
            "/alpha X で強さを調整、/help で一覧、/quit で終了。",
        )
    }

    /// That nothing steers: said by every program that answers without a vector.
    #[must_use]
    pub fn unsteered(self) -> String {
        self.pick(
            "No vector is loaded: this is the plain model, nothing is protected. Give one with --vector FILE.sv.",
            "ベクトルが読み込まれていません。素のモデルのままで、保護はありません。--vector FILE.sv で指定できます。",
        )
    }

    pub(super) fn no_suggestion(self) -> String {
        self.pick(
            "This vector suggests no α, so the chat starts at 0: the plain model. Turn it up with /alpha.",
            "このベクトルには推奨の α がないため、0(素のモデル)から始めます。/alpha で上げてください。",
        )
    }

    pub(super) fn template_missing(self) -> String {
        self.pick(
            "This model carries no chat template; ChatML is used and may not suit it.",
            "このモデルにはチャットテンプレートがないため、ChatML を使います。合わない場合があります。",
        )
    }

    pub(super) fn vector_line(
        self,
        name: &str,
        alpha: f32,
        layers: &str,
        kept: f32,
        range: Option<(f32, f32)>,
    ) -> String {
        let range = range.map_or_else(String::new, |(low, high)| {
            self.pick(format!(", useful from {low} to {high}"), format!("、目安 {low}〜{high}"))
        });
        self.pick(
            format!("{name}: α = {alpha}{range}; layers {layers}, {kept:.1}% of the components"),
            format!("{name}: α = {alpha}{range}。層 {layers}、成分の {kept:.1}%"),
        )
    }

    pub(super) fn alpha_out_of_range(self, low: f32, high: f32) -> String {
        self.pick(
            format!("(outside {low} to {high}, where this vector was found useful)"),
            format!("(このベクトルの目安 {low}〜{high} の外です)"),
        )
    }

    pub(super) fn alpha_is_zero(self) -> String {
        self.pick(
            "α is 0: the plain model, nothing is protected.",
            "α は 0 です。素のモデルのままで、保護はありません。",
        )
    }

    pub(super) fn alpha_from_now(self) -> String {
        self.pick(
            "It holds from the next token on; /recompute applies it to the conversation so far.",
            "次のトークンから有効です。これまでの会話にも適用するには /recompute。",
        )
    }

    pub(super) fn bad_alpha(self, text: &str) -> String {
        self.pick(
            format!("'{text}' is not a finite number. Use something like /alpha 0.3; α stays as it was."),
            format!("「{text}」は有効な数値ではありません。/alpha 0.3 のように入力してください。α は変わりません。"),
        )
    }

    pub(super) fn no_such_vector(self, name: &str) -> String {
        self.pick(
            format!("There is no vector called '{name}'; /vectors lists them. α stays as it was."),
            format!("「{name}」というベクトルはありません。/vectors で一覧を表示します。α は変わりません。"),
        )
    }

    pub(super) fn unknown_command(self, command: &str) -> String {
        self.pick(
            format!("{command} is not a command; /help lists them."),
            format!("{command} というコマンドはありません。/help で一覧を表示します。"),
        )
    }

    pub(super) fn reset(self) -> String {
        self.pick("A new conversation.", "新しい会話を始めます。")
    }

    pub(super) fn recomputed(self) -> String {
        self.pick(
            "The conversation will be processed again under the current α.",
            "これまでの会話を現在の α で計算し直します。",
        )
    }

    pub(super) fn dropped(self, turns: usize) -> String {
        self.pick(
            format!("(the context is full: the oldest {turns} turn(s) were forgotten)"),
            format!("(文脈が一杯のため、古い {turns} 往復を忘れました)"),
        )
    }

    pub(super) fn context_full(self) -> String {
        self.pick(
            "(stopped: the context is full; /reset starts over)",
            "(文脈が一杯のため止まりました。/reset で最初から)",
        )
    }

    pub(super) fn length_limit(self) -> String {
        self.pick("(stopped at the limit of --max-tokens)", "(--max-tokens の上限で止まりました)")
    }

    pub(super) fn interrupted(self) -> String {
        self.pick("(stopped)", "(中断しました)")
    }

    pub(super) fn leave_hint(self) -> String {
        self.pick("Ctrl-C once more, or /quit, leaves.", "もう一度 Ctrl-C、または /quit で終了します。")
    }

    pub(super) fn no_answer_yet(self) -> String {
        self.pick("Nothing has been answered yet.", "まだ回答がありません。")
    }

    pub(super) fn stats(self, s: &StatsLine) -> String {
        let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"));
        let (prefill, decode) = (rate(s.prefill_rate), rate(s.decode_rate));
        let StatsLine { prompt, reused, generated, cached, n_ctx, turns, .. } = s;
        self.pick(
            format!(
                "last prompt: {prompt} tokens, {reused} of them reused, {prefill} tok/s\n\
                 last answer: {generated} tokens, {decode} tok/s\n\
                 context: {cached} of {n_ctx} tokens, {turns} turn(s)"
            ),
            format!(
                "直前の入力: {prompt} トークン(うち再利用 {reused})、毎秒 {prefill}\n\
                 直前の回答: {generated} トークン、毎秒 {decode}\n\
                 文脈: {cached} / {n_ctx} トークン、{turns} 往復"
            ),
        )
    }

    pub(super) fn help(self) -> String {
        self.pick(
            "/alpha X        set the strength of every vector (0 = plain model, more = safer)\n\
             /alpha NAME X   set the strength of one vector\n\
             /alpha          show the strengths\n\
             /vectors        show what steers the model\n\
             /stats          show tokens and speed of the last answer\n\
             /recompute      process the conversation again under the current α\n\
             /reset          start a new conversation\n\
             /help           this list\n\
             /quit           leave (also Ctrl-D)\n\
             Ctrl-C stops an answer; pressed twice it leaves.",
            "/alpha X        すべてのベクトルの強さを設定(0 = 素のモデル、大きいほど安全側)\n\
             /alpha 名前 X   ひとつのベクトルの強さを設定\n\
             /alpha          現在の強さを表示\n\
             /vectors        読み込まれているベクトルを表示\n\
             /stats          直前の回答のトークン数と速さを表示\n\
             /recompute      これまでの会話を現在の α で計算し直す\n\
             /reset          新しい会話を始める\n\
             /help           この一覧\n\
             /quit           終了(Ctrl-D でも可)\n\
             Ctrl-C で回答を中断、二度押すと終了します。",
        )
    }
}

/// The figures of `/stats`.
pub(super) struct StatsLine {
    pub prompt: usize,
    pub reused: usize,
    pub prefill_rate: Option<f64>,
    pub generated: usize,
    pub decode_rate: Option<f64>,
    pub cached: usize,
    pub n_ctx: usize,
    pub turns: usize,
}
