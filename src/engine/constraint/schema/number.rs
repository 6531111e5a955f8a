//! Bounds of numbers.

use serde_json::{Map, Number, Value};

use super::SchemaError;
use super::words::Words;

/// The largest whole number up to which doubles are exact, so that every reader gets the number that was written
/// (RFC 8259, section 6).
pub(super) const GREATEST: i64 = 9_007_199_254_740_991;
const GREATEST_AS_DOUBLE: f64 = GREATEST as f64;

/// Step of numbers of which the schema gives none: a model that may write digits for ever sometimes does. The smallest
/// power of ten that [`is_exact_step`] takes.
const FINEST: f64 = 1e-8;
/// Largest step, in units of its last decimal: llguidance has a state for every remainder, and looks through all of them.
const MAX_STEP: f64 = 10_000.0;
/// Most decimals of a step: llguidance adds a digit times a power of ten in 32 bits, unchecked.
const MAX_STEP_DECIMALS: u32 = 8;
/// Bounds with more decimals than this, or closer to each other than 10⁻³, need finer steps.
const COARSE_DIGITS: usize = 6;
const COARSE: f64 = 1e-3;

/// Writes the numeric keywords of `words` into `out`. Bounds beyond [`GREATEST`] move there.
///
/// # Errors
/// A keyword has an invalid value.
pub(super) fn bounds(words: &Words<'_>, place: &str, out: &mut Map<String, Value>) -> Result<(), SchemaError> {
    for (word, side) in [("minimum", -1.0), ("exclusiveMinimum", -1.0), ("maximum", 1.0), ("exclusiveMaximum", 1.0)] {
        let Some(value) = words.get(word) else { continue };
        let Some(number) = value.as_f64() else {
            let what = match value {
                Value::Bool(_) => format!("{word} must be a number; true and false are draft 4"),
                _ => format!("{word} must be a number"),
            };
            return Err(SchemaError::at(place, what));
        };
        if number * side < -GREATEST_AS_DOUBLE {
            return Err(SchemaError::at(
                place,
                format!("{word} {value} lies beyond ±{GREATEST}, where doubles are not exact"),
            ));
        }
        if number * side > GREATEST_AS_DOUBLE {
            let (plain, limit) = if side < 0.0 { ("minimum", -GREATEST) } else { ("maximum", GREATEST) };
            out.entry(plain).or_insert(limit.into());
        } else {
            out.insert(word.to_owned(), value.clone());
        }
    }
    if let Some(step) = words.get("multipleOf") {
        match step.as_f64() {
            Some(number) if number > 0.0 && is_exact_step(number) => {}
            Some(number) if number > 0.0 => {
                let what = format!("multipleOf {step} is not supported: it needs too many digits");
                return Err(SchemaError::at(place, what));
            }
            _ => return Err(SchemaError::at(place, "multipleOf must be a number above 0")),
        }
        out.insert("multipleOf".to_owned(), step.clone());
    }
    Ok(())
}

/// Whether llguidance computes with `step` without overflow. It counts decimals in the same way.
fn is_exact_step(mut step: f64) -> bool {
    let mut decimals = 0;
    while step.fract() != 0.0 && decimals < MAX_STEP_DECIMALS {
        step *= 10.0;
        decimals += 1;
    }
    step.fract() == 0.0 && step <= MAX_STEP
}

/// Default bounds.
pub(super) fn limits() -> Map<String, Value> {
    Map::from_iter([("minimum".to_owned(), (-GREATEST).into()), ("maximum".to_owned(), GREATEST.into())])
}

/// Adds default bounds and a default step where `out`, of these `types`, has none.
pub(super) fn fill(types: &[&str], out: &mut Map<String, Value>) {
    if !types.contains(&"number") && !types.contains(&"integer") {
        return;
    }
    let bound = |out: &Map<String, Value>, words: [&str; 2]| {
        let bounds = words.iter().filter_map(|word| out.get(*word)).filter_map(Value::as_f64);
        bounds.reduce(if words[0] == "minimum" { f64::max } else { f64::min })
    };
    let least = bound(out, ["minimum", "exclusiveMinimum"]);
    let most = bound(out, ["maximum", "exclusiveMaximum"]);
    if least.is_none() {
        out.insert("minimum".to_owned(), (-GREATEST).into());
    }
    if most.is_none() {
        out.insert("maximum".to_owned(), GREATEST.into());
    }
    let digits = |bound: &f64| bound.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
    let is_coarse = least.iter().chain(&most).all(|bound| digits(bound) <= COARSE_DIGITS)
        && most.unwrap_or(f64::MAX) - least.unwrap_or(f64::MIN) >= COARSE;
    if types.contains(&"number") && !out.contains_key("multipleOf") && is_coarse {
        out.insert("multipleOf".to_owned(), FINEST.into());
    }
}

/// Replaces exclusive bounds by inclusive ones. llguidance accepts 0 under `exclusiveMinimum: 0` if the maximum is below 1,
/// and a number between an exclusive bound and the next double would be parsed as the bound itself.
pub(super) fn close(out: &mut Map<String, Value>) {
    for (exclusive, inclusive, side) in [("exclusiveMinimum", "minimum", 1.0), ("exclusiveMaximum", "maximum", -1.0)] {
        let Some(bound) = out.remove(exclusive).and_then(|bound| bound.as_f64()) else { continue };
        let nearest = if side > 0.0 { bound.next_up() } else { bound.next_down() };
        // Near 0 the next double has hundreds of digits.
        let next =
            if ((bound + side * FINEST) - bound).abs() >= FINEST / 2.0 { bound + side * FINEST } else { nearest };
        let others = out.get(inclusive).and_then(Value::as_f64);
        if others.is_none_or(|other| (next - other) * side > 0.0) {
            out.insert(inclusive.to_owned(), next.into());
        }
    }
}

/// Whether llguidance would write every number in `value` exactly.
pub(super) fn are_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_exact(number),
        Value::Array(items) => items.iter().all(are_exact),
        Value::Object(members) => members.values().all(are_exact),
        _ => true,
    }
}

fn is_exact(number: &Number) -> bool {
    // Written with a point or an exponent, it is a double already.
    number.is_f64() || number.as_i64().is_some_and(|whole| whole.unsigned_abs() <= GREATEST.unsigned_abs())
}
