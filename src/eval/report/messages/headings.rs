//! Headings, captions and what charts show.

use super::Messages;
use crate::eval::{Flaw, Shown};

impl Messages {
    pub(in crate::eval::report) fn title(self, model: &str) -> String {
        let model = if model.is_empty() { self.pick("a model", "モデル") } else { model.to_owned() };
        self.pick(format!("{model}: safety and usefulness"), format!("{model}: 安全性と有用性"))
    }

    pub(in crate::eval::report) fn contents(self) -> String {
        self.pick("Contents", "目次")
    }

    pub(in crate::eval::report) fn unfold(self) -> String {
        self.pick("show", "表示")
    }

    pub(in crate::eval::report) fn trade_off(self) -> String {
        self.pick("The trade-off", "安全性と有用性のバランス")
    }

    pub(in crate::eval::report) fn trade_off_caption(self) -> String {
        self.pick(
            "Attacks refused vs. harmless requests answered; upper right is better",
            "拒否した攻撃と回答した無害な依頼の割合(右上ほど良い)",
        )
    }

    pub(in crate::eval::report) fn trade_off_reading(self) -> String {
        self.pick(
            "Each point is a strength α of the vector, or a prompt defence. The thin crosses are 95% intervals. The \
             shaded corner is the goal; the ring is the recommended α.",
            "各点はベクトルの強さ α、またはプロンプトによる防御です。細い十字は 95% 区間、色の付いた右上の領域が目標、\
             丸で囲んだ点が推奨の α です。",
        )
    }

    pub(in crate::eval::report) fn axis_benign(self) -> String {
        self.pick("harmless requests answered", "無害な依頼に回答した割合")
    }

    pub(in crate::eval::report) fn axis_dsr(self, is_attacks: bool) -> String {
        if is_attacks {
            self.pick("attacks refused (DSR)", "攻撃を拒否した割合(DSR)")
        } else {
            self.pick("harmful requests refused", "有害な依頼を拒否した割合")
        }
    }

    pub(in crate::eval::report) fn along_alpha(self) -> String {
        self.pick("Rates by α", "α ごとの割合")
    }

    pub(in crate::eval::report) fn along_alpha_reading(self) -> String {
        self.pick(
            "Shaded: the range in which both rates are good; vertical line: the recommended α. Bars are 95% intervals.",
            "色の付いた部分は両方の割合が良好な範囲、縦線は推奨の α、縦棒は 95% 区間です。",
        )
    }

    pub(in crate::eval::report) fn attacks(self) -> String {
        self.pick("Results by attack", "攻撃ごとの結果")
    }

    pub(in crate::eval::report) fn heat_caption(self, curve: &str) -> String {
        self.pick(
            format!("Refused, in per cent, by attack and α ({curve})"),
            format!("攻撃と α ごとの拒否率(%、{curve})"),
        )
    }

    pub(in crate::eval::report) fn other_components(self) -> String {
        self.pick("With other numbers of components", "成分の数を変えた場合")
    }

    pub(in crate::eval::report) fn utility_of_all(self) -> String {
        self.pick("Usefulness under every condition", "すべての条件での有用性")
    }

    pub(in crate::eval::report) fn all_families(self) -> String {
        self.pick("Every attack under every condition, with intervals", "すべての攻撃と条件(区間つき)")
    }

    pub(in crate::eval::report) fn utility(self) -> String {
        self.pick("How much the model changed", "モデルの変化")
    }

    pub(in crate::eval::report) fn kl_caption(self) -> String {
        self.pick("Distance from the plain model (KL divergence)", "素のモデルからの距離(KL ダイバージェンス)")
    }

    pub(in crate::eval::report) fn perplexity_caption(self, is_of_references: bool) -> String {
        if is_of_references {
            self.pick(
                "Perplexity of reference answers, relative to the plain model",
                "模範回答のパープレキシティ(素のモデルに対する比)",
            )
        } else {
            self.pick(
                "Perplexity of the plain model's own answers, relative to the plain model",
                "素のモデルの回答のパープレキシティ(素のモデルに対する比)",
            )
        }
    }

    pub(in crate::eval::report) fn utility_table(self) -> String {
        self.pick("Other measures of usefulness", "有用性のその他の指標")
    }

    pub(in crate::eval::report) fn sparsity(self) -> String {
        self.pick("Number of components", "成分の数")
    }

    pub(in crate::eval::report) fn sparsity_table(self) -> String {
        self.pick("Cost of each number of components at equal DSR", "同じ防御成功率での比較")
    }

    pub(in crate::eval::report) fn sparsity_reading(self) -> String {
        self.pick(
            "Values between two measured strengths are linearly interpolated.",
            "測定した 2 つの強さの間の値は、線形補間によるものです。",
        )
    }

    pub(in crate::eval::report) fn at_dsr(self, dsr: &str) -> String {
        self.pick(format!("DSR {dsr}"), format!("DSR {dsr}"))
    }

    pub(in crate::eval::report) fn not_reached(self) -> String {
        self.pick("not reached", "未達")
    }

    pub(in crate::eval::report) fn defence_table(self) -> String {
        self.pick("The vector and the prompt defences, on the same prompts", "同じプロンプトでのベクトルと防御の比較")
    }

    pub(in crate::eval::report) fn defence_table_heading(self) -> String {
        self.pick("Comparison with prompt defences, and cost", "プロンプトによる防御との比較とコスト")
    }

    pub(in crate::eval::report) fn cost_table(self) -> String {
        self.pick("Time (medians)", "所要時間(中央値)")
    }

    pub(in crate::eval::report) fn duel_table(self) -> String {
        self.pick(
            "Each defence compared with the α that answers at least as many harmless requests",
            "各防御と、無害な依頼に同じかそれ以上の割合で回答する α との比較",
        )
    }

    pub(in crate::eval::report) fn duel_head(self) -> [String; 5] {
        [
            self.pick("its DSR", "その DSR"),
            self.pick("its harmless, answered", "その無害な依頼への回答"),
            self.pick("the vector", "ベクトル"),
            self.pick("its DSR", "その DSR"),
            self.pick("vector − defence, points", "ベクトル − 防御(ポイント)"),
        ]
    }

    pub(in crate::eval::report) fn defence(self) -> String {
        self.pick("defence", "防御")
    }

    pub(in crate::eval::report) fn samples(self) -> String {
        self.pick("Sample answers", "回答の例")
    }

    pub(in crate::eval::report) fn samples_reading(self, alpha: &str) -> String {
        self.pick(
            format!(
                "The plain model next to α = {alpha}. Samples are chosen by rule, not by hand: the first by id of each \
                 kind and outcome, failures included. Unsafe text is collapsed."
            ),
            format!(
                "素のモデルと α = {alpha} の比較です。例は人が選んだものではなく、種類と結果ごとに id の順で最初のものを、\
                 失敗も含めて示します。有害な文は折りたたんであります。"
            ),
        )
    }

    pub(in crate::eval::report) fn request(self) -> String {
        self.pick("Request", "依頼")
    }

    pub(in crate::eval::report) fn says(self, shown: &Shown) -> String {
        match (shown.flaw, shown.is_refused) {
            (Some(Flaw::Broken), _) => self.pick("broken", "壊れた回答"),
            (Some(Flaw::UnknownLanguage), _) => self.pick("language unknown to the judge", "判定器の知らない言語"),
            (None, Some(true)) => self.pick("refused", "拒否"),
            (None, Some(false)) => self.pick("answered", "回答"),
            (None, None) => self.pick("no verdict", "判定不能"),
        }
    }

    pub(in crate::eval::report) fn every_figure(self) -> String {
        self.pick("All figures", "すべての数値")
    }

    pub(in crate::eval::report) fn rates_table(self) -> String {
        self.pick("Rates, with 95% intervals", "割合(95% 区間つき)")
    }

    pub(in crate::eval::report) fn paired_table(self) -> String {
        self.pick(
            "Differences from the plain model on the same prompts (percentage points)",
            "同じプロンプトでの素のモデルとの差(ポイント)",
        )
    }

    pub(in crate::eval::report) fn what_was_run(self) -> String {
        self.pick("What was run", "実行の内容")
    }

    pub(in crate::eval::report) fn how_to_read(self) -> String {
        self.pick("How to read this report", "この報告の読み方")
    }
}
