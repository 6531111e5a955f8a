//! Telling layers from prompts by the lengths of states: from layer to layer they grow, often by a hundred times, and from
//! prompt to prompt they hardly differ (SmolLM2-135M: variances of the logarithms 0.70 and 0.00007).

/// How much more lengths vary along layers than along prompts, at least, if that is to tell them apart.
const CLEARLY: f64 = 4.0;

/// Along what lengths vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    /// From array to array, or along the first axis.
    Arrays,
    /// From row to row, or along the second axis.
    Rows,
}

/// Logarithms of the lengths of states, row by row.
pub(super) struct Lengths {
    n_rows: usize,
    values: Vec<f64>,
}

impl Lengths {
    /// `values` of arrays with `n_rows` rows each.
    pub fn of(n_rows: usize, values: Vec<f64>) -> Self {
        Self { n_rows, values }
    }

    /// Along what they vary clearly more; `None` if that does not tell.
    pub fn vary_along(&self) -> Option<Along> {
        let arrays: Vec<&[f64]> = self.values.chunks_exact(self.n_rows.max(1)).collect();
        let of_arrays: Vec<f64> = arrays.iter().map(|array| mean(array.iter().copied())).collect();
        let of_rows: Vec<f64> = (0..self.n_rows).map(|row| mean(arrays.iter().map(|array| array[row]))).collect();
        let (along_arrays, along_rows) = (variance(&of_arrays), variance(&of_rows));
        if along_rows > along_arrays * CLEARLY {
            Some(Along::Rows)
        } else if along_arrays > along_rows * CLEARLY {
            Some(Along::Arrays)
        } else {
            None
        }
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values.iter().copied());
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_told_from_what_does_not() {
        let growing: Vec<f64> =
            (0..3).flat_map(|prompt| (0..4).map(move |layer| f64::from(layer) + 0.01 * f64::from(prompt))).collect();
        assert_eq!(Lengths::of(4, growing).vary_along(), Some(Along::Rows));
        let swapped: Vec<f64> =
            (0..4).flat_map(|layer| (0..3).map(move |prompt| f64::from(layer) + 0.01 * f64::from(prompt))).collect();
        assert_eq!(Lengths::of(3, swapped).vary_along(), Some(Along::Arrays));
        assert_eq!(Lengths::of(2, vec![0.0, 1.0, 1.0, 0.0]).vary_along(), None);
        assert_eq!(Lengths::of(2, vec![1.0; 4]).vary_along(), None);
    }
}
