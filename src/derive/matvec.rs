//! Products of a few rows of `f32` states with an `f64` vector: where the time of a derivation goes.
//!
//! Sums are kept in `f64`, in a fixed order and without fused operations, so the same states give the same bits on
//! every machine and however many threads there are.

/// Sums that are kept apart, so that the compiler can use wide registers.
const LANES: usize = 8;
/// Rows that are worked on together: each value of the vector is loaded once for all of them.
pub(super) const TOGETHER: usize = 4;

/// The dot product of each row of `block`, `[n_rows, n_embd]`, with `vector`, `[n_embd]`, into `out`, `[n_rows]`.
pub(super) fn times(block: &[f32], vector: &[f64], out: &mut [f64]) {
    let n = vector.len();
    let (groups, rest) = out.as_chunks_mut::<TOGETHER>();
    let (grouped, single) = block.split_at(groups.len() * TOGETHER * n);
    for (rows, out) in grouped.chunks_exact(TOGETHER * n).zip(groups) {
        *out = dots(std::array::from_fn(|row| &rows[row * n..][..n]), vector);
    }
    for (row, out) in single.chunks_exact(n).zip(rest) {
        [*out] = dots([row], vector);
    }
}

/// Adds `weights[i]` × row `i` of `block`, `[n_rows, n_embd]`, to `sum`, `[n_embd]`.
pub(super) fn add_weighted(block: &[f32], weights: &[f64], sum: &mut [f64]) {
    let n = sum.len();
    let (groups, rest) = weights.as_chunks::<TOGETHER>();
    let (grouped, single) = block.split_at(groups.len() * TOGETHER * n);
    for (rows, weights) in grouped.chunks_exact(TOGETHER * n).zip(groups) {
        add(std::array::from_fn(|row| &rows[row * n..][..n]), *weights, sum);
    }
    for (row, weight) in single.chunks_exact(n).zip(rest) {
        add([row], [*weight], sum);
    }
}

fn dots<const ROWS: usize>(rows: [&[f32]; ROWS], vector: &[f64]) -> [f64; ROWS] {
    let mut sums = [[0.0; LANES]; ROWS];
    let (vectors, vector_rest) = vector.as_chunks::<LANES>();
    let parts = rows.map(|row| row.as_chunks::<LANES>());
    for (index, vector) in vectors.iter().enumerate() {
        for (sums, (chunks, _)) in sums.iter_mut().zip(&parts) {
            let chunk = &chunks[index];
            for lane in 0..LANES {
                sums[lane] += f64::from(chunk[lane]) * vector[lane];
            }
        }
    }
    std::array::from_fn(|row| {
        let rest = parts[row].1.iter().zip(vector_rest).map(|(value, other)| f64::from(*value) * other);
        sums[row].iter().sum::<f64>() + rest.sum::<f64>()
    })
}

fn add<const ROWS: usize>(rows: [&[f32]; ROWS], weights: [f64; ROWS], sum: &mut [f64]) {
    // Cut to one length, so that the compiler sees that no index is out of bounds.
    let rows = rows.map(|row| &row[..sum.len()]);
    for (index, sum) in sum.iter_mut().enumerate() {
        let mut added = 0.0;
        for row in 0..ROWS {
            added += weights[row] * f64::from(rows[row][index]);
        }
        *sum += added;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, ArrayView2};
    use proptest::prelude::*;

    proptest! {
        /// Whatever the number of rows and columns, the result is ndarray's.
        #[test]
        fn products_are_those_of_ndarray(n_rows in 1_usize..14, n_embd in 1_usize..40, seed in any::<u32>()) {
            let value = |index: usize| ((index as f32 + seed as f32 % 1000.0) * 0.37).sin();
            let block: Vec<f32> = (0..n_rows * n_embd).map(value).collect();
            let vector: Vec<f64> = (0..n_embd).map(|index| f64::from(value(index + 7))).collect();
            let weights: Vec<f64> = (0..n_rows).map(|index| f64::from(value(index + 3))).collect();
            let matrix = ArrayView2::from_shape((n_rows, n_embd), &block).unwrap().mapv(f64::from);

            let mut along = vec![0.0; n_rows];
            times(&block, &vector, &mut along);
            let mut sum = vec![1.0; n_embd];
            add_weighted(&block, &weights, &mut sum);
            let wanted_along = matrix.dot(&Array1::from(vector));
            let wanted_sum = matrix.t().dot(&Array1::from(weights)) + 1.0;
            prop_assert!(along.iter().zip(&wanted_along).all(|(a, b)| (a - b).abs() < 1e-12));
            prop_assert!(sum.iter().zip(&wanted_sum).all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }
}
