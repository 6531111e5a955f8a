//! Ways to find a layer's direction. Adding one is a file here and a line in [`Method`]'s table.

mod mean_difference;
mod pca;

use ndarray::{Array1, ArrayView2};

/// Why a method found no direction; the pipeline adds the layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NoDirection {
    /// The states give none.
    Degenerate(&'static str),
    /// The iteration stopped short, with this residual.
    NotConverged(f64),
}

/// Finds a unit direction `[n_embd]`, of either sign, from harmful and benign states, each `[n_prompts, n_embd]`.
type Find = fn(ArrayView2<'_, f64>, ArrayView2<'_, f64>) -> Result<Array1<f64>, NoDirection>;

/// A way to find a layer's direction.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// What it is called on the command line and in the file.
    pub name: &'static str,
    /// What it does and when to prefer it, in one line.
    pub about: &'static str,
    find: Find,
}

impl Method {
    /// Every method, the default first.
    pub const ALL: &'static [Self] = &[
        Self { name: "pca", about: "first principal component of all states, as in the paper", find: pca::find },
        Self {
            name: "mean-difference",
            about: "difference of the two means (Arditi et al.); steadier with few prompts",
            find: mean_difference::find,
        },
    ];

    /// The method called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|method| method.name == name).copied()
    }

    pub(super) fn find(
        self,
        harmful: ArrayView2<'_, f64>,
        benign: ArrayView2<'_, f64>,
    ) -> Result<Array1<f64>, NoDirection> {
        (self.find)(harmful, benign)
    }
}

/// `vector` at length 1; `None` if it has none.
fn normalised(vector: Array1<f64>) -> Option<Array1<f64>> {
    let length = vector.dot(&vector).sqrt();
    (length.is_finite() && length > 0.0).then(|| vector / length)
}
