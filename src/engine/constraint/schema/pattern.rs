//! A `pattern`, in JSON Schema an ECMA-262 regular expression, in the syntax of Rust's `regex-syntax`.
//!
//! The two agree on most patterns. Where they differ, the pattern is rewritten to keep its meaning; what `regex-syntax`
//! lacks is refused by name.

/// What `\s` matches in ECMA-262.
const SPACES: &str = r"\t\n\x0B\x0C\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";
/// What `.` does not match in ECMA-262.
const LINE_ENDS: &str = r"\n\r\u{2028}\u{2029}";

/// `pattern` as `regex-syntax` takes it, or what in it is not supported.
pub(super) fn translated(pattern: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                let escaped = chars.next().ok_or("a trailing \\")?;
                escape(escaped, &mut chars, &mut out)?;
            }
            // Rust would begin a nested class.
            '[' if in_class => out.push_str(r"\["),
            '[' => {
                in_class = true;
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if chars.peek() == Some(&']') {
                    return Err("an empty class ([] or [^])".to_owned());
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Doubled, an operator in Rust.
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(char);
            }
            '-' if in_class && chars.peek() == Some(&'-') => {
                return Err("-- in a class; write \\- for a hyphen".to_owned());
            }
            '.' if !in_class => {
                out.push_str("[^");
                out.push_str(LINE_ENDS);
                out.push(']');
            }
            '(' if !in_class && chars.peek() == Some(&'?') => {
                chars.next();
                if chars.next() != Some(':') {
                    return Err("a (? group other than (?:".to_owned());
                }
                out.push_str("(?:");
            }
            char => out.push(char),
        }
    }
    Ok(out)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Translates `\` followed by `escaped`.
fn escape(escaped: char, chars: &mut Chars<'_>, out: &mut String) -> Result<(), String> {
    match escaped {
        's' => {
            out.push('[');
            out.push_str(SPACES);
            out.push(']');
        }
        'S' => {
            out.push_str("[^");
            out.push_str(SPACES);
            out.push(']');
        }
        'd' | 'D' | 'w' | 'W' | 'n' | 'r' | 't' | 'v' | 'f' => {
            out.push('\\');
            out.push(escaped);
        }
        'p' | 'P' if chars.peek() == Some(&'{') => {
            out.push('\\');
            out.push(escaped);
        }
        'x' => code(escaped, 2, chars, out)?,
        'u' => code(escaped, 4, chars, out)?,
        // Word boundaries in Rust.
        '<' | '>' => out.push(escaped),
        _ if escaped.is_ascii_punctuation() => {
            out.push('\\');
            out.push(escaped);
        }
        _ if escaped.is_ascii() => return Err(format!("\\{escaped}")),
        _ => out.push(escaped),
    }
    Ok(())
}

/// A character given by its code point.
fn code(kind: char, digits: usize, chars: &mut Chars<'_>, out: &mut String) -> Result<(), String> {
    let hex: String = chars.take(digits).collect();
    let number = u32::from_str_radix(&hex, 16).ok().filter(|_| hex.len() == digits && !hex.starts_with('+'));
    let Some(char) = number.and_then(char::from_u32) else { return Err(format!("\\{kind}{hex}")) };
    out.push_str(&format!(r"\u{{{:X}}}", u32::from(char)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_read_alike_stays() {
        for pattern in [r"^a|b$", r"[a-z_]+\d{2,3}\.", r"(?:x|y)*?", r"[^\d\-]", "日本", r"\p{L}+", r"\/", "a{2}"] {
            assert_eq!(translated(pattern).unwrap(), pattern);
        }
    }

    #[test]
    fn what_they_read_differently_is_rewritten() {
        for (pattern, expected) in [
            ("[[a]", r"[\[a]"),
            ("[a&&b~~]", r"[a\&\&b\~\~]"),
            (r"\<b\>", "<b>"),
            (r"\x41\u00e9", r"\u{41}\u{E9}"),
            (r"\é", "é"),
            ("a.b", r"a[^\n\r\u{2028}\u{2029}]b"),
            ("[.]", "[.]"),
        ] {
            assert_eq!(translated(pattern).unwrap(), expected, "{pattern}");
        }
        assert!(translated(r"\s").unwrap().contains(r"\u{FEFF}"));
        assert!(translated(r"[\S]").unwrap().starts_with(r"[[^\t"));
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        for (pattern, named) in [
            ("(?=a)", "(?"),
            ("(?<name>a)", "(?"),
            (r"\bword", r"\b"),
            (r"(a)\1", r"\1"),
            (r"\ud83d", r"\ud83d"),
            (r"\u{1}", r"\u{1}"),
            (r"\x4", r"\x4"),
            ("[]", "empty class"),
            ("[^]", "empty class"),
            ("[a--b]", "--"),
            (r"\", r"\"),
            (r"\A", r"\A"),
            (r"\pL", r"\p"),
        ] {
            let what = translated(pattern).unwrap_err();
            assert!(what.contains(named), "{pattern}: {what}");
        }
    }
}
