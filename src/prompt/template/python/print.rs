//! How Python writes values.

use minijinja::value::ValueKind;
use minijinja::{Error, Output, State, Value};

/// Writes what an expression gives. Python spells `None`, `True` and `False` with capitals.
pub(super) fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => Ok(out.write_str("None")?),
        ValueKind::Bool if value.is_true() => Ok(out.write_str("True")?),
        ValueKind::Bool => Ok(out.write_str("False")?),
        ValueKind::Number if !value.is_integer() => match f64::try_from(value.clone()) {
            Ok(number) => Ok(out.write_str(&float(number))?),
            Err(_) => minijinja::escape_formatter(out, state, value),
        },
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// `repr(number)`: the shortest text that is read back as the same number.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    // Rust changes to exponents at the same sizes, and writes them without sign and zeros.
    let text = format!("{number:?}");
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::renders;

    #[test]
    fn truth_and_nothing_have_capitals() {
        renders(&[
            ("{{ true }} {{ false }} {{ none }} {{ 1 }} {{ 'true' }} {{ gone }}", "True False None 1 true "),
            ("{{ true ~ none ~ [true, none] }} {{ none|string }}", "TrueNone[True, None] None"),
        ]);
    }

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        renders(&[
            (
                "{{ 1 }} {{ 1.0 }} {{ 1.5 }} {{ 0.1 + 0.2 }} {{ -0.0 }} {{ 7 / 2 }} {{ 4 / 2 }}",
                "1 1.0 1.5 0.30000000000000004 -0.0 3.5 2.0",
            ),
            (
                "{{ 1e20 }} {{ 1e16 }} {{ 1e15 }} {{ 1e100 }} {{ 12345678901234567.0 }}",
                "1e+20 1e+16 1000000000000000.0 1e+100 1.2345678901234568e+16",
            ),
            ("{{ 0.0001 }} {{ 0.00001 }} {{ 3e-10 }}", "0.0001 1e-05 3e-10"),
            ("{{ 2 ** 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 2 ** 64 }}", "8 3 -4 18446744073709551616"),
        ]);
    }
}
