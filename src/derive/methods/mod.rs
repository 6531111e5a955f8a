//! Ways to find a layer's direction. Adding one is a file here and a line in [`Method`]'s table.

mod mean_difference;
mod pair_components;
mod pca;
mod probe;
mod whitened;

use ndarray::Array1;

use super::contrast_classes::ContrastClasses;
use super::lanczos::{Component, normalised};

/// Why a method found no direction; the pipeline adds the layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NoDirection {
    /// The states give none.
    Degenerate(&'static str),
    /// The iteration stopped short, with this residual.
    NotConverged(f64),
}

/// Finds a unit direction `[n_embd]`, of either sign, from the two sides of a layer.
type Find = fn(&ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection>;

/// A way to find a layer's direction.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// What it is called on the command line and in the file.
    pub name: &'static str,
    /// What it does and when to prefer it, in one line.
    pub about: &'static str,
    /// Whether every harmful prompt must have its benign one.
    pub needs_pairs: bool,
    find: Find,
}

impl Method {
    /// Every method, the default first.
    pub const ALL: &'static [Self] = &[
        Self::on_any("pca", "first principal component of all states, as in the paper", pca::find),
        Self::on_any(
            "mean-difference",
            "difference of the two means (Arditi et al.); steadier with few prompts",
            mean_difference::find,
        ),
        Self::on_any(
            "probe",
            "weights of an L2-regularised logistic regression; focuses on the prompts that are hard to separate",
            probe::find,
        ),
        Self::on_any(
            "whitened",
            "mean difference whitened by the covariance within the sides (LDA); tells apart best, leaves out what \
             varies anyway",
            whitened::find,
        ),
        Self::on_pairs(
            "pca-differences",
            "first principal component of the centred pair differences, as in repeng's pca_diff",
            pair_components::find_centred,
        ),
        Self::on_pairs(
            "pca-pairs",
            "the same without centring, as in repeng's pca_center; for pairs that differ only in harm",
            pair_components::find,
        ),
    ];

    const fn on_any(name: &'static str, about: &'static str, find: Find) -> Self {
        Self { name, about, needs_pairs: false, find }
    }

    const fn on_pairs(name: &'static str, about: &'static str, find: Find) -> Self {
        Self { name, about, needs_pairs: true, find }
    }

    /// The method called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|method| method.name == name).copied()
    }

    pub(super) fn find(self, classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
        (self.find)(classes)
    }
}

/// A residual that is still good enough when no more steps are possible.
const LAST_RESORT: f64 = 1e-6;

fn converged(component: Option<Component>, same: &'static str) -> Result<Array1<f64>, NoDirection> {
    match component {
        None => Err(NoDirection::Degenerate(same)),
        Some(Component { residual, .. }) if residual > LAST_RESORT => Err(NoDirection::NotConverged(residual)),
        Some(Component { direction, .. }) => Ok(direction),
    }
}

/// The difference of the two means; refused if it is nothing but rounding.
fn difference(classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
    let difference = classes.difference();
    let length = difference.dot(&difference).sqrt();
    if length > classes.smallest_distance() {
        Ok(difference)
    } else {
        Err(NoDirection::Degenerate("both sides have the same mean"))
    }
}

/// A vector that has a direction, at length 1.
fn unit(vector: Array1<f64>) -> Result<Array1<f64>, NoDirection> {
    normalised(vector).ok_or(NoDirection::Degenerate("the direction has length 0"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::samples::Sample;
    use ndarray::Array2;

    #[test]
    fn every_method_finds_what_sets_the_sides_apart() {
        let mut sample = Sample::random(11, 30, 30, 10);
        sample.spread_apart(4.0);
        for method in Method::ALL.iter().filter(|method| method.name != "pca-differences") {
            let (direction, difference) = sample
                .with(usize::MAX, |classes| (method.find(classes).unwrap(), normalised(classes.difference()).unwrap()));
            assert!((direction.dot(&direction) - 1.0).abs() < 1e-12, "{}", method.name);
            assert!(direction.dot(&difference).abs() > 0.8, "{}: {}", method.name, direction.dot(&difference));
        }
    }

    #[test]
    fn states_without_a_direction_are_refused_by_every_method() {
        let same = Array2::from_elem((4, 5), 0.1_f32);
        for method in Method::ALL {
            let found = Sample::new(&same, &same).with(usize::MAX, |classes| method.find(classes));
            assert!(matches!(found, Err(NoDirection::Degenerate(_))), "{}: {found:?}", method.name);
        }
    }

    #[test]
    fn memory_makes_no_difference() {
        let sample = Sample::random(5, 12, 12, 40);
        for method in Method::ALL {
            let found = [usize::MAX, 0].map(|budget| sample.with(budget, |classes| method.find(classes).unwrap()));
            assert_eq!(found[0], found[1], "{}", method.name);
        }
    }
}
