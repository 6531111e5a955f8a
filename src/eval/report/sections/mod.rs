//! What a report shows, part by part. A part that nothing was measured for is left out.

mod arms;
mod attacks;
mod defences;
mod remarks;
mod run;
mod samples;
mod sparsity;
mod tradeoff;
mod utility;
mod verdict;

use super::ReportError;
use super::messages::Messages;
use super::page::{Block, KeyEntry, Page, Section};
use super::{charts, figures};
use crate::eval::statistics::summary::{Curve, curves};
use crate::eval::{Arm, ArmSummary, Summary};

/// Everything on the report of `summary`.
pub(super) fn page(summary: &Summary, messages: Messages) -> Result<Page, ReportError> {
    let about = &summary.about;
    let view = View { summary, messages, curves: ordered_curves(summary) };
    let parts = [
        tradeoff::section(&view)?,
        attacks::section(&view)?,
        utility::section(&view)?,
        sparsity::section(&view),
        defences::section(&view),
        samples::section(&view),
        arms::section(&view),
        run::section(&view),
        Some(Section {
            id: "guide",
            heading: messages.how_to_read(),
            blocks: vec![Block::Terms { terms: messages.terms() }],
        }),
    ];
    let (verdict, tone) = verdict::sentences(&view);
    Ok(Page {
        language: messages.code(),
        title: messages.title(&about.model.name),
        subtitle: messages.subtitle(about.vector.as_ref(), summary.asked.n + summary.asked.choices),
        verdict,
        tone,
        tiles: verdict::tiles(&view),
        sections: parts.into_iter().flatten().collect(),
        footer: messages.footer(),
    })
}

/// What every part is made from.
struct View<'a> {
    summary: &'a Summary,
    messages: Messages,
    /// The curve of the recommendation first.
    curves: Vec<Curve<'a>>,
}

fn ordered_curves(summary: &Summary) -> Vec<Curve<'_>> {
    let mut curves = curves(&summary.arms);
    let first = summary.recommendations.first().map(|recommendation| recommendation.sparsity);
    curves.sort_by_key(|curve| first.is_some_and(|first| curve.sparsity != first));
    curves
}

impl View<'_> {
    fn own_sparsity(&self) -> Option<f32> {
        self.summary.about.vector.as_ref().map(|vector| vector.sparsity)
    }

    fn curve_name(&self, curve: &Curve<'_>) -> String {
        self.messages.curve(curve.sparsity, self.own_sparsity())
    }

    /// The legend of the curves; none for a single one.
    fn curve_keys(&self) -> Vec<KeyEntry> {
        let named = self.curves.iter().enumerate().filter(|_| self.curves.len() > 1);
        named.map(|(index, curve)| key(charts::Look::of_line(index), self.curve_name(curve))).collect()
    }

    fn baseline(&self) -> Option<&ArmSummary> {
        self.summary.arm(&Arm::baseline())
    }

    fn is_recommended(&self, arm: &ArmSummary) -> bool {
        self.summary.recommended().is_some_and(|recommended| recommended.arm == arm.arm)
    }

    fn recommended_alpha(&self) -> Option<f64> {
        self.summary.recommendations.first().map(|found| widen(found.at.alpha))
    }

    fn recommended_range(&self) -> Option<(f64, f64)> {
        let (low, high) = self.summary.recommendations.first()?.range?;
        Some((widen(low), widen(high)))
    }
}

fn key(look: charts::Look, name: String) -> KeyEntry {
    KeyEntry { sign: look.sign().to_string(), colour: look.css(), name }
}

/// The number as it is written, not as its bits are: 0.1 and not 0.100000001.
fn widen(alpha: f32) -> f64 {
    figures::alpha(alpha).parse().unwrap_or_else(|_| f64::from(alpha))
}
