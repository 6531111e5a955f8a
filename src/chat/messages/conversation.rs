//! The conversation: its turns and what they took.

use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn reset(self) -> String {
        self.pick("A new conversation.", "新しい会話を始めます。")
    }

    pub(in crate::chat) fn recomputed(self) -> String {
        self.pick(
            "The conversation will be processed again under the current α.",
            "これまでの会話を現在の α で計算し直します。",
        )
    }

    pub(in crate::chat) fn dropped(self, turns: usize) -> String {
        self.pick(
            format!("(the context is full: the oldest {turns} turn(s) were forgotten)"),
            format!("(文脈が一杯のため、古い {turns} 往復を忘れました)"),
        )
    }

    pub(in crate::chat) fn context_full(self) -> String {
        self.pick(
            "(stopped: the context is full; /reset starts over)",
            "(文脈が一杯のため止まりました。/reset で最初から)",
        )
    }

    pub(in crate::chat) fn length_limit(self) -> String {
        self.pick("(stopped at the limit of --max-tokens)", "(--max-tokens の上限で止まりました)")
    }

    pub(in crate::chat) fn interrupted(self) -> String {
        self.pick("(stopped)", "(中断しました)")
    }

    pub(in crate::chat) fn leave_hint(self) -> String {
        self.pick("Ctrl-C once more, or /quit, leaves.", "もう一度 Ctrl-C、または /quit で終了します。")
    }

    pub(in crate::chat) fn no_answer_yet(self) -> String {
        self.pick("Nothing has been answered yet.", "まだ回答がありません。")
    }

    pub(in crate::chat) fn stats(self, s: &StatsLine) -> String {
        let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"));
        let (prefill, decode) = (rate(s.prefill_rate), rate(s.decode_rate));
        let StatsLine { prompt, reused, generated, drafted, accepted, cached, n_ctx, turns, .. } = s;
        self.pick(
            format!(
                "last prompt: {prompt} tokens, {reused} of them reused, {prefill} tok/s\n\
                 last answer: {generated} tokens, {decode} tok/s; {drafted} guessed ahead, {accepted} of them right\n\
                 context: {cached} of {n_ctx} tokens, {turns} turn(s)"
            ),
            format!(
                "直前の入力: {prompt} トークン(うち再利用 {reused})、毎秒 {prefill}\n\
                 直前の回答: {generated} トークン、毎秒 {decode}(先読み {drafted}、うち的中 {accepted})\n\
                 文脈: {cached} / {n_ctx} トークン、{turns} 往復"
            ),
        )
    }

    pub(in crate::chat) fn system_is(self, system: Option<&str>) -> String {
        match system {
            Some(system) => self.pick(
                format!("The system prompt, which /system \"\" takes away:\n{system}"),
                format!("システムプロンプト(/system \"\" で消去):\n{system}"),
            ),
            None => self.pick(
                "There is no system prompt; /system TEXT sets one.",
                "システムプロンプトはありません。/system 文 で設定します。",
            ),
        }
    }

    pub(in crate::chat) fn system_set(self, is_some: bool) -> String {
        if is_some {
            self.pick(
                "The system prompt holds from the next answer on; the conversation goes on.",
                "システムプロンプトは次の回答から有効です。会話は続きます。",
            )
        } else {
            self.pick("No system prompt from the next answer on.", "次の回答からシステムプロンプトはありません。")
        }
    }

    pub(in crate::chat) fn nothing_asked(self) -> String {
        self.pick("Nothing has been asked yet.", "まだ質問がありません。")
    }

    pub(in crate::chat) fn undone(self, question: &str, turns: usize) -> String {
        self.pick(
            format!("Taken back: “{question}”. {turns} turn(s) are left."),
            format!("取り消しました: 「{question}」。残り {turns} 往復。"),
        )
    }

    pub(in crate::chat) fn asked_again(self, question: &str) -> String {
        self.pick(format!("“{question}”, once more:"), format!("「{question}」にもう一度:"))
    }

    pub(in crate::chat) fn edit_needs_text(self) -> String {
        self.pick("/edit TEXT puts TEXT in the place of the last question.", "/edit 文 で、最後の質問を書き直します。")
    }

    pub(in crate::chat) fn thinking(self) -> String {
        self.pick("thinking", "考え中")
    }
}

/// The figures of `/stats`.
pub(in crate::chat) struct StatsLine {
    pub prompt: usize,
    pub reused: usize,
    pub prefill_rate: Option<f64>,
    pub generated: usize,
    pub decode_rate: Option<f64>,
    pub drafted: usize,
    pub accepted: usize,
    pub cached: usize,
    pub n_ctx: usize,
    pub turns: usize,
}
