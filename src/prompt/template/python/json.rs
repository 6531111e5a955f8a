//! JSON as Python's `json` writes and reads it.

use std::io;

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::print;

/// `json.dumps(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False)`, as transformers gives it to
/// templates: unlike Jinja's own filter, nothing is escaped for HTML.
pub(super) fn tojson(
    value: &Value,
    ensure_ascii: Option<Value>,
    indent: Option<Value>,
    options: Kwargs,
) -> Result<Value, Error> {
    let named = |name: &str, positional: Option<Value>| match positional {
        Some(value) => Ok(Some(value)),
        None => options.get::<Option<Value>>(name),
    };
    let ensure_ascii = named("ensure_ascii", ensure_ascii)?.is_some_and(|it| it.is_true());
    let indent = named("indent", indent)?.filter(|indent| !indent.is_none()).map(indentation).transpose()?;
    let separators: Option<Vec<String>> = options.get("separators")?;
    let sort_keys: Option<bool> = options.get("sort_keys")?;
    options.assert_all_used()?;
    let (comma, colon) = match separators.as_deref() {
        Some([comma, colon]) => (&**comma, &**colon),
        Some(_) => return Err(invalid("tojson: separators are two texts, behind values and behind keys")),
        // With an indent Python puts no blank behind a comma.
        None if indent.is_some() => (",", ": "),
        None => (", ", ": "),
    };
    let format = Format { ensure_ascii, indent, comma, colon, depth: 0, has_values: false };
    let json = if sort_keys == Some(true) {
        let mut sorted = serde_json::to_value(value).map_err(|error| unwritable(&error))?;
        sorted.sort_all_objects();
        dump(&sorted, format)
    } else {
        dump(value, format)
    };
    Ok(Value::from_safe_string(json.map_err(|error| unwritable(&error))?))
}

/// `json.loads(text)`.
pub(super) fn fromjson(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| invalid(format!("fromjson: this is no JSON: {error}")))
}

fn indentation(indent: Value) -> Result<String, Error> {
    match (indent.as_str(), indent.as_i64()) {
        (Some(text), _) => Ok(text.to_owned()),
        (_, Some(blanks)) => Ok(" ".repeat(usize::try_from(blanks).unwrap_or(0))),
        _ => Err(invalid(format!("tojson: indent is a number or a text, not {}", indent.kind()))),
    }
}

fn dump(value: &impl Serialize, format: Format<'_>) -> Result<String, serde_json::Error> {
    let mut json = vec![];
    value.serialize(&mut Serializer::with_formatter(&mut json, format))?;
    Ok(String::from_utf8_lossy(&json).into_owned())
}

fn unwritable(error: &serde_json::Error) -> Error {
    invalid(format!("cannot be written as JSON: {error}"))
}

fn invalid(reason: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

/// How it is written.
struct Format<'a> {
    ensure_ascii: bool,
    indent: Option<String>,
    comma: &'a str,
    colon: &'a str,
    depth: usize,
    has_values: bool,
}

impl Format<'_> {
    fn begin<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_values = false;
        out.write_all(bracket)
    }

    fn end<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_values {
            self.begin_line(out)?;
        }
        self.has_values = true;
        out.write_all(bracket)
    }

    fn next<W: ?Sized + io::Write>(&self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(self.comma.as_bytes())?;
        }
        self.begin_line(out)
    }

    fn begin_line<W: ?Sized + io::Write>(&self, out: &mut W) -> io::Result<()> {
        let Some(indent) = &self.indent else { return Ok(()) };
        out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| out.write_all(indent.as_bytes()))
    }
}

impl Formatter for Format<'_> {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_values = true;
        Ok(())
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_values = true;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(self.colon.as_bytes())
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        out.write_all(print::float(value).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if !self.ensure_ascii {
            return out.write_all(fragment.as_bytes());
        }
        for character in fragment.chars() {
            if character.is_ascii() {
                out.write_all(&[character as u8])?;
            } else {
                let units =
                    character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
                out.write_all(units.as_bytes())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fails, renders};

    #[test]
    fn json_is_written_as_python_writes_it() {
        renders(&[
            ("{{ d.a | tojson }}", r#"[1, 2.5, "<é>"]"#),
            ("{{ d | tojson(sort_keys=true) }}", r#"{"a": [1, 2.5, "<é>"], "b": {}, "n": null}"#),
            ("{{ d.a | tojson(separators=(',', ':')) }}", r#"[1,2.5,"<é>"]"#),
            ("{{ d.a | tojson(indent=4) }}", "[\n    1,\n    2.5,\n    \"<é>\"\n]"),
            (
                "{{ d | tojson(indent=1, separators=(',', ':')) }}",
                "{\n \"b\":{},\n \"a\":[\n  1,\n  2.5,\n  \"<é>\"\n ],\n \"n\":null\n}",
            ),
            ("{{ [[], {}, [[1]]] | tojson(indent='-') }}", "[\n-[],\n-{},\n-[\n--[\n---1\n--]\n-]\n]"),
            ("{{ [] | tojson(indent=2) }}{{ {} | tojson(indent=2) }}{{ 'a' | tojson(indent=2) }}", "[]{}\"a\""),
            ("{{ [1] | tojson(false, 2) }}", "[\n  1\n]"),
            ("{{ [1.0, 1e20, 1e-7, 1.5, 1e16, 0.1] | tojson }}", "[1.0, 1e+20, 1e-07, 1.5, 1e+16, 0.1]"),
            ("{{ (1, true, none) | tojson }}", "[1, true, null]"),
        ]);
        fails("{{ 1 | tojson(separators=[',']) }}");
        fails("{{ 1 | tojson(indent=[]) }}");
    }

    #[test]
    fn json_may_be_ascii() {
        renders(&[
            (r#"{{ 'žé😀 <b>"\n' | tojson(ensure_ascii=true) }}"#, r#""\u017e\u00e9\ud83d\ude00 <b>\"\n""#),
            ("{{ {'é': 'é'} | tojson(ensure_ascii=True, indent=1) }}", "{\n \"\\u00e9\": \"\\u00e9\"\n}"),
            ("{{ 'é' | tojson(ensure_ascii=false) }}", "\"é\""),
        ]);
    }

    #[test]
    fn json_is_read() {
        renders(&[(r#"{{ '{"b": [1, 2.0, null], "a": "é"}' | fromjson }}"#, "{'b': [1, 2.0, None], 'a': 'é'}")]);
        fails("{{ '{' | fromjson }}");
    }
}
