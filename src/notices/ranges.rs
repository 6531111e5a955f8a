//! Layers as people write them.

/// Numbers as people write them: `1–5, 7`.
#[must_use]
pub fn ranges(sorted: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = vec![];
    for &number in sorted {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == number => *end = number,
            _ => runs.push((number, number)),
        }
    }
    let written = |(start, end): (u32, u32)| if start == end { start.to_string() } else { format!("{start}–{end}") };
    runs.into_iter().map(written).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_written_as_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), "1–3, 5, 7–8");
        assert_eq!(ranges(&[]), "");
    }
}
