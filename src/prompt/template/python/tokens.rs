//! The tokens of a tag.

use std::ops::Range;

/// A token with the white space before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub white: &'a str,
    pub text: &'a str,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Keywords too.
    Name,
    Number,
    /// With its quotes.
    Text,
    Symbol,
}

impl<'a> Token<'a> {
    pub(super) fn symbol(text: &'a str) -> Self {
        Self { white: "", text, kind: Kind::Symbol }
    }

    pub(super) fn is_symbol(&self, any: &[&str]) -> bool {
        self.kind == Kind::Symbol && any.contains(&self.text)
    }
}

/// The tokens of a tag up to its `close`, and where the white space before that begins and the tag ends.
pub(super) fn tokens<'a>(inner: &'a str, close: &str) -> Option<(Vec<Token<'a>>, Range<usize>)> {
    let mut tokens = vec![];
    let mut open_brackets = 0_usize;
    let mut at = 0;
    loop {
        let rest = inner[at..].trim_start();
        let begin = inner.len() - rest.len();
        if open_brackets == 0 {
            let signless = rest.strip_prefix(['-', '+']).unwrap_or(rest);
            if signless.starts_with(close) {
                return Some((tokens, at..inner.len() - signless.len() + close.len()));
            }
        }
        let (length, kind) = first(rest, tokens.last())?;
        let token = Token { white: &inner[at..begin], text: &rest[..length], kind };
        if token.is_symbol(&["(", "[", "{"]) {
            open_brackets += 1;
        } else if token.is_symbol(&[")", "]", "}"]) {
            open_brackets = open_brackets.saturating_sub(1);
        }
        tokens.push(token);
        at = begin + length;
    }
}

/// The length and kind of the first token.
fn first(rest: &str, previous: Option<&Token<'_>>) -> Option<(usize, Kind)> {
    let character = rest.chars().next()?;
    let found = match character {
        '\'' | '"' => (end_of_text(rest, character)?, Kind::Text),
        // `pair.0.1` has no fraction.
        '0'..='9' => (end_of_number(rest, previous.is_some_and(|token| token.is_symbol(&["."]))), Kind::Number),
        _ if is_in_name(character) => (rest.find(|c| !is_in_name(c)).unwrap_or(rest.len()), Kind::Name),
        _ => {
            let is_two = ["//", "**", "==", "!=", ">=", "<="].iter().any(|symbol| rest.starts_with(symbol));
            (if is_two { 2 } else { character.len_utf8() }, Kind::Symbol)
        }
    };
    Some(found)
}

fn end_of_text(rest: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    let is_end = |(_, character): &(usize, char)| {
        let is_end = *character == quote && !is_escaped;
        is_escaped = *character == '\\' && !is_escaped;
        is_end
    };
    rest.char_indices().skip(1).find(is_end).map(|(at, _)| at + 1)
}

fn end_of_number(rest: &str, is_whole: bool) -> usize {
    let bytes = rest.as_bytes();
    let is_hexadecimal = matches!(bytes.get(1), Some(b'x' | b'X'));
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let goes_on = |at: usize| match bytes.get(at) {
        Some(b'.') => !is_whole && is_digit(at + 1),
        Some(b'+' | b'-') => !is_hexadecimal && matches!(bytes[at - 1], b'e' | b'E') && is_digit(at + 1),
        Some(byte) => byte.is_ascii_alphanumeric() || *byte == b'_',
        None => false,
    };
    (1..).find(|at| !goes_on(*at)).unwrap_or(bytes.len())
}

fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_cut_into_its_tokens() {
        let inner = "- x.0.1 + 1.5e-3 ~ 'it\\'s %}'[ a -%}] -%} tail %}";
        let (tokens, tail) = tokens(inner, "%}").unwrap();
        let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        let expected = ["-", "x", ".", "0", ".", "1", "+", "1.5e-3", "~", "'it\\'s %}'", "[", "a", "-", "%", "}", "]"];
        // The brace that was never opened closes nothing that matters.
        assert_eq!(texts, expected);
        assert_eq!(&inner[tail], " -%}");
        assert_eq!(super::tokens("'no end", "%}"), None);
    }
}
