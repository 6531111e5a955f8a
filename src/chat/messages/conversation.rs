//! The conversation: its turns and what they took.

use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn reset(self) -> String {
        self.pick("New conversation.", "新しい会話を始めます。")
    }

    pub(in crate::chat) fn recomputed(self) -> String {
        self.pick(
            "The conversation will be processed again at the current α.",
            "これまでの会話を現在の α で処理し直します。",
        )
    }

    pub(in crate::chat) fn interrupted(self) -> String {
        self.pick("(stopped)", "(中断しました)")
    }

    pub(in crate::chat) fn leave_hint(self) -> String {
        self.pick("Press Ctrl-C again or type /quit to leave.", "もう一度 Ctrl-C を押すか、/quit で終了します。")
    }

    pub(in crate::chat) fn no_answer_yet(self) -> String {
        self.pick("No answer yet.", "まだ回答がありません。")
    }

    pub(in crate::chat) fn stats(self, s: &StatsLine) -> String {
        let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"));
        let (prefill, decode) = (rate(s.prefill_rate), rate(s.decode_rate));
        let StatsLine { prompt, reused, generated, drafted, accepted, cached, n_ctx, turns, .. } = s;
        self.pick(
            format!(
                "last prompt: {prompt} tokens, {reused} from the KV cache, {prefill} tok/s\n\
                 last answer: {generated} tokens, {decode} tok/s; {accepted} of {drafted} draft tokens accepted\n\
                 context: {cached} of {n_ctx} tokens, {}",
                n_turns(*turns)
            ),
            format!(
                "直前の入力: {prompt} トークン(うちキャッシュ {reused})、毎秒 {prefill}\n\
                 直前の回答: {generated} トークン、毎秒 {decode}(ドラフト {drafted}、うち採択 {accepted})\n\
                 コンテキスト: {cached} / {n_ctx} トークン、{turns} ターン"
            ),
        )
    }

    pub(in crate::chat) fn system_is(self, system: Option<&str>) -> String {
        match system {
            Some(system) => self.pick(
                format!("System prompt (/system \"\" removes it):\n{system}"),
                format!("システムプロンプト(/system \"\" で消去):\n{system}"),
            ),
            None => self.pick(
                "No system prompt; /system TEXT sets one.",
                "システムプロンプトはありません。/system 文 で設定します。",
            ),
        }
    }

    pub(in crate::chat) fn system_set(self, is_some: bool) -> String {
        if is_some {
            self.pick(
                "The system prompt applies from the next answer; the conversation continues.",
                "システムプロンプトは次の回答から有効です。会話はそのまま続きます。",
            )
        } else {
            self.pick("System prompt removed from the next answer on.", "次の回答からシステムプロンプトを使いません。")
        }
    }

    pub(in crate::chat) fn nothing_asked(self) -> String {
        self.pick("Nothing has been asked yet.", "まだ質問がありません。")
    }

    pub(in crate::chat) fn undone(self, question: &str, turns: usize) -> String {
        self.pick(
            format!("Removed: “{question}”. {} left.", n_turns(turns)),
            format!("取り消しました: 「{question}」。残り {turns} ターン。"),
        )
    }

    pub(in crate::chat) fn asked_again(self, question: &str) -> String {
        self.pick(format!("Again: “{question}”"), format!("もう一度: 「{question}」"))
    }

    pub(in crate::chat) fn edit_needs_text(self) -> String {
        self.pick("/edit TEXT replaces the last question with TEXT.", "/edit 文 で、最後の質問を書き直します。")
    }

    pub(in crate::chat) fn reading_prompt(self, done: usize, of: usize) -> String {
        self.pick(format!("reading the prompt: {done} of {of} tokens"), format!("入力を処理中: {done} / {of} トークン"))
    }

    pub(in crate::chat) fn thinking(self) -> String {
        self.pick("thinking", "考え中")
    }
}

/// "1 turn", "3 turns".
pub(super) fn n_turns(turns: usize) -> String {
    if turns == 1 { "1 turn".to_owned() } else { format!("{turns} turns") }
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
