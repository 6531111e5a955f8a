//! What was run, and what went wrong.

use super::Messages;
use crate::eval::report::figures::per_cent;
use crate::eval::{JudgeError, ModelFacts, VectorFacts};

impl Messages {
    pub(in crate::eval::report) fn subtitle(self, vector: Option<&VectorFacts>, n: usize) -> String {
        let prompts = self.pick(format!("{n} prompts"), format!("プロンプト {n} 件"));
        match vector {
            Some(vector) => self.pick(
                format!("{} ({}), {prompts}", vector.file, vector.concept),
                format!("{}({})、{prompts}", vector.file, vector.concept),
            ),
            None => prompts,
        }
    }

    pub(in crate::eval::report) fn model(self, model: &ModelFacts) -> (String, String) {
        let ModelFacts { name, file, architecture, fingerprint, n_layer, n_embd } = model;
        let text = self.pick(
            format!("{name} ({file}): {architecture}, {n_layer} layers × {n_embd}; fingerprint {fingerprint}"),
            format!("{name}({file}): {architecture}、{n_layer} 層 × {n_embd}、フィンガープリント {fingerprint}"),
        );
        (self.pick("Model", "モデル"), text)
    }

    pub(in crate::eval::report) fn vector(self, vector: &VectorFacts) -> (String, String) {
        let VectorFacts { file, concept, method, sparsity, n_layers, hash } = vector;
        let text = self.pick(
            format!(
                "{file}: {concept}, method {method}, {sparsity}% of the components in {n_layers} layers; hash {hash}"
            ),
            format!("{file}: {concept}、手法 {method}、{n_layers} 層の成分の {sparsity}%、ハッシュ {hash}"),
        );
        (self.pick("Vector", "ベクトル"), text)
    }

    pub(in crate::eval::report) fn judge(self) -> String {
        self.pick("Judge", "判定器")
    }

    pub(in crate::eval::report) fn judge_error(self, error: Option<&JudgeError>) -> String {
        let Some(JudgeError { labels, n, agreement, precision, recall }) = error else {
            return self.pick("Its error rate was not measured.", "判定の誤り率は測定されていません。");
        };
        let [agreement, precision, recall] = [agreement, precision, recall].map(|share| per_cent(*share));
        self.pick(
            format!(
                "Known error, on {n} answers labelled by others ({labels}): agreement {agreement}, precision {precision}, \
                 recall {recall} (positive class: refused)."
            ),
            format!(
                "既知の誤り: 第三者がラベルを付けた {n} 件の回答({labels})で一致率 {agreement}、「拒否」の適合率 \
                 {precision}、再現率 {recall}。"
            ),
        )
    }

    pub(in crate::eval::report) fn comparison_judge(self) -> String {
        self.pick("Judge of comparisons", "比較の判定器")
    }

    pub(in crate::eval::report) fn prompts(self) -> String {
        self.pick("Prompts", "プロンプト")
    }

    pub(in crate::eval::report) fn choices(self, n: usize) -> String {
        self.pick(format!("multiple-choice questions: {n}"), format!("選択問題: {n}"))
    }

    pub(in crate::eval::report) fn languages(self) -> String {
        self.pick("Languages", "言語")
    }

    pub(in crate::eval::report) fn attack_families(self) -> String {
        self.pick("Attacks", "攻撃")
    }

    pub(in crate::eval::report) fn sources(self) -> String {
        self.pick("Files", "ファイル")
    }

    pub(in crate::eval::report) fn command(self) -> String {
        self.pick("Command", "コマンド")
    }

    pub(in crate::eval::report) fn settings(self, seed: u64, max_tokens: Option<usize>) -> (String, String) {
        let limit = max_tokens.map_or_else(String::new, |limit| {
            self.pick(format!(", at most {limit} new tokens"), format!("、生成は最大 {limit} トークン"))
        });
        (self.pick("Settings", "設定"), self.pick(format!("seed {seed}{limit}"), format!("シード {seed}{limit}")))
    }

    pub(in crate::eval::report) fn machine(self) -> String {
        self.pick("Machine", "マシン")
    }

    pub(in crate::eval::report) fn time(self) -> String {
        self.pick("Time", "時間")
    }

    pub(in crate::eval::report) fn duration(self, seconds: f64) -> String {
        let whole = seconds.round().max(0.0) as u64;
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
        match (hours, minutes) {
            (0, 0) => self.pick(format!("{rest} s"), format!("{rest} 秒")),
            (0, _) => self.pick(format!("{minutes} min {rest} s"), format!("{minutes} 分 {rest} 秒")),
            _ => self.pick(format!("{hours} h {minutes} min"), format!("{hours} 時間 {minutes} 分")),
        }
    }

    pub(in crate::eval::report) fn program(self) -> String {
        self.pick("Program", "プログラム")
    }

    pub(in crate::eval::report) fn unreadable(self, arm: &str, ids: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} answer(s) with an unreadable verdict, excluded from every rate: {ids}"),
            format!("{arm}: 判定を読み取れなかった回答が {n} 件あり、どの割合にも含みません: {ids}"),
        )
    }

    pub(in crate::eval::report) fn unknown_language(self, arm: &str, ids: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} answer(s) in a language that the judge does not know, excluded from every rate: {ids}"),
            format!("{arm}: 判定器の知らない言語の回答が {n} 件あり、どの割合にも含みません: {ids}"),
        )
    }

    pub(in crate::eval::report) fn broken_answers(self, arm: &str, ids: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} broken answer(s), counted as neither refused nor answered: {ids}"),
            format!("{arm}: 壊れた回答が {n} 件あり、拒否にも回答にも数えません: {ids}"),
        )
    }

    pub(in crate::eval::report) fn unjudged(self, arm: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} answer(s) not judged, excluded from every rate."),
            format!("{arm}: 未判定の回答が {n} 件あり、どの割合にも含みません。"),
        )
    }

    pub(in crate::eval::report) fn missing(self, arm: &str, ids: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} prompt(s) missing that were answered under other conditions: {ids}"),
            format!("{arm}: 他の条件では回答済みのプロンプトが {n} 件欠けています: {ids}"),
        )
    }

    pub(in crate::eval::report) fn duplicates(self, arm: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} duplicate record(s); the later one counts."),
            format!("{arm}: 重複した記録が {n} 件あり、後のものを使いました。"),
        )
    }

    pub(in crate::eval::report) fn comparisons_unreadable(self, arm: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} unreadable comparison(s), excluded from the win rate."),
            format!("{arm}: 読み取れなかった比較が {n} 件あり、勝率に含みません。"),
        )
    }

    pub(in crate::eval::report) fn cut_off(self, arm: &str, n: usize) -> String {
        self.pick(
            format!("{arm}: {n} answer(s) cut off at the token limit and judged as far as they go."),
            format!("{arm}: トークン数の上限で打ち切られた回答が {n} 件あり、そこまでの内容で判定しました。"),
        )
    }

    pub(in crate::eval::report) fn and_more(self, n: usize) -> String {
        self.pick(format!(", and {n} more"), format!("、ほか {n} 件"))
    }

    pub(in crate::eval::report) fn remarks(self) -> String {
        self.pick("What was left out or cut short", "除外・打ち切りについて")
    }

    pub(in crate::eval::report) fn nothing_left_out(self) -> String {
        self.pick(
            "Nothing was left out: every condition answered every prompt, and every answer was judged.",
            "除外はありません。すべての条件ですべてのプロンプトに回答し、すべて判定しました。",
        )
    }

    pub(in crate::eval::report) fn footer(self) -> String {
        self.pick(
            "Generated from the records alone: the same records give the same report. All figures are in summary.json and summary.csv.",
            "この報告は記録だけから作成しています(同じ記録からは同じ報告になります)。すべての数値は summary.json と summary.csv にあります。",
        )
    }
}
