//! Messages of several lines: a line that ends in a backslash goes on in the next one, and what stands between two `"""`
//! is said as it is, slashes and backslashes included.
//!
//! A block that begins with a line of its own ends with a line of its own, so that program text with `"""` in it can be
//! sent. Any other ends with the next `"""`; what stands behind that is part of the message.

const BLOCK: &str = "\"\"\"";

/// Whether `text`, as typed so far, waits for another line.
pub(super) fn is_open(text: &str) -> bool {
    match Block::of(body(text)) {
        Some(Block { end: None, .. }) => true,
        Some(Block { end: Some(_), behind, .. }) => ends_in_backslash(behind),
        None => ends_in_backslash(text),
    }
}

/// Whether `text`, as typed so far, is inside a block.
pub(super) fn opens_block(text: &str) -> bool {
    matches!(Block::of(body(text)), Some(Block { end: None, .. }))
}

/// What `text`, a message or what follows a command's name, says: without the marks that held its lines together.
pub(super) fn unfold(text: &str) -> String {
    let text = text.trim();
    match Block::of(text) {
        Some(Block { inside, behind, .. }) => inside.trim_matches(['\r', '\n']).to_owned() + &lines(behind),
        None => lines(text),
    }
}

/// A message that begins with `"""`.
struct Block<'a> {
    inside: &'a str,
    /// Where the closing mark is, once it is there.
    end: Option<usize>,
    /// What stands behind it.
    behind: &'a str,
}

impl<'a> Block<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let inside = text.strip_prefix(BLOCK)?;
        let first = inside.split('\n').next().unwrap_or_default();
        let end = if first.trim().is_empty() { own_line(inside) } else { inside.find(BLOCK) };
        let (inside, behind) = match end {
            Some(end) => (&inside[..end], &inside[end + BLOCK.len()..]),
            None => (inside, ""),
        };
        Some(Self { inside, end, behind })
    }
}

/// Where a line begins with `"""` and holds nothing else, or where the text ends with it.
fn own_line(text: &str) -> Option<usize> {
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        if from > 0 && line.trim() == BLOCK {
            return Some(from + line.len() - line.trim_start().len());
        }
        from += line.len();
    }
    None
}

fn ends_in_backslash(text: &str) -> bool {
    text.trim_end_matches(['\r', '\n']).ends_with('\\')
}

fn lines(text: &str) -> String {
    let mut lines = text.lines().map(|line| line.strip_suffix('\\').unwrap_or(line));
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + "\n" + line)
}

/// What comes after the command's name, or everything if there is none.
fn body(text: &str) -> &str {
    let text = text.trim_start();
    match text.split_once(char::is_whitespace) {
        Some((command, rest)) if command.starts_with('/') => rest.trim_start(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_backslash_or_a_block_waits_for_more() {
        for open in ["a\\", "a\\\n", "\"\"\"", "\"\"\"a\nb", "/system \"\"\"be brief", "/edit a\\", "a\\\nb\\"] {
            assert!(is_open(open), "{open:?}");
        }
        for closed in [
            "",
            "a",
            "a\\\nb",
            "\"\"\"a\"\"\"",
            "\"\"\"a\nb\"\"\"",
            "\"\"\"\na\nb\n\"\"\" ",
            "/edit \"\"\"a\"\"\"",
            "say \"\"\" to me",
        ] {
            assert!(!is_open(closed), "{closed:?}");
        }
    }

    #[test]
    fn the_marks_are_taken_away() {
        assert_eq!(unfold("a\\\nb"), "a\nb");
        assert_eq!(unfold("\"\"\"\n/alpha is\n  a \\ command\n\"\"\""), "/alpha is\n  a \\ command");
        assert_eq!(unfold("\"\"\"never closed"), "never closed");
        assert_eq!(unfold(" plain "), "plain");
        assert_eq!(unfold("pasted\nlines"), "pasted\nlines");
    }

    /// It waited for ever for a line that ends with the mark.
    #[test]
    fn text_behind_a_block_belongs_to_the_message() {
        assert!(!is_open("\"\"\"a\"\"\" b"));
        assert_eq!(unfold("\"\"\"a\"\"\" b"), "a b");
        assert!(is_open("\"\"\"a\"\"\" b\\"));
        assert_eq!(unfold("\"\"\"/a\"\"\" b\\\nc"), "/a b\nc");
    }

    /// It ended at the end of the first line that ended with the mark.
    #[test]
    fn a_block_on_lines_of_its_own_may_hold_the_mark() {
        let typed = "\"\"\"\ndef f():\n    \"\"\"Says hello.\"\"\"\n    pass";
        assert!(is_open(typed) && opens_block(typed));
        let whole = format!("{typed}\n\"\"\"");
        assert!(!is_open(&whole));
        assert_eq!(unfold(&whole), "def f():\n    \"\"\"Says hello.\"\"\"\n    pass");
    }

    proptest! {
        #[test]
        fn any_text_in_a_block_comes_out_as_it_is(text in "[^\"\r\n][^\"]{0,60}[^\"\r\n]") {
            let block = format!("{BLOCK}\n{text}\n{BLOCK}");
            prop_assert!(!is_open(&block));
            prop_assert_eq!(unfold(&block), text);
        }
    }
}
