//! Lists of numbers on the command line: `0,0.25,0.5`, and ranges: `0..1:0.1`.

/// Points of a range at most: a slip of the pen must not start a week of work.
const MAX_POINTS: usize = 200;

/// Strengths: numbers with commas between, or `FIRST..LAST:STEP`, both ends included. In ascending order, each once, with
/// the plain model's 0 among them, because everything is compared with it.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_alphas(text: &str) -> Result<Vec<f32>, String> {
    let mut alphas = match text.split_once("..") {
        Some((first, rest)) => range(first, rest)?,
        None => list(text)?,
    };
    alphas.push(0.0);
    // −0 is the plain model as well.
    alphas.iter_mut().filter(|alpha| **alpha == 0.0).for_each(|alpha| *alpha = 0.0);
    alphas.sort_by(f32::total_cmp);
    alphas.dedup();
    Ok(alphas)
}

/// Shares of a layer's components in per cent, above 0 and at most 100, in ascending order, each once.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_percents(text: &str) -> Result<Vec<f32>, String> {
    let mut percents = list(text)?;
    if let Some(wrong) = percents.iter().find(|percent| !(0.0 < **percent && **percent <= 100.0)) {
        return Err(format!("{wrong} is not a percentage: it must be above 0 and at most 100"));
    }
    percents.sort_by(f32::total_cmp);
    percents.dedup();
    Ok(percents)
}

fn list(text: &str) -> Result<Vec<f32>, String> {
    text.split(',').map(|number| Ok(self::number(number)? as f32)).collect()
}

fn range(first: &str, rest: &str) -> Result<Vec<f32>, String> {
    let (last, step) = rest.split_once(':').ok_or("a range needs a step: FIRST..LAST:STEP, for example 0..1:0.1")?;
    let (first, last, step) = (number(first)?, number(last)?, number(step)?);
    if step <= 0.0 || last < first {
        return Err(format!("{first}..{last}:{step} is empty: STEP must be above 0 and LAST not below FIRST"));
    }
    // Rounding must not cost the last point.
    let n = ((last - first) / step + 1e-6).floor() + 1.0;
    if n > MAX_POINTS as f64 {
        return Err(format!("{n} points are too many; the limit is {MAX_POINTS}"));
    }
    // Rounded to what people write, so that 0..0.3:0.1 gives the 0.3 that 0.1,0.2,0.3 gives.
    Ok((0..n as usize)
        .map(|point| ((first + point as f64 * step) * 1e6).round() / 1e6)
        .map(|alpha| alpha as f32)
        .collect())
}

fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let number = text.parse::<f64>().ok().filter(|number| (*number as f32).is_finite());
    number.ok_or_else(|| format!("'{text}' is not a finite number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_and_ranges_give_the_same_strengths() {
        assert_eq!(parse_alphas("0.3,0.1,0.2,0.1").unwrap(), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(parse_alphas("0..0.3:0.1").unwrap(), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(parse_alphas("-0.5..0.5:0.5").unwrap(), [-0.5, 0.0, 0.5]);
        assert_eq!(parse_alphas("-0").unwrap(), [0.0]);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["", "a", "0..1", "1..0:0.1", "0..1:0", "0..1:-1", "0..1:1e-9", "nan", "1e60", "0.1,,0.2"] {
            assert!(parse_alphas(text).is_err(), "{text}");
        }
        for text in ["0", "101", "-5", "5,0"] {
            assert!(parse_percents(text).is_err(), "{text}");
        }
        assert_eq!(parse_percents("100,5,5").unwrap(), [5.0, 100.0]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9.,:e-]{0,20}") {
            if let Ok(alphas) = parse_alphas(&text) {
                prop_assert!(alphas.is_sorted() && alphas.contains(&0.0) && alphas.iter().all(|alpha| alpha.is_finite()));
            }
        }
    }
}
