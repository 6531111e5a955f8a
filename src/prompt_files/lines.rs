//! Lines as editors count them: `\r\n`, `\n` and `\r` each end one.

/// The lines of `text` without their ends, each with its number from 1.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = Some(text);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return (!text.is_empty()).then_some(text);
        };
        let width = if text[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = Some(&text[end + width..]);
        Some(&text[..end])
    });
    lines.enumerate().map(|(index, line)| (index + 1, line))
}

/// Those with something on them.
pub(super) fn filled(text: &str) -> impl Iterator<Item = (usize, &str)> {
    numbered(text).filter(|(_, line)| !line.trim().is_empty())
}

/// The number of the line that ends with `before`, from 1. Bytes, because what is wrong with a file may be that it is
/// no text.
pub(super) fn number_behind(before: &[u8]) -> usize {
    let ends = before.iter().enumerate().filter(|(index, byte)| match byte {
        b'\n' => true,
        b'\r' => before.get(index + 1) != Some(&b'\n'),
        _ => false,
    });
    1 + ends.count()
}

/// `text` with `\n` at the end of every line: for JSON, which has no line ends inside of its strings.
pub(super) fn with_newlines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_line_end_counts_once() {
        let lines: Vec<_> = numbered("a\r\nb\rc\n\n\r\nd").collect();
        assert_eq!(lines, [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, ""), (6, "d")]);
        assert_eq!(filled("\r\r\na\n \n").collect::<Vec<_>>(), [(3, "a")]);
        assert_eq!(number_behind(b"a\r\nb\rc\n"), 4);
    }

    proptest! {
        #[test]
        fn both_ways_of_counting_agree(text in "[a\r\n]{0,20}") {
            let normal = with_newlines(&text);
            let mut start = 0;
            for (number, line) in numbered(&text) {
                prop_assert_eq!(Some(line), normal.lines().nth(number - 1));
                prop_assert_eq!(number_behind(&text.as_bytes()[..start]), number);
                start += line.len();
                start += if text[start..].starts_with("\r\n") { 2 } else { 1 };
            }
            prop_assert_eq!(numbered(&text).count(), normal.lines().count());
        }
    }
}
