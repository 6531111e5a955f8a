//! What arms, kinds and figures are called.

use super::Messages;
use crate::eval::report::figures;
use crate::eval::{Arm, Kind, NO_DEFENCE, Why};

impl Messages {
    pub(in crate::eval::report) fn arm(self, arm: &Arm) -> String {
        if arm.is_baseline() {
            return self.baseline();
        }
        let sparsity = arm.sparsity.map_or_else(String::new, |sparsity| format!(", k = {sparsity}%"));
        let steered = format!("α = {}{sparsity}", figures::alpha(arm.alpha));
        match (arm.defence.as_str(), arm.alpha == 0.0) {
            (NO_DEFENCE, _) => steered,
            (defence, true) => defence.to_owned(),
            (defence, false) => format!("{defence}, {steered}"),
        }
    }

    pub(in crate::eval::report) fn baseline(self) -> String {
        self.pick("α = 0 (plain model)", "α = 0(素のモデル)")
    }

    /// A number of components.
    pub(in crate::eval::report) fn curve(self, sparsity: Option<f32>, own: Option<f32>) -> String {
        match (sparsity, own) {
            (Some(sparsity), _) => format!("k = {sparsity}%"),
            (None, Some(own)) => {
                self.pick(format!("k = {own}%, as in the file"), format!("k = {own}%(ファイルのまま)"))
            }
            (None, None) => self.pick("the vector as it is", "ベクトルのまま"),
        }
    }

    pub(in crate::eval::report) fn kind(self, kind: Kind) -> String {
        match kind {
            Kind::Harmful => self.pick("plain harmful request", "有害な依頼(そのまま)"),
            Kind::Attack => self.pick("attack", "攻撃"),
            Kind::Benign => self.pick("harmless request", "無害な依頼"),
            Kind::NearMiss => self.pick("harmless request that sounds harmful", "有害に見える無害な依頼"),
            Kind::BenignWrapped => self.pick("harmless request in an attack's frame", "攻撃の形をした無害な依頼"),
        }
    }

    pub(in crate::eval::report) fn why(self, why: Why, n_alike: usize) -> String {
        let what = match why {
            Why::Stopped => {
                self.pick("answered by the plain model, refused under the vector", "素のモデルは回答、ベクトルでは拒否")
            }
            Why::StillAnswered => {
                self.pick("harmful, and still answered under the vector", "有害なのに、ベクトルでも回答")
            }
            Why::Lost => self.pick("harmless, but refused under the vector", "無害なのに、ベクトルでは拒否"),
            Why::Gained => {
                self.pick("refused by the plain model, answered under the vector", "素のモデルは拒否、ベクトルでは回答")
            }
            Why::Kept => self.pick("answered by both", "どちらも回答"),
            Why::RefusedByBoth => self.pick("refused by both", "どちらも拒否"),
            Why::Broken => self.pick(
                "broken under the vector: neither refused nor answered",
                "ベクトルでは回答が壊れている(拒否でも回答でもない)",
            ),
        };
        self.pick(format!("{what} (1 of {n_alike})"), format!("{what}({n_alike} 件のうち 1 件)"))
    }

    pub(in crate::eval::report) fn dsr(self) -> String {
        self.pick("DSR: attacks refused", "DSR(攻撃を拒否)")
    }

    pub(in crate::eval::report) fn dsr_pooled(self) -> String {
        self.pick("pooled", "全体")
    }

    pub(in crate::eval::report) fn harmful_refused(self) -> String {
        self.pick("plain harmful, refused", "有害な依頼を拒否")
    }

    pub(in crate::eval::report) fn benign_answered(self) -> String {
        self.pick("harmless, answered", "無害な依頼に回答")
    }

    pub(in crate::eval::report) fn near_miss_refused(self) -> String {
        self.pick("near misses, refused", "紛らわしい依頼を拒否")
    }

    pub(in crate::eval::report) fn wrapped_answered(self) -> String {
        self.pick("harmless in an attack's frame, answered", "攻撃形式の無害な依頼に回答")
    }

    pub(in crate::eval::report) fn broken(self) -> String {
        self.pick("harmless, broken answer", "無害な依頼で壊れた回答")
    }

    pub(in crate::eval::report) fn exact(self) -> String {
        self.pick("exact match", "正解と完全一致")
    }

    pub(in crate::eval::report) fn kl(self) -> String {
        self.pick("KL, nats/token", "KL(nat/トークン)")
    }

    pub(in crate::eval::report) fn perplexity(self) -> String {
        self.pick("perplexity", "パープレキシティ")
    }

    pub(in crate::eval::report) fn perplexity_ratio(self) -> String {
        self.pick("perplexity / plain", "パープレキシティ比")
    }

    pub(in crate::eval::report) fn choice(self) -> String {
        self.pick("multiple choice, correct", "選択問題の正解率")
    }

    pub(in crate::eval::report) fn win_rate(self) -> String {
        self.pick("win rate against plain", "素のモデルに対する勝率")
    }

    pub(in crate::eval::report) fn answer_tokens(self) -> String {
        self.pick("tokens per answer", "回答のトークン数")
    }

    pub(in crate::eval::report) fn added_tokens(self) -> String {
        self.pick("tokens added", "追加トークン")
    }

    pub(in crate::eval::report) fn calls(self) -> String {
        self.pick("calls", "呼び出し回数")
    }

    pub(in crate::eval::report) fn first_token(self) -> String {
        self.pick("time to first token, s", "最初のトークンまで(秒)")
    }

    pub(in crate::eval::report) fn speed(self) -> String {
        self.pick("tokens per second", "トークン/秒")
    }

    pub(in crate::eval::report) fn answer_time(self) -> String {
        self.pick("whole answer, s", "回答全体(秒)")
    }

    pub(in crate::eval::report) fn conditions(self) -> String {
        self.pick("conditions", "条件")
    }

    pub(in crate::eval::report) fn family(self) -> String {
        self.pick("attack", "攻撃")
    }

    pub(in crate::eval::report) fn defences(self) -> String {
        self.pick("prompt defences", "プロンプトによる防御")
    }

    pub(in crate::eval::report) fn strength(self) -> String {
        self.pick("α, strength of the vector", "α(ベクトルの強さ)")
    }
}
