//! What a template may use beyond Jinja itself, as transformers provides it
//! (`transformers/utils/chat_template_utils.py`, `_compile_jinja_template`), and how Python writes values.

use std::io;

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// Gives `environment` everything that templates expect.
pub(super) fn install(environment: &mut Environment<'static>) {
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_formatter(print);
    environment.add_function("raise_exception", |reason: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, reason))
    });
    environment.add_function("strftime_now", strftime_now);
    environment.add_filter("tojson", tojson);
}

/// Python spells these with capitals.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match (value.is_none(), value == &Value::from(true), value == &Value::from(false)) {
        (true, ..) => Ok(out.write_str("None")?),
        (_, true, _) if is_bool(value) => Ok(out.write_str("True")?),
        (_, _, true) if is_bool(value) => Ok(out.write_str("False")?),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

fn is_bool(value: &Value) -> bool {
    value.kind() == minijinja::value::ValueKind::Bool
}

/// `datetime.now().strftime(format)`. `SOURCE_DATE_EPOCH` stands still, so that two runs give the same prompt.
fn strftime_now(format: &str) -> Result<String, Error> {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let now = match epoch.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
        Some(then) => then.to_zoned_datetime(jiff::tz::TimeZone::UTC),
        None => jiff::ZonedDateTime::now(),
    };
    jiff::fmt::strtime::format(format, &now).map_err(|error| {
        Error::new(ErrorKind::InvalidOperation, format!("strftime_now cannot write the date as '{format}': {error}"))
    })
}

/// `json.dumps(value, ensure_ascii=False, indent=…, separators=…, sort_keys=…)`: unlike Jinja's own filter, nothing
/// is escaped for HTML.
fn tojson(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let separators: Option<Vec<String>> = options.get("separators")?;
    let sort_keys: Option<bool> = options.get("sort_keys")?;
    let _: Option<bool> = options.get("ensure_ascii")?;
    options.assert_all_used()?;
    let mut sorted = match sort_keys {
        Some(true) => Some(serde_json::to_value(value).map_err(|error| bad_json(&error))?),
        _ => None,
    };
    if let Some(value) = &mut sorted {
        value.sort_all_objects();
    }
    let json = match (indent, separators.as_deref()) {
        // With an indent Python puts no blank behind a comma.
        (Some(indent), _) => {
            let indent = " ".repeat(indent);
            dump(value, sorted.as_ref(), PrettyFormatter::with_indent(indent.as_bytes()))
        }
        (None, Some([comma, colon])) => dump(value, sorted.as_ref(), OneLine { comma, colon }),
        (None, _) => dump(value, sorted.as_ref(), OneLine { comma: ", ", colon: ": " }),
    };
    Ok(Value::from_safe_string(json.map_err(|error| bad_json(&error))?))
}

fn dump(
    value: &Value,
    sorted: Option<&serde_json::Value>,
    formatter: impl Formatter,
) -> Result<String, serde_json::Error> {
    let mut json = vec![];
    let mut serializer = Serializer::with_formatter(&mut json, formatter);
    match sorted {
        Some(sorted) => sorted.serialize(&mut serializer)?,
        None => value.serialize(&mut serializer)?,
    }
    Ok(String::from_utf8_lossy(&json).into_owned())
}

fn bad_json(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("cannot be written as JSON: {error}"))
}

/// JSON on one line, as Python writes it.
struct OneLine<'a> {
    comma: &'a str,
    colon: &'a str,
}

impl Formatter for OneLine<'_> {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(self.comma.as_bytes()) }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(self.comma.as_bytes()) }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(self.colon.as_bytes())
    }
}

/// A template's text as minijinja can take it.
pub(super) fn source(source: &str) -> String {
    // jinja2 reads every line end as `\n`.
    without_training_marks(&source.replace("\r\n", "\n").replace('\r', "\n"))
}

/// `{% generation %}` marks what training learns from; for us it is a block that is always there. minijinja has no
/// tags of one's own, so it becomes an `if`, with the same white space around it.
fn without_training_marks(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(begin) = rest.find("{%") {
        let Some(length) = rest[begin..].find("%}") else { break };
        let (before, from) = rest.split_at(begin);
        let (tag, after) = from.split_at(length + 2);
        let inner = &tag[2..tag.len() - 2];
        let word = inner.trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+');
        let replaced = match word {
            "generation" => tag.replacen(word, "if true", 1),
            "endgeneration" => tag.replacen(word, "endif", 1),
            _ => tag.to_owned(),
        };
        text.push_str(before);
        text.push_str(&replaced);
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn render(source: &str) -> String {
        let mut environment = Environment::new();
        install(&mut environment);
        let value: Value = serde_json::from_str(r#"{"b": [1, 2.5, "<é>"], "a": {}, "n": null}"#).unwrap();
        environment.render_str(source, context! { value => value }).unwrap()
    }

    #[test]
    fn json_is_written_as_python_writes_it() {
        assert_eq!(render("{{ value.b | tojson }}"), r#"[1, 2.5, "<é>"]"#);
        assert_eq!(render("{{ value | tojson(sort_keys=true) }}"), r#"{"a": {}, "b": [1, 2.5, "<é>"], "n": null}"#);
        assert_eq!(render("{{ value.b | tojson(separators=(',', ':')) }}"), r#"[1,2.5,"<é>"]"#);
        assert_eq!(render("{{ value.b | tojson(indent=4) }}"), "[\n    1,\n    2.5,\n    \"<é>\"\n]");
    }

    #[test]
    fn truth_and_nothing_have_capitals() {
        assert_eq!(
            render("{{ true }} {{ false }} {{ none }} {{ 1 }} {{ 'true' }} {{ gone }}"),
            "True False None 1 true "
        );
    }

    #[test]
    fn training_marks_change_nothing() {
        let source = "a {%- generation -%} b {% endgeneration %}{% if x %}{% endif %} {% raw";
        let expected = "a {%- if true -%} b {% endif %}{% if x %}{% endif %} {% raw";
        assert_eq!(without_training_marks(source), expected);
    }
}
