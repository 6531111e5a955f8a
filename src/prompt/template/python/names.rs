//! Functions, tests and filters that templates call and minijinja lacks, or has otherwise than Python's Jinja.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters, functions};

use super::white;

/// Gives `environment` all of them.
pub(super) fn install(environment: &mut Environment<'static>) {
    // minijinja's own, which Jinja has not.
    environment.remove_global("debug");
    environment.add_function("cycler", cycler);
    environment.add_function("joiner", minijinja_contrib::globals::joiner);
    environment.add_function("namespace", namespace);
    environment.add_test("iterable", |value: &Value| !value.is_none() && value.try_iter().is_ok());
    environment.add_test("sequence", is_sequence);
    environment.add_filter("truncate", truncate);
    environment
        .add_filter("trim", |text: Cow<'_, str>, characters: Option<&str>| white::trim(&text, characters).to_owned());
    environment.add_filter("int", int);
    environment.add_filter("float", float);
    environment.add_filter("center", |text: &str, width: Option<usize>| white::center(text, width.unwrap_or(80), ' '));
    environment.add_filter("wordcount", wordcount);
}

/// In Python everything is one that has a length and is indexed.
fn is_sequence(value: &Value) -> bool {
    value.is_undefined() || matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map)
}

/// A dict, and what is named.
fn namespace(initial: Option<Value>, named: Kwargs) -> Result<Value, Error> {
    functions::namespace(Some(functions::dict(initial, named)?.into()))
}

/// `truncate(text, length=255, killwords=False, end='...', leeway=5)`.
fn truncate(text: &str, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    type Args = (Option<usize>, Option<bool>, Option<String>, Option<usize>);
    let (length, killwords, end, leeway): Args = from_args(&args)?;
    let length = length.or(named.get("length")?).unwrap_or(255);
    let cuts_words = killwords.or(named.get("killwords")?).unwrap_or(false);
    let end = end.or(named.get("end")?).unwrap_or_else(|| "...".to_owned());
    let leeway = leeway.or(named.get("leeway")?).unwrap_or(5);
    named.assert_all_used()?;
    let Some(kept) = length.checked_sub(end.chars().count()) else {
        let reason = format!("truncate: '{end}' is longer than the {length} characters that are asked for");
        return Err(Error::new(ErrorKind::InvalidOperation, reason));
    };
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text.to_owned());
    }
    let kept = text.char_indices().nth(kept).map_or(text, |(at, _)| &text[..at]);
    let kept = if cuts_words { kept } else { kept.rsplit_once(' ').map_or(kept, |(words, _)| words) };
    Ok(kept.to_owned() + &end)
}

/// What is no number is 0, if nothing else is asked for.
fn int(
    state: &State<'_, '_>,
    value: &Value,
    default: Option<Value>,
    base: Option<u32>,
    named: Kwargs,
) -> Result<Value, Error> {
    let default = if named.has("default") { default } else { Some(default.unwrap_or(Value::from(0))) };
    filters::int(state, value, default, base, named)
}

/// The same for numbers with a fraction.
fn float(state: &State<'_, '_>, value: &Value, default: Option<Value>, named: Kwargs) -> Result<Value, Error> {
    let default = if named.has("default") { default } else { Some(default.unwrap_or(Value::from(0.0))) };
    filters::float(state, value, default, named)
}

fn wordcount(text: &str) -> usize {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count()
}

/// Gives its values one after the other, again and again.
#[derive(Debug)]
struct Cycler {
    values: Vec<Value>,
    at: AtomicUsize,
}

fn cycler(values: Rest<Value>) -> Result<Value, Error> {
    if values.is_empty() {
        return Err(Error::new(ErrorKind::MissingArgument, "cycler needs a value"));
    }
    Ok(Value::from_object(Cycler { values: values.to_vec(), at: AtomicUsize::new(0) }))
}

impl Cycler {
    fn current(&self) -> Value {
        self.values.get(self.at.load(Ordering::Relaxed)).cloned().unwrap_or_default()
    }
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("current")).then(|| self.current())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let () = from_args(args)?;
        match method {
            "next" => {
                let current = self.current();
                self.at.store((self.at.load(Ordering::Relaxed) + 1) % self.values.len(), Ordering::Relaxed);
                Ok(current)
            }
            "reset" => {
                self.at.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fails, renders};

    #[test]
    fn none_is_not_iterable() {
        renders(&[
            (
                "{{ none is iterable }}{{ 1 is iterable }}{{ 's' is iterable }}{{ [] is iterable }}{{ {} is iterable }}",
                "FalseFalseTrueTrueTrue",
            ),
            ("{% if n is iterable and n|length > 0 %}y{% else %}n{% endif %}", "n"),
            (
                "{{ gone is iterable }}{{ gone is sequence }}{{ none is sequence }}{{ 1 is sequence }}",
                "TrueTrueFalseFalse",
            ),
            (
                "{{ 's' is sequence }}{{ {} is sequence }}{{ (1, 2) is sequence }}{{ [] is sequence }}",
                "TrueTrueTrueTrue",
            ),
            ("{{ {} is mapping }}{{ [] is mapping }}{{ none is mapping }}{{ 's' is mapping }}", "TrueFalseFalseFalse"),
            (
                "{{ 's' is string }}{{ none is string }}{{ 1 is number }}{{ true is number }}{{ true is boolean }}",
                "TrueFalseTrueTrueTrue",
            ),
        ]);
    }

    #[test]
    fn texts_are_truncated() {
        renders(&[
            ("{{ 'Hello World foo bar'|truncate(9) }}", "Hello..."),
            ("{{ 'Hello World foo bar'|truncate(9, true) }}", "Hello ..."),
            ("{{ 'Hello World'|truncate(9) }}", "Hello World"),
            ("{{ 'Hello World'|truncate(9, false, '!', 0) }}", "Hello!"),
            ("{{ 'Hello World'|truncate(5, true, '', 0) }}{{ ''|truncate }}", "Hello"),
            ("{{ 'Hällö World'|truncate(length=7, killwords=true, end='..', leeway=0) }}", "Hällö.."),
        ]);
        fails("{{ 'a'|truncate(1) }}");
        fails("{{ 'a'|truncate(width=5) }}");
    }

    #[test]
    fn what_is_no_number_is_zero() {
        renders(&[
            (
                "{{ 'x'|int }} {{ 'x'|int(7) }} {{ 'x'|int(default=8) }} {{ '5'|int }} {{ 5.7|int }} {{ '0x1f'|int(0, 16) }} {{ none|int }}",
                "0 7 8 5 5 31 0",
            ),
            ("{{ 'x'|float }} {{ '5.5'|float }} {{ 5|float }} {{ 'x'|float(1.5) }}", "0.0 5.5 5.0 1.5"),
        ]);
    }

    #[test]
    fn cyclers_and_joiners_count() {
        renders(&[
            (
                "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.current }}",
                "abbaNonea",
            ),
            ("{% set j = joiner('|') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}", "3|1|2"),
            ("{% set j = joiner() %}{{ j() }}a{{ j() }}b", "a, b"),
        ]);
        fails("{{ cycler() }}");
    }

    #[test]
    fn namespaces_keep_what_loops_find() {
        renders(&[
            (
                "{% set ns = namespace(a=1) %}{% for x in l %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}{{ ns.gone }}",
                "7",
            ),
            ("{% set ns = namespace({'a': 1}, c=2) %}{{ ns.a }}{{ ns['c'] }}{{ ns.q is defined }}", "12False"),
            ("{% set ns = namespace() %}{% set ns.x = 'a' %}{{ ns.x }}", "a"),
            ("{{ debug is defined }}{{ cycler is defined }}", "FalseTrue"),
        ]);
    }

    #[test]
    fn other_filters_are_jinjas() {
        renders(&[
            ("{{ '\\x1c a '|trim }}|{{ 'xax'|trim('x') }}|{{ 5|trim }}", "a|a|5"),
            ("{{ 'a'|center(5) }}|{{ 'ab'|center(5) }}|", "  a  |  ab |"),
            ("{{ \"it's a_b, ok\"|wordcount }}", "4"),
        ]);
    }
}
