//! Methods of Python's texts, lists and dicts that minijinja's own stand-ins lack or do otherwise.

use minijinja::value::{Kwargs, Tuple, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value};
use minijinja_contrib::pycompat;

use super::white;

/// The widest that a method may fill a text up to.
const MAX_WIDTH: usize = 1 << 16;

/// Calls `method` of `value`.
pub(super) fn call(state: &mut State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    let ours = match (value.as_str(), value.kind()) {
        (Some(text), _) => of_text(text, method, args)?,
        (None, ValueKind::Seq | ValueKind::Iterable) => of_list(value, method, args)?,
        (None, ValueKind::Map) if method == "copy" => {
            let () = from_args(args)?;
            Some(value.clone())
        }
        _ => None,
    };
    ours.map_or_else(|| pycompat::unknown_method_callback(state, value, method, args), Ok)
}

fn of_list(value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(match method {
        "index" => {
            let (wanted,): (&Value,) = from_args(args)?;
            for (at, item) in value.try_iter()?.checked().enumerate() {
                if item? == *wanted {
                    return Ok(Some(Value::from(at)));
                }
            }
            return Err(invalid(format!("{wanted} is not in the list")));
        }
        "copy" => {
            let () = from_args(args)?;
            Some(value.clone())
        }
        _ => None,
    })
}

fn of_text(text: &str, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(Some(match method {
        "strip" => Value::from(white::trim(text, characters(args)?)),
        "lstrip" => Value::from(white::trim_start(text, characters(args)?)),
        "rstrip" => Value::from(white::trim_end(text, characters(args)?)),
        "split" | "rsplit" => split(text, method == "split", args)?,
        "partition" | "rpartition" => {
            let separator = separator(args)?;
            let found = if method == "partition" { text.split_once(separator) } else { text.rsplit_once(separator) };
            let parts = match found {
                Some((before, behind)) => [before, separator, behind],
                None if method == "partition" => [text, "", ""],
                None => ["", "", text],
            };
            Value::from(Tuple::from(parts.map(Value::from)))
        }
        "splitlines" => {
            let (keeps_ends, named): (Option<bool>, Kwargs) = from_args(args)?;
            let keeps_ends = keeps_ends.or(named.get("keepends")?).unwrap_or(false);
            named.assert_all_used()?;
            white::lines(text, keeps_ends).into_iter().map(Value::from).collect()
        }
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(args)?;
            Value::from(text.strip_prefix(prefix).unwrap_or(text))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(args)?;
            Value::from(text.strip_suffix(suffix).unwrap_or(text))
        }
        "title" => {
            let () = from_args(args)?;
            Value::from(title(text))
        }
        "swapcase" => {
            let () = from_args(args)?;
            let swapped =
                |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
            Value::from(text.chars().map(swapped).collect::<String>())
        }
        "casefold" => {
            let () = from_args(args)?;
            Value::from(text.to_lowercase().replace('ß', "ss"))
        }
        "find" | "rfind" | "index" | "rindex" | "count" => search(text, method, args)?,
        "startswith" | "endswith" => begins_or_ends(text, method == "startswith", args)?,
        "zfill" => {
            let (width,): (usize,) = from_args(args)?;
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            let missing = limited(width)?.saturating_sub(text.chars().count());
            Value::from(sign.to_owned() + &white::filled(digits, missing, 0, '0'))
        }
        "center" | "ljust" | "rjust" => {
            let (width, fill): (usize, Option<char>) = from_args(args)?;
            let (width, fill) = (limited(width)?, fill.unwrap_or(' '));
            let missing = width.saturating_sub(text.chars().count());
            Value::from(match method {
                "center" => white::center(text, width, fill),
                "ljust" => white::filled(text, 0, missing, fill),
                _ => white::filled(text, missing, 0, fill),
            })
        }
        _ => return Ok(None),
    }))
}

/// What to strip.
fn characters(args: &[Value]) -> Result<Option<&str>, Error> {
    let (characters,): (Option<&str>,) = from_args(args)?;
    Ok(characters)
}

fn separator(args: &[Value]) -> Result<&str, Error> {
    match from_args(args)? {
        ("",) => Err(invalid("the separator is empty")),
        (separator,) => Ok(separator),
    }
}

/// `split(sep=None, maxsplit=-1)` and `rsplit`.
fn split(text: &str, is_from_start: bool, args: &[Value]) -> Result<Value, Error> {
    let (separator, limit, named): (Option<&str>, Option<i64>, Kwargs) = from_args(args)?;
    let separator = separator.or(named.get("sep")?);
    let limit = limit.or(named.get("maxsplit")?).unwrap_or(-1);
    named.assert_all_used()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let parts = match separator {
        None if is_from_start => white::words(text, limit),
        None => white::words_from_end(text, limit),
        Some("") => return Err(invalid("the separator is empty")),
        Some(separator) if is_from_start => text.splitn(limit.saturating_add(1), separator).collect(),
        Some(separator) => {
            let mut parts: Vec<&str> = text.rsplitn(limit.saturating_add(1), separator).collect();
            parts.reverse();
            parts
        }
    };
    Ok(parts.into_iter().map(Value::from).collect())
}

/// A letter behind none is a capital.
fn title(text: &str) -> String {
    let mut is_in_word = false;
    let cased = |c: char| {
        let cased = if is_in_word { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
        is_in_word = c.is_alphabetic();
        cased
    };
    text.chars().map(cased).collect()
}

/// Where `args` say that a text stands in `text`, or how often.
fn search(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (wanted, start, end): (&str, Option<i64>, Option<i64>) = from_args(args)?;
    let Some((before, part)) = part(text, start, end) else {
        return match method {
            "count" => Ok(Value::from(0)),
            "find" | "rfind" => Ok(Value::from(-1)),
            _ => Err(invalid(format!("'{wanted}' is not in the text"))),
        };
    };
    if method == "count" {
        return Ok(Value::from(part.matches(wanted).count()));
    }
    let found = if method.starts_with('r') { part.rfind(wanted) } else { part.find(wanted) };
    match found {
        Some(at) => Ok(Value::from(before + part[..at].chars().count())),
        None if method.ends_with("find") => Ok(Value::from(-1)),
        None => Err(invalid(format!("'{wanted}' is not in the text"))),
    }
}

fn begins_or_ends(text: &str, at_start: bool, args: &[Value]) -> Result<Value, Error> {
    let (wanted, start, end): (&Value, Option<i64>, Option<i64>) = from_args(args)?;
    let part = part(text, start, end).map(|(_, part)| part);
    let is_there = |wanted: &Value| {
        let Some(wanted) = wanted.as_str() else {
            return Err(invalid(format!("a text or a tuple of texts is needed, not {}", wanted.kind())));
        };
        Ok(part.is_some_and(|part| if at_start { part.starts_with(wanted) } else { part.ends_with(wanted) }))
    };
    if wanted.kind() != ValueKind::Seq {
        return is_there(wanted).map(Value::from);
    }
    for wanted in wanted.try_iter()?.checked() {
        if is_there(&wanted?)? {
            return Ok(Value::from(true));
        }
    }
    Ok(Value::from(false))
}

/// `text[start:end]`, and how many characters stand before it. Nothing if `start` lies behind the end.
fn part(text: &str, start: Option<i64>, end: Option<i64>) -> Option<(usize, &str)> {
    let length = text.chars().count();
    let place = |place: i64| match usize::try_from(place) {
        Ok(place) => place,
        Err(_) => length.saturating_sub(usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let (start, end) = (start.map_or(0, place), end.map_or(length, place).min(length));
    let byte = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(at, _)| at);
    (start <= end).then(|| (start, &text[byte(start)..byte(end)]))
}

/// A template does not fill the memory.
fn limited(width: usize) -> Result<usize, Error> {
    if width > MAX_WIDTH {
        Err(invalid(format!("a text is filled up to {MAX_WIDTH} characters at most")))
    } else {
        Ok(width)
    }
}

fn invalid(reason: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fails, renders};

    #[test]
    fn texts_are_split() {
        renders(&[
            (
                "{{ s.split(',') }}{{ s.split(',', 1) }}{{ s.split(',', maxsplit=1) }}",
                "['a', 'b', 'c']['a', 'b,c']['a', 'b,c']",
            ),
            (
                "{{ s.split(sep=',', maxsplit=1) }}{{ s.split(',', -1) }}{{ s.split(',', 0) }}",
                "['a', 'b,c']['a', 'b', 'c']['a,b,c']",
            ),
            (
                "{{ ' a  b  c '.split() }}{{ ' a  b  c '.split(none, 1) }}{{ ' a  b '.split(maxsplit=0) }}",
                "['a', 'b', 'c']['a', 'b  c ']['a  b ']",
            ),
            (
                "{{ s.rsplit(',') }}{{ s.rsplit(',', 1) }}{{ s.rsplit(',', maxsplit=1)[0] }}",
                "['a', 'b', 'c']['a,b', 'c']a,b",
            ),
            (
                "{{ ' a  b  c '.rsplit(none, 1) }}{{ ' a  b '.rsplit() }}{{ ''.split() }}{{ ''.split(',') }}",
                "[' a  b', 'c']['a', 'b'][]['']",
            ),
            ("{{ s.partition(',') }}{{ s.rpartition(',') }}", "('a', ',', 'b,c')('a,b', ',', 'c')"),
            (
                "{{ s.partition('x') }}{{ s.rpartition('x') }}{{ s.partition(',')[2] }}",
                "('a,b,c', '', '')('', '', 'a,b,c')b,c",
            ),
            (
                "{{ 'a\\rb\\x0cc\\u2028d\\r\\n'.splitlines() }}{{ 'a\\nb'.splitlines(keepends=true) }}{{ ''.splitlines() }}",
                "['a', 'b', 'c', 'd']['a\\n', 'b'][]",
            ),
            ("{{ 'x</think>\\n\\ny'.split('</think>')[-1].lstrip('\\n') }}", "y"),
        ]);
        for wrong in ["'a'.split('')", "'a'.partition('')", "'a'.split(limit=1)", "'a'.rsplit(1)"] {
            fails(&format!("{{{{ {wrong} }}}}"));
        }
    }

    #[test]
    fn texts_are_stripped() {
        renders(&[
            ("{{ 'xxaxx'.strip('x') }}{{ 'xyaxy'.lstrip('xy') }}{{ 'xyaxy'.rstrip('yx') }}", "aaxyxya"),
            ("{{ '\\x1c a \\u00a0\\u3000'.strip() }}|{{ ' a '.strip(none) }}|{{ ' a'.rstrip() }}", "a|a| a"),
            ("{{ s.removeprefix('a,') }}{{ s.removesuffix(',c') }}{{ s.removeprefix('x') }}", "b,ca,ba,b,c"),
        ]);
    }

    #[test]
    fn texts_are_searched() {
        renders(&[
            (
                "{{ s.find('c') }} {{ s.rfind(',') }} {{ s.index('b') }} {{ s.rindex(',') }} {{ s.count(',') }} {{ s.find('zz') }}",
                "4 3 2 3 2 -1",
            ),
            (
                "{{ s.find('a', 1) }} {{ s.find('c', -1) }} {{ s.find(',', 2, 4) }} {{ s.count(',', 2) }} {{ s.find('', 9) }} {{ 'éa'.find('a') }}",
                "-1 4 3 1 -1 1",
            ),
            (
                "{{ s.startswith('a') }}{{ s.startswith(('x', 'a')) }}{{ s.endswith(('c', 'd')) }}{{ s.startswith('b', 2) }}{{ s.endswith('b', 0, 3) }}",
                "TrueTrueTrueTrueTrue",
            ),
        ]);
        for wrong in ["s.index('zz')", "s.rindex('zz')", "s.startswith(1)", "l.index(9)"] {
            fails(&format!("{{{{ {wrong} }}}}"));
        }
    }

    #[test]
    fn texts_are_written_otherwise() {
        renders(&[
            (
                "{{ 'hello wORLD it\\'s'.title() }} {{ 'aBc'.swapcase() }} {{ 'Straße'.casefold() }}",
                "Hello World It'S AbC strasse",
            ),
            (
                "{{ 'a'.zfill(3) }} {{ '-5'.zfill(4) }} {{ 'a'.center(4, '*') }} {{ 'ab'.center(5, '*') }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3) }}",
                "00a -005 *a** **ab* a  |   a",
            ),
            ("{{ '{} {}'.format(1, 'a') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{x}'.format(x=3) }}", "1 a aba 3"),
            (
                "{{ 'a-b'.replace('-', '+') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ ', '.join(['a', 'b']) }}",
                "a+b bba a, b",
            ),
        ]);
        fails("{{ 'a'.center(99999999999) }}");
    }

    #[test]
    fn lists_and_dicts_have_their_methods() {
        renders(&[
            (
                "{{ l.index(2) }} {{ l.count(3) }} {{ (1, 2).index(2) }} {{ l.copy() }} {{ d.copy().n }}",
                "2 1 1 [3, 1, 2] None",
            ),
            (
                "{{ d.get('n', 5) }} {{ d.get('zz') }} {{ d.get('zz', 5) }} {% for k, v in d.items() %}{{ k }}{% endfor %}",
                "None None 5 ban",
            ),
            (
                "{{ d.keys()|list }} {{ {'x': 1}.items()|list }} {{ {'x': 1}.values()|list }}",
                "['b', 'a', 'n'] [('x', 1)] [1]",
            ),
            (
                "{{ l[::-1] }} {{ 'abc'[::-1] }} {{ l[2:0:-1] }} {{ 'abcdef'[4:1:-1] }} {{ 'abc'[-10:2] }} {{ (1, 2, 3)[::-1] }}",
                "[2, 1, 3] cba [2, 1] edc ab (3, 2, 1)",
            ),
        ]);
    }
}
