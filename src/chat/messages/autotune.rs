//! `antidote tune`.

use crate::autotune::{MAX_MEAN_KL, MAX_WORST_KL};
use crate::prompt::Language;

#[allow(missing_docs, reason = "the sentences say it themselves")]
impl Language {
    #[must_use]
    pub fn tuning_begins(self, model: &str, seconds: u16) -> String {
        self.pick(
            format!("Measuring {model} for up to {seconds} s; an otherwise idle machine gives the best result."),
            format!("{model} を測定します(最長 {seconds} 秒)。ほかの処理を止めておくと、より正確に測定できます。"),
        )
    }

    #[must_use]
    pub fn tuning_columns(self) -> String {
        self.pick(
            "threads  batch  flash-attn  cache-type    prompt    answer      deep  (tokens per second)",
            "threads  batch  flash-attn  cache-type      入力      回答  長い会話  (毎秒トークン)",
        )
    }

    #[must_use]
    pub fn at_depth(self, depth: usize) -> String {
        self.pick(format!("deep: after {depth} tokens"), format!("長い会話: {depth} トークンの後"))
    }

    #[must_use]
    pub fn not_close(self, mean: f64, worst: f64) -> String {
        self.pick(
            format!(
                "rejected: KL divergence {mean:.3} nats on average, {worst:.3} at worst; the limits are {MAX_MEAN_KL} and {MAX_WORST_KL}"
            ),
            format!(
                "不採用: KL ダイバージェンスが平均 {mean:.3}、最大 {worst:.3} ナットです(上限 {MAX_MEAN_KL}、{MAX_WORST_KL})"
            ),
        )
    }

    #[must_use]
    pub fn refused_setting(self) -> String {
        self.pick("llama.cpp rejected this setting", "llama.cpp がこの設定に対応していません")
    }

    #[must_use]
    pub fn out_of_time(self) -> String {
        self.pick("not measured: out of time", "時間切れのため未測定")
    }

    #[must_use]
    pub fn tuning_chosen(self, flags: &str, is_default: bool) -> String {
        if is_default {
            self.pick(format!("Chosen: {flags} (the defaults)"), format!("採用: {flags}(標準の設定)"))
        } else {
            self.pick(format!("Chosen: {flags}"), format!("採用: {flags}"))
        }
    }

    #[must_use]
    pub fn tuning_kept(self, file: &str) -> String {
        self.pick(
            format!("Saved to {file}; chat, run, dump and eval use it for this model. To undo: antidote tune --forget."),
            format!("{file} に保存しました。このモデルの chat、run、dump、eval で使われます。antidote tune --forget で取り消せます。"),
        )
    }

    #[must_use]
    pub fn tuning_forgotten(self, was_there: bool) -> String {
        if was_there {
            self.pick("Tuned settings removed; using defaults.", "調整結果を削除しました。標準の設定に戻ります。")
        } else {
            self.pick("There are no tuned settings for this model.", "このモデルの調整結果はありません。")
        }
    }

    #[must_use]
    pub fn nowhere_to_keep(self) -> String {
        self.pick(
            "no folder found to save the result in; set ANTIDOTE_TUNED to one",
            "結果を保存するフォルダーがありません。ANTIDOTE_TUNED で指定してください",
        )
    }
}
