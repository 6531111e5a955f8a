//! White space as Python sees it, and texts cut and filled at it.

/// `str.isspace` of one character: Unicode's white space and four separators of ASCII.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// `text.strip(characters)`.
pub(super) fn trim<'a>(text: &'a str, characters: Option<&str>) -> &'a str {
    trim_start(trim_end(text, characters), characters)
}

/// `text.lstrip(characters)`.
pub(super) fn trim_start<'a>(text: &'a str, characters: Option<&str>) -> &'a str {
    match characters {
        Some(characters) => text.trim_start_matches(|c| characters.contains(c)),
        None => text.trim_start_matches(is_space),
    }
}

/// `text.rstrip(characters)`.
pub(super) fn trim_end<'a>(text: &'a str, characters: Option<&str>) -> &'a str {
    match characters {
        Some(characters) => text.trim_end_matches(|c| characters.contains(c)),
        None => text.trim_end_matches(is_space),
    }
}

/// `text.split(None, limit)`: the words, at most `limit` of them and the rest.
pub(super) fn words(text: &str, limit: usize) -> Vec<&str> {
    let mut rest = trim_start(text, None);
    let mut words = vec![];
    while !rest.is_empty() {
        let end = if words.len() == limit { rest.len() } else { rest.find(is_space).unwrap_or(rest.len()) };
        words.push(&rest[..end]);
        rest = trim_start(&rest[end..], None);
    }
    words
}

/// `text.rsplit(None, limit)`: the same from the end.
pub(super) fn words_from_end(text: &str, limit: usize) -> Vec<&str> {
    let mut rest = trim_end(text, None);
    let mut words = vec![];
    while !rest.is_empty() {
        let space = rest.char_indices().rev().find(|(_, c)| is_space(*c)).filter(|_| words.len() < limit);
        let begin = space.map_or(0, |(at, space)| at + space.len_utf8());
        words.push(&rest[begin..]);
        rest = trim_end(&rest[..begin], None);
    }
    words.reverse();
    words
}

/// `text.splitlines(keeps_ends)`.
pub(super) fn lines(text: &str, keeps_ends: bool) -> Vec<&str> {
    let is_end =
        |c: char| matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut rest = text;
    let mut lines = vec![];
    while !rest.is_empty() {
        let end = rest.find(is_end).unwrap_or(rest.len());
        let length = match rest[end..].chars().next() {
            Some('\r') if rest[end + 1..].starts_with('\n') => 2,
            Some(character) => character.len_utf8(),
            None => 0,
        };
        lines.push(&rest[..if keeps_ends { end + length } else { end }]);
        rest = &rest[end + length..];
    }
    lines
}

/// `text.center(width, fill)`: where the blanks do not share evenly, Python looks at the width.
pub(super) fn center(text: &str, width: usize, fill: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let left = missing / 2 + (missing & width & 1);
    filled(text, left, missing - left, fill)
}

/// `text` between so many `fill`.
pub(super) fn filled(text: &str, left: usize, right: usize, fill: char) -> String {
    let fill = |count| std::iter::repeat_n(fill, count);
    fill(left).chain(text.chars()).chain(fill(right)).collect()
}
