//! Characters that are not text, made visible.

use std::borrow::Cow;

/// `text` as a terminal may get it: line ends and tabs stay, every other control character becomes the picture of itself
/// (`␛`), and what turns the direction of writing around, or hides, becomes its number.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // A line end of Windows. Alone it would write the line anew.
            '\r' if rest.peek() == Some(&'\n') => {}
            c if !is_unsafe(c) => shown.push(c),
            '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\x7f' => shown.push('␡'),
            c => shown.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

fn is_unsafe(c: char) -> bool {
    let is_control = c.is_control() && !matches!(c, '\n' | '\t');
    // Marks of direction (UAX 9), by which a line can read as another, and line ends that some terminals obey.
    is_control || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_become_pictures_or_numbers() {
        assert_eq!(visible("a\x1b[2Jb\x07"), "a␛[2Jb␇");
        assert_eq!(visible("a\r\nb\rc\x7f"), "a\nb␍c␡");
        assert_eq!(visible("\u{9d}52;c;x\u{9c}"), "\\u{9d}52;c;x\\u{9c}");
        assert_eq!(visible("\u{202e}txt.exe"), "\\u{202e}txt.exe");
        assert!(matches!(visible("plain\t漢字 🧑‍🔧 العربية\n"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left_and_text_stays(text in "(?s).{0,40}") {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(is_unsafe));
            let kept = |text: &str| text.chars().filter(|c| !is_unsafe(*c)).collect::<String>();
            prop_assert!(shown.len() >= kept(&text).len());
        }
    }
}
