//! How well a direction tells the two sides apart. Every number is above its neutral value when harmful prompts lie
//! higher.

/// Cohen's d: the distance of the two means in units of their pooled standard deviation. 0 if neither side varies.
pub(super) fn cohens_d(harmful: &[f64], benign: &[f64]) -> f64 {
    let degrees = (harmful.len() + benign.len()) as f64 - 2.0;
    let pooled = ((squares(harmful) + squares(benign)) / degrees).sqrt();
    finite((mean(harmful) - mean(benign)) / pooled)
}

/// Fisher's ratio: the squared distance of the two means over the sum of the two variances (each over n − 1). 0 if
/// neither side varies.
pub(super) fn fisher_ratio(harmful: &[f64], benign: &[f64]) -> f64 {
    let variance = |side: &[f64]| squares(side) / (side.len() as f64 - 1.0);
    finite((mean(harmful) - mean(benign)).powi(2) / (variance(harmful) + variance(benign)))
}

/// The area under the receiver operating characteristic: how often a harmful prompt lies above a benign one, equals
/// counting half (Mann & Whitney's U / nm). 0.5 is no separation.
pub(super) fn auc(harmful: &[f64], benign: &[f64]) -> f64 {
    let tagged = |side: &[f64], is_harmful| side.iter().map(|value| (*value, is_harmful)).collect::<Vec<_>>();
    let mut all = tagged(harmful, true);
    all.extend(tagged(benign, false));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut above, mut benign_below) = (0.0, 0.0);
    for equals in all.chunk_by(|a, b| a.0 == b.0) {
        let n_harmful = equals.iter().filter(|(_, is_harmful)| *is_harmful).count() as f64;
        let n_benign = equals.len() as f64 - n_harmful;
        above += n_harmful * (benign_below + n_benign / 2.0);
        benign_below += n_benign;
    }
    above / (harmful.len() as f64 * benign.len() as f64)
}

/// Pearson's correlation of two samples of one length; 0 if one of them does not vary.
pub(super) fn correlation(first: &[f64], second: &[f64]) -> f64 {
    let (a, b) = (mean(first), mean(second));
    let product: f64 = first.iter().zip(second).map(|(x, y)| (x - a) * (y - b)).sum();
    finite(product / (squares(first) * squares(second)).sqrt())
}

pub(super) fn mean(sample: &[f64]) -> f64 {
    sample.iter().sum::<f64>() / sample.len() as f64
}

/// The sum of the squared distances from the mean.
fn squares(sample: &[f64]) -> f64 {
    let mean = mean(sample);
    sample.iter().map(|value| (value - mean).powi(2)).sum()
}

fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_samples_one_deviation_apart() {
        let (a, b) = ([2.0, 3.0, 4.0], [1.0, 2.0, 3.0]);
        assert!((cohens_d(&a, &b) - 1.0).abs() < 1e-12);
        assert!((fisher_ratio(&a, &b) - 0.5).abs() < 1e-12);
        // Of nine pairs six lie right, two are equal.
        assert!((auc(&a, &b) - 7.0 / 9.0).abs() < 1e-12);
        assert_eq!((cohens_d(&[1.0, 1.0], &[1.0, 1.0]), fisher_ratio(&[1.0, 1.0], &[2.0, 2.0])), (0.0, 0.0));
        assert_eq!(auc(&[1.0, 1.0], &[1.0, 1.0]), 0.5);
        assert!((correlation(&a, &[5.0, 7.0, 9.0]) - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_that_lie_right(
            harmful in prop::collection::vec((-4_i32..4).prop_map(f64::from), 1..12),
            benign in prop::collection::vec((-4_i32..4).prop_map(f64::from), 1..12),
        ) {
            let score = |a: f64, b: f64| if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
            let all: f64 = harmful.iter().flat_map(|a| benign.iter().map(move |b| score(*a, *b))).sum();
            let share = all / (harmful.len() * benign.len()) as f64;
            prop_assert!((auc(&harmful, &benign) - share).abs() < 1e-12);
            prop_assert!((auc(&benign, &harmful) - (1.0 - share)).abs() < 1e-12);
        }

        /// Neither where zero is nor the unit matters.
        #[test]
        fn shift_and_scale_change_nothing(
            harmful in prop::collection::vec(-4.0_f64..4.0, 3..9),
            benign in prop::collection::vec(-4.0_f64..4.0, 3..9),
            shift in -9.0_f64..9.0,
            scale in 0.1_f64..9.0,
        ) {
            let moved = |side: &[f64]| side.iter().map(|value| value * scale + shift).collect::<Vec<_>>();
            for measure in [cohens_d, fisher_ratio] {
                let (before, after) = (measure(&harmful, &benign), measure(&moved(&harmful), &moved(&benign)));
                prop_assert!((before - after).abs() <= 1e-6 * before.abs().max(1.0), "{before} {after}");
            }
        }
    }
}
