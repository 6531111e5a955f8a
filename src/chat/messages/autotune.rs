//! `antidote tune`.

use crate::autotune::{MAX_MEAN_KL, MAX_WORST_KL};
use crate::prompt::Language;

#[allow(missing_docs, reason = "the sentences say it themselves")]
impl Language {
    #[must_use]
    pub fn tuning_begins(self, model: &str, seconds: u16) -> String {
        self.pick(
            format!("Measuring {model}, {seconds} s at most; a machine that does nothing else gives the best answer."),
            format!("{model} を測定します(最長 {seconds} 秒)。ほかの処理をしていないときが正確です。"),
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
                "not chosen: answers move by {mean:.3} nats, {worst:.3} at worst; allowed are {MAX_MEAN_KL} and {MAX_WORST_KL}"
            ),
            format!(
                "不採用: 回答の分布が平均 {mean:.3}、最大 {worst:.3} ナット変わります(許容 {MAX_MEAN_KL}、{MAX_WORST_KL})"
            ),
        )
    }

    #[must_use]
    pub fn refused_setting(self) -> String {
        self.pick("llama.cpp does not run this model so", "このモデルでは使えません")
    }

    #[must_use]
    pub fn out_of_time(self) -> String {
        self.pick("not measured: no time left", "時間切れのため未測定")
    }

    #[must_use]
    pub fn tuning_chosen(self, flags: &str, is_default: bool) -> String {
        if is_default {
            self.pick(format!("Chosen: {flags} (the built-in settings)"), format!("採用: {flags}(標準の設定)"))
        } else {
            self.pick(format!("Chosen: {flags}"), format!("採用: {flags}"))
        }
    }

    #[must_use]
    pub fn tuning_kept(self, file: &str) -> String {
        self.pick(
            format!("Kept in {file}; chat, run and dump use it for this model. antidote tune --forget takes it back."),
            format!("{file} に保存しました。このモデルの chat、run、dump で使われます。antidote tune --forget で取り消せます。"),
        )
    }

    #[must_use]
    pub fn tuning_forgotten(self, was_there: bool) -> String {
        if was_there {
            self.pick("Forgotten: the built-in settings hold again.", "取り消しました。標準の設定に戻ります。")
        } else {
            self.pick("Nothing was tuned for this model here.", "このモデルの調整結果はありません。")
        }
    }

    #[must_use]
    pub fn nowhere_to_keep(self) -> String {
        self.pick(
            "there is no folder to keep the result in; ANTIDOTE_TUNED names one",
            "結果を保存するフォルダーがありません。ANTIDOTE_TUNED で指定してください",
        )
    }
}
