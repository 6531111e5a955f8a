//! Messages of several lines: a line that ends in a backslash goes on in the next one, and everything between two
//! `"""` is one message, slashes and backslashes included.

const BLOCK: &str = "\"\"\"";

/// Whether `text`, as typed so far, waits for another line.
pub(super) fn is_open(text: &str) -> bool {
    match body(text).strip_prefix(BLOCK) {
        Some(block) => !block.trim_end().ends_with(BLOCK),
        None => text.trim_end_matches(['\r', '\n']).ends_with('\\'),
    }
}

/// What `text`, a message or what follows a command's name, says: without the marks that held its lines together.
pub(super) fn unfold(text: &str) -> String {
    let text = text.trim();
    if let Some(block) = text.strip_prefix(BLOCK) {
        let block = block.strip_suffix(BLOCK).unwrap_or(block);
        return block.trim_matches(['\r', '\n']).to_owned();
    }
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
        for closed in
            ["", "a", "a\\\nb", "\"\"\"a\"\"\"", "\"\"\"a\nb\n\"\"\" ", "/edit \"\"\"a\"\"\"", "say \"\"\" to me"]
        {
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

    proptest! {
        #[test]
        fn any_text_in_a_block_comes_out_as_it_is(text in "[^\"\r\n][^\"]{0,60}[^\"\r\n]") {
            let block = format!("{BLOCK}\n{text}\n{BLOCK}");
            prop_assert!(!is_open(&block));
            prop_assert_eq!(unfold(&block), text);
        }
    }
}
