//! A matrix of centred states, in memory or read again for every pass.
//!
//! A layer of 10,000 prompts × 8192 takes 328 MB as `f32`, and layers are worked on side by side. What fits into its
//! budget is copied once; what does not is read from the dump's map in blocks whenever it is needed. The bits that
//! come out are the same.

use ndarray::Array1;

use super::contrast_classes::{ContrastClasses, Read};
use super::matvec::{TOGETHER, add_weighted, times};

/// Rows that are read at a time. A multiple of what is worked on together, so that both ways group rows alike.
const BLOCK: usize = 4 * TOGETHER;

/// One row of the matrix: a state, less another one if the row is the difference of a pair, less a centre.
#[derive(Debug, Clone, Copy)]
struct Row {
    state: usize,
    less: Option<usize>,
    centre: usize,
}

/// A matrix `[n_rows, n_embd]` of centred states.
pub(super) struct Rows<'a> {
    read: Read<'a>,
    rows: Vec<Row>,
    centres: Vec<Array1<f64>>,
    n_embd: usize,
    /// All of it, if that fits.
    copy: Option<Vec<f32>>,
}

impl<'a> Rows<'a> {
    /// All states, harmful ones first, centred on their common mean.
    pub fn pooled(classes: &ContrastClasses<'a>) -> Self {
        let states = classes.rows.harmful.iter().chain(&classes.rows.benign);
        let rows = states.map(|&state| Row { state, less: None, centre: 0 }).collect();
        Self::new(classes, rows, vec![classes.mean()])
    }

    /// All states, harmful ones first, each centred on the mean of its side.
    pub fn within_classes(classes: &ContrastClasses<'a>) -> Self {
        let row = |centre| move |&state: &usize| Row { state, less: None, centre };
        let rows = classes.rows.harmful.iter().map(row(0)).chain(classes.rows.benign.iter().map(row(1))).collect();
        Self::new(classes, rows, vec![classes.harmful_mean.clone(), classes.benign_mean.clone()])
    }

    /// The difference harmful − benign of every pair, less `centre`.
    pub fn differences(classes: &ContrastClasses<'a>, centre: Array1<f64>) -> Self {
        let pairs = classes.rows.harmful.iter().zip(&classes.rows.benign);
        let rows = pairs.map(|(&state, &less)| Row { state, less: Some(less), centre: 0 }).collect();
        Self::new(classes, rows, vec![centre])
    }

    fn new(classes: &ContrastClasses<'a>, rows: Vec<Row>, centres: Vec<Array1<f64>>) -> Self {
        let n_embd = classes.n_embd();
        let mut matrix = Self { read: classes.read, rows, centres, n_embd, copy: None };
        let length = matrix.rows.len() * n_embd;
        if length * size_of::<f32>() <= classes.budget {
            let mut copy = vec![0.0; length];
            matrix.fill(0, &mut copy);
            matrix.copy = Some(copy);
        }
        matrix
    }

    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    pub fn n_embd(&self) -> usize {
        self.n_embd
    }

    /// X v: every row along `vector`, `[n_rows]`.
    pub fn times(&self, vector: &Array1<f64>) -> Array1<f64> {
        let mut along = vec![0.0; self.n_rows()];
        self.pass(|start, block| {
            let n = block.len() / self.n_embd;
            times(block, flat(vector), &mut along[start..start + n]);
        });
        along.into()
    }

    /// Xᵀ w: the sum of the rows, each with its weight, `[n_embd]`.
    pub fn weighted_sum(&self, weights: &Array1<f64>) -> Array1<f64> {
        let mut sum = vec![0.0; self.n_embd];
        self.pass(|start, block| {
            let n = block.len() / self.n_embd;
            add_weighted(block, &flat(weights)[start..start + n], &mut sum);
        });
        sum.into()
    }

    /// Xᵀ f(X v) in one pass over the states, `[n_embd]`; `f` gets a row's number and its product with `vector`.
    pub fn there_and_back(&self, vector: &Array1<f64>, mut f: impl FnMut(usize, f64) -> f64) -> Array1<f64> {
        let mut sum = vec![0.0; self.n_embd];
        let mut along = [0.0; TOGETHER];
        self.pass(|start, block| {
            // Few rows at a time, so that they are still in the cache on the way back.
            for (group, rows) in block.chunks(TOGETHER * self.n_embd).enumerate() {
                let along = &mut along[..rows.len() / self.n_embd];
                times(rows, flat(vector), along);
                for (row, along) in along.iter_mut().enumerate() {
                    *along = f(start + group * TOGETHER + row, *along);
                }
                add_weighted(rows, along, &mut sum);
            }
        });
        sum.into()
    }

    /// The squared length of every row, `[n_rows]`.
    pub fn squared_lengths(&self) -> Array1<f64> {
        let mut lengths = Array1::zeros(self.n_rows());
        self.pass(|start, block| {
            for (row, values) in block.chunks_exact(self.n_embd).enumerate() {
                lengths[start + row] = values.iter().map(|value| f64::from(*value).powi(2)).sum();
            }
        });
        lengths
    }

    /// Rows `picked`, side by side, `[picked, n_embd]`.
    pub fn picked(&self, picked: &[usize]) -> Vec<f32> {
        let mut states = vec![0.0; picked.len() * self.n_embd];
        for (&row, goal) in picked.iter().zip(states.chunks_exact_mut(self.n_embd)) {
            self.fill(row, goal);
        }
        states
    }

    /// Gives blocks of rows in order, each with the number of its first row.
    fn pass(&self, mut visit: impl FnMut(usize, &[f32])) {
        let length = BLOCK * self.n_embd;
        if let Some(copy) = &self.copy {
            copy.chunks(length).enumerate().for_each(|(index, block)| visit(index * BLOCK, block));
            return;
        }
        let mut block = vec![0.0; length];
        for start in (0..self.n_rows()).step_by(BLOCK) {
            let n = BLOCK.min(self.n_rows() - start);
            let block = &mut block[..n * self.n_embd];
            self.fill(start, block);
            visit(start, block);
        }
    }

    /// Reads rows from number `start` on into `block`, `[n, n_embd]`.
    fn fill(&self, start: usize, block: &mut [f32]) {
        let mut other = vec![];
        for (row, goal) in self.rows[start..].iter().zip(block.chunks_exact_mut(self.n_embd)) {
            (self.read)(row.state, goal);
            let centre = flat(&self.centres[row.centre]);
            if let Some(less) = row.less {
                other.resize(self.n_embd, 0.0);
                (self.read)(less, &mut other);
                for ((goal, less), centre) in goal.iter_mut().zip(&other).zip(centre) {
                    *goal = (f64::from(*goal) - f64::from(*less) - centre) as f32;
                }
            } else {
                for (goal, centre) in goal.iter_mut().zip(centre) {
                    *goal = (f64::from(*goal) - centre) as f32;
                }
            }
        }
    }
}

fn flat(vector: &Array1<f64>) -> &[f64] {
    vector.as_slice().expect("every vector here owns its values, one beside the other")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::samples::Sample;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Reading again for every pass changes no bit, whatever the number of rows.
        #[test]
        fn a_copy_and_none_give_the_same_bits(n_harmful in 2_usize..40, n_benign in 2_usize..40, n_embd in 1_usize..20, seed in any::<u64>()) {
            let sample = Sample::random(seed, n_harmful, n_benign, n_embd);
            let vector = Array1::from_shape_fn(n_embd, |index| (index as f64 + 1.0).sin());
            let results = [usize::MAX, 0].map(|budget| sample.with(budget, |classes| {
                let rows = Rows::pooled(classes);
                assert_eq!(rows.copy.is_some(), budget > 0);
                let along = rows.times(&vector);
                let back = rows.weighted_sum(&along);
                (rows.there_and_back(&vector, |_, along| along), back, along, rows.squared_lengths())
            }));
            prop_assert_eq!(&results[0], &results[1]);
            prop_assert_eq!(&results[0].0, &results[0].1);
        }
    }
}
