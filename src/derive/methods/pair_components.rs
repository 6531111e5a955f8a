//! The first principal component of the differences of pairs (harmful − benign), as in repeng's `extract.py`
//! (`read_representations`) and, before it, Zou et al., "Representation engineering" (arXiv 2310.01405).
//!
//! repeng has two ways. `pca_diff`, its default, gives the differences to scikit-learn's PCA, which centres them: what
//! is left is how pairs differ from one another, the mean difference taken out. `pca_center` gives it the two states of
//! each pair less their middle, ± half the difference; those have mean 0 already, so the mean difference stays in.
//! Prefer the second; the first is for comparisons with vectors of repeng.

use ndarray::Array1;

use super::{NoDirection, converged};
use crate::derive::contrast_classes::ContrastClasses;
use crate::derive::lanczos::leading;
use crate::derive::rows::Rows;

/// `pca_diff`. As all rows are paired, the mean of the differences is the difference of the means.
pub(super) fn find_centred(classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
    let rows = Rows::differences(classes, classes.difference());
    converged(leading(&rows, &[], classes.smallest_distance()), "all pairs differ by the same")
}

/// `pca_center`.
pub(super) fn find(classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
    let rows = Rows::differences(classes, Array1::zeros(classes.n_embd()));
    converged(leading(&rows, &[], classes.smallest_distance()), "no pair differs")
}
