//! Whether what a model puts out can be used at all.

/// False if a logit is no number, or if all are alike: states too long to be squared come out of the last norm as
/// zeros, and every token is then as likely as any other.
pub(super) fn are_usable(logits: &[f32]) -> bool {
    logits.iter().all(|logit| logit.is_finite()) && logits.windows(2).any(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_infinite_nor_flat_output_is_usable() {
        assert!(are_usable(&[0.0, 0.0, 1.0]));
        for logits in [[0.0, f32::NAN, 1.0], [0.0, f32::INFINITY, 1.0], [0.0; 3]] {
            assert!(!are_usable(&logits), "{logits:?}");
        }
    }
}
