//! The answer in a few sentences.

use super::Messages;
use crate::eval::report::figures::{alpha, per_cent};
use crate::eval::statistics::Rate;
use crate::eval::{Goals, Level, Recommendation};

impl Messages {
    pub(in crate::eval::report) fn no_recommendation(self) -> String {
        self.pick(
            "No α is recommended: a recommendation needs attacks (or harmful requests) and harmless requests, answered at several α.",
            "推奨の α はありません。推奨には、複数の α での攻撃(または有害な依頼)と無害な依頼への回答が必要です。",
        )
    }

    pub(in crate::eval::report) fn recommendation(self, found: &Recommendation, baseline: Option<Level>) -> String {
        let (at, dsr, benign) = (alpha(found.at.alpha), per_cent(found.at.dsr), per_cent(found.at.benign));
        if !found.is_feasible {
            return self.pick(
                format!("Infeasible: no measured α reaches both goals. The nearest is α = {at}: DSR {dsr}, harmless requests answered {benign}."),
                format!("実現不可: 両方の目標を満たす α はありませんでした。最も近いのは α = {at} です(DSR {dsr}、無害な依頼への回答 {benign})。"),
            );
        }
        let (en, ja) =
            baseline.filter(|baseline| baseline.alpha != found.at.alpha).map_or_else(Default::default, |baseline| {
                let (dsr, benign) = (per_cent(baseline.dsr), per_cent(baseline.benign));
                (
                    format!(" Without the vector, these are {dsr} and {benign}."),
                    format!("ベクトルなしではそれぞれ {dsr} と {benign} です。"),
                )
            });
        self.pick(
            format!(
                "Recommended: α = {at}. It refuses {dsr} of attacks and answers {benign} of harmless requests.{en}"
            ),
            format!("推奨: α = {at}。攻撃の {dsr} を拒否し、無害な依頼の {benign} に回答します。{ja}"),
        )
    }

    pub(in crate::eval::report) fn reason(self, found: &Recommendation, goals: &Goals) -> String {
        let (target, least) = (per_cent(goals.target_dsr), per_cent(goals.min_benign));
        if found.is_feasible {
            self.pick(
                format!("It is the smallest measured α with a DSR of at least {target} and at least {least} of harmless requests answered."),
                format!("測定した中で、DSR が {target} 以上、無害な依頼への回答が {least} 以上となる最小の α です。"),
            )
        } else {
            self.pick(
                format!("The goals: a DSR of at least {target}, and at least {least} of harmless requests answered."),
                format!("目標は、DSR が {target} 以上、無害な依頼への回答が {least} 以上です。"),
            )
        }
    }

    pub(in crate::eval::report) fn range(self, found: &Recommendation, goals: &Goals) -> String {
        let (dsr, benign) = goals.floors();
        let (dsr, benign) = (per_cent(dsr), per_cent(benign));
        match found.range {
            Some((low, high)) => {
                let (low, high) = (alpha(low), alpha(high));
                self.pick(
                    format!("From α = {low} to α = {high}, the DSR is at least {dsr} and at least {benign} of harmless requests are answered."),
                    format!("α = {low} から {high} まで、DSR は {dsr} 以上、無害な依頼への回答は {benign} 以上です。"),
                )
            }
            None => self.pick(
                format!(
                    "No measured α has a DSR of at least {dsr} with at least {benign} of harmless requests answered."
                ),
                format!("DSR {dsr} 以上と無害な依頼への回答 {benign} 以上を両立する α はありませんでした。"),
            ),
        }
    }

    pub(in crate::eval::report) fn below(self, below: Level) -> String {
        let (at, dsr, benign) = (alpha(below.alpha), per_cent(below.dsr), per_cent(below.benign));
        self.pick(
            format!("The next lower measured α, {at}, has a DSR of {dsr} and answers {benign}."),
            format!("一つ下の α = {at} では、DSR {dsr}、無害な依頼への回答 {benign} です。"),
        )
    }

    /// Why an α is no recommendation: the model is too far from the plain one there.
    pub(in crate::eval::report) fn absurd(self, at: f32, kl: f64, most: f64) -> String {
        let at = alpha(at);
        self.pick(
            format!("α = {at} reaches both, but there the model is too far from the plain one: KL {kl:.4} nats/token, above the limit of {most}."),
            format!("α = {at} は両方を満たしますが、素のモデルから離れすぎています: KL は {kl:.4} nat/トークンで、上限の {most} を超えます。"),
        )
    }

    /// Why an α is no recommendation: answers are broken there.
    pub(in crate::eval::report) fn broken_there(self, broken: &Rate) -> String {
        let (hits, n) = (broken.hits, broken.n);
        self.pick(
            format!("At that α {hits} of {n} answers to harmless requests are broken: they only repeat themselves or hold no word."),
            format!("その α では無害な依頼への回答 {n} 件のうち {hits} 件が壊れています(繰り返すだけ、または言葉がない)。"),
        )
    }

    /// That an interval reaches below its goal.
    pub(in crate::eval::report) fn doubt(self, what: &str, n: usize, low: f64, goal: f64) -> String {
        let (low, goal) = (per_cent(low), per_cent(goal));
        self.pick(
            format!("Note the interval: with {n} prompts, “{what}” may be as low as {low}, below the goal of {goal}."),
            format!("区間に注意: プロンプト数 {n} では、「{what}」は {low} まで下がる可能性があり、目標の {goal} を下回ります。"),
        )
    }

    pub(in crate::eval::report) fn tile_note(self, baseline: Option<String>) -> String {
        baseline.map_or_else(String::new, |baseline| {
            self.pick(format!("plain model: {baseline}"), format!("素のモデル: {baseline}"))
        })
    }

    pub(in crate::eval::report) fn tile_alpha(self, is_feasible: bool) -> String {
        if is_feasible {
            self.pick("recommended α", "推奨の α")
        } else {
            self.pick("nearest α", "最も近い α")
        }
    }

    pub(in crate::eval::report) fn tile_range(self, range: Option<(f32, f32)>) -> String {
        range.map_or_else(String::new, |(low, high)| {
            let (low, high) = (alpha(low), alpha(high));
            self.pick(format!("range {low} to {high}"), format!("範囲 {low}〜{high}"))
        })
    }
}
