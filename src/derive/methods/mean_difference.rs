//! The difference of the two means, as in Arditi et al., "Refusal in language models is mediated by a single
//! direction" (arXiv 2406.11717, section 2.3).
//!
//! Prefer it with few prompts, and when something other than harm varies more than harm does but as much on both
//! sides: that cancels out of the means.

use ndarray::Array1;

use super::{NoDirection, difference, unit};
use crate::derive::contrast_classes::ContrastClasses;

pub(super) fn find(classes: &ContrastClasses<'_>) -> Result<Array1<f64>, NoDirection> {
    unit(difference(classes)?)
}
