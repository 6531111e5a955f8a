//! The difference of the two means, as in Arditi et al., "Refusal in language models is mediated by a single
//! direction" (arXiv 2406.11717, section 2.3).

use ndarray::{Array1, ArrayView2, Axis};

use super::{NoDirection, normalised};

pub(super) fn find(harmful: ArrayView2<'_, f64>, benign: ArrayView2<'_, f64>) -> Result<Array1<f64>, NoDirection> {
    let missing = NoDirection::Degenerate("a side has no prompts");
    let difference = harmful.mean_axis(Axis(0)).ok_or(missing)? - benign.mean_axis(Axis(0)).ok_or(missing)?;
    normalised(difference).ok_or(NoDirection::Degenerate("both sides have the same mean"))
}
