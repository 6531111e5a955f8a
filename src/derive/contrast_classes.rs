//! The states of one layer that a direction is fitted on.

use ndarray::Array1;

/// Where one layer's states are read from: the state of a prompt, `[n_embd]`, by its row.
pub(super) type Read<'a> = &'a (dyn Fn(usize, &mut [f32]) + Sync);

/// Which rows are fitted on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FitRows {
    /// Harmful prompts. If prompts are paired, `harmful[i]` belongs to `benign[i]`.
    pub harmful: Vec<usize>,
    /// Benign prompts.
    pub benign: Vec<usize>,
    /// Whether they are paired.
    pub is_paired: bool,
}

/// The two sides of one layer, as a method sees them.
pub(super) struct ContrastClasses<'a> {
    pub read: Read<'a>,
    pub rows: &'a FitRows,
    /// Mean harmful state, `[n_embd]`.
    pub harmful_mean: Array1<f64>,
    /// Mean benign state, `[n_embd]`.
    pub benign_mean: Array1<f64>,
    /// Bytes that a copy of the states may take; beyond it they are read again for every pass.
    pub budget: usize,
}

impl<'a> ContrastClasses<'a> {
    /// Reads every state once for the means.
    pub fn new(read: Read<'a>, rows: &'a FitRows, n_embd: usize, budget: usize) -> Self {
        let mean = |rows: &[usize]| {
            let (mut state, mut sum) = (vec![0.0; n_embd], Array1::<f64>::zeros(n_embd));
            for &row in rows {
                read(row, &mut state);
                sum.iter_mut().zip(&state).for_each(|(sum, value)| *sum += f64::from(*value));
            }
            sum / rows.len().max(1) as f64
        };
        let (harmful_mean, benign_mean) = (mean(&rows.harmful), mean(&rows.benign));
        Self { read, rows, harmful_mean, benign_mean, budget }
    }

    pub fn n_embd(&self) -> usize {
        self.harmful_mean.len()
    }

    /// Mean harmful − mean benign.
    pub fn difference(&self) -> Array1<f64> {
        &self.harmful_mean - &self.benign_mean
    }

    /// Mean of all states together, each prompt counting the same.
    pub fn mean(&self) -> Array1<f64> {
        let (n, m) = (self.rows.harmful.len() as f64, self.rows.benign.len() as f64);
        (&self.harmful_mean * n + &self.benign_mean * m) / (n + m)
    }

    /// Distances below this are what rounding leaves: states are `f32` at best.
    pub fn smallest_distance(&self) -> f64 {
        let length = |mean: &Array1<f64>| mean.dot(mean).sqrt();
        length(&self.harmful_mean).max(length(&self.benign_mean)) * 1e-10
    }
}
