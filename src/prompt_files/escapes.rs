//! Escapes in prompts, as files for llama.cpp's own tools have them: a prompt a line, whose line ends are written `\n`.

/// `text` with its escapes read: `\n`, `\r`, `\t`, `\\`, `\"`, `\'` and `\xHH` below 80. Anything else behind a backslash
/// stays as it is, as llama.cpp keeps it.
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        read.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let hex = || {
            let digits =
                behind.strip_prefix('x')?.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii).map(char::from)
        };
        let (c, n) = match behind.chars().next() {
            Some('n') => ('\n', 1),
            Some('r') => ('\r', 1),
            Some('t') => ('\t', 1),
            Some(c @ ('\\' | '"' | '\'')) => (c, 1),
            _ => hex().map_or(('\\', 0), |c| (c, 3)),
        };
        read.push(c);
        rest = &behind[n..];
    }
    read + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_read_and_other_backslashes_stay() {
        assert_eq!(unescape(r"user\nhi\tthere\\n"), "user\nhi\tthere\\n");
        assert_eq!(unescape(r#"\"a\' \x41\x7a \xff \q \"#), "\"a' Az \\xff \\q \\");
        assert_eq!(unescape("C:\\x4"), "C:\\x4");
    }

    proptest! {
        #[test]
        fn a_written_text_is_read_back(text in "(?s).{0,30}") {
            let written = text.replace('\\', r"\\").replace('\n', r"\n").replace('\r', r"\r").replace('\t', r"\t");
            prop_assert_eq!(unescape(&written), text);
        }
    }
}
