//! States to test with.

use ndarray::Array2;

use super::contrast_classes::{ContrastClasses, FitRows};

/// Two sides, in memory.
pub(super) struct Sample {
    states: Array2<f32>,
    rows: FitRows,
}

impl Sample {
    /// `harmful` and `benign`, `[n_prompts, n_embd]` each; paired if they are as many.
    pub fn new(harmful: &Array2<f32>, benign: &Array2<f32>) -> Self {
        let states = ndarray::concatenate![ndarray::Axis(0), *harmful, *benign];
        let (n, total) = (harmful.nrows(), states.nrows());
        let rows = FitRows { harmful: (0..n).collect(), benign: (n..total).collect(), is_paired: 2 * n == total };
        Self { states, rows }
    }

    /// Noise about an offset, the harmful side moved along an axis of its own.
    pub fn random(seed: u64, n_harmful: usize, n_benign: usize, n_embd: usize) -> Self {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
        };
        let (offset, axis): (Vec<f32>, Vec<f32>) = (0..n_embd).map(|_| (20.0 * next(), 2.0 * next())).unzip();
        let mut side =
            |n, gap: f32| Array2::from_shape_fn((n, n_embd), |(_, index)| offset[index] + gap * axis[index] + next());
        let harmful = side(n_harmful, 1.0);
        Self::new(&harmful, &side(n_benign, 0.0))
    }

    /// Moves the harmful side away from the benign one, `times` as far as it was.
    pub fn spread_apart(&mut self, times: f32) {
        let means = [&self.rows.harmful, &self.rows.benign]
            .map(|rows| self.states.select(ndarray::Axis(0), rows).mean_axis(ndarray::Axis(0)).expect("not empty"));
        let further = (&means[0] - &means[1]) * (times - 1.0);
        for &row in &self.rows.harmful {
            let mut row = self.states.row_mut(row);
            row += &further;
        }
    }

    /// Its states, harmful ones first.
    pub fn states(&self) -> &Array2<f32> {
        &self.states
    }

    pub fn with<T>(&self, budget: usize, f: impl FnOnce(&ContrastClasses<'_>) -> T) -> T {
        let read = |row: usize, out: &mut [f32]| {
            out.iter_mut().zip(self.states.row(row)).for_each(|(goal, value)| *goal = *value);
        };
        f(&ContrastClasses::new(&read, &self.rows, self.states.ncols(), budget))
    }
}
