//! Two texts beside each other, or one under the other where there is no room.

use textwrap::core::display_width;

/// What stands between the columns.
const GAP: &str = " │ ";
/// A column narrower than this is harder to read than two texts one under the other.
const MIN_COLUMN: usize = 36;

/// A text with a title.
pub(super) struct Column<'a> {
    pub title: &'a str,
    pub text: &'a str,
}

/// Both columns in `width` cells of a terminal; characters of double width count as two.
pub(super) fn side_by_side(left: &Column<'_>, right: &Column<'_>, width: usize) -> String {
    let column = width.saturating_sub(display_width(GAP)) / 2;
    if column < MIN_COLUMN {
        return one_under_the_other(left, right);
    }
    let lines = |text: &Column<'_>| -> Vec<String> {
        let wrapped = textwrap::wrap(text.text.trim_end(), column);
        [text.title.to_owned(), "─".repeat(column)].into_iter().chain(wrapped.into_iter().map(Into::into)).collect()
    };
    let (left, right) = (lines(left), lines(right));
    let nothing = String::new();
    let mut text = String::new();
    for row in 0..left.len().max(right.len()) {
        let (left, right) = (left.get(row).unwrap_or(&nothing), right.get(row).unwrap_or(&nothing));
        let padding = " ".repeat(column.saturating_sub(display_width(left)));
        text.push_str(format!("{left}{padding}{GAP}{right}").trim_end());
        text.push('\n');
    }
    text
}

/// Both texts, whole, each under its title.
pub(super) fn one_under_the_other(left: &Column<'_>, right: &Column<'_>) -> String {
    let block = |text: &Column<'_>| format!("── {}\n{}\n", text.title, text.text.trim_end());
    block(left) + &block(right)
}

/// The beginning of `text` on one line of `width` cells; `…` if that is not all of it.
pub(super) fn one_line(text: &str, width: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if display_width(&text) <= width {
        return text;
    }
    let mut cut = String::new();
    for character in text.chars() {
        if display_width(&cut) + display_width(character.encode_utf8(&mut [0; 4])) + 1 > width {
            break;
        }
        cut.push(character);
    }
    cut.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_terminals_get_columns_and_narrow_ones_blocks() {
        let (left, right) = (Column { title: "α 0", text: "one two" }, Column { title: "α 1", text: "三" });
        let wide = side_by_side(&left, &right, 81);
        let bar = "─".repeat(39);
        let pad = |text: &str, cells: usize| format!("{text}{}", " ".repeat(cells));
        let expected = format!("{} │ α 1\n{bar} │ {bar}\n{} │ 三\n", pad("α 0", 36), pad("one two", 32));
        assert_eq!(wide, expected);
        assert_eq!(side_by_side(&left, &right, 60), "── α 0\none two\n── α 1\n三\n");
    }

    #[test]
    fn one_line_is_cut_by_cells() {
        assert_eq!(one_line("a\n b", 10), "a b");
        assert_eq!(one_line("ベルトを止める", 9), "ベルトを…");
        assert_eq!(one_line("four", 4), "four");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            left in "[a-z あ漢\n]{0,200}", right in "[a-z あ漢\n]{0,200}", width in 75_usize..200,
        ) {
            let columns = side_by_side(&Column { title: "l", text: &left }, &Column { title: "r", text: &right }, width);
            for line in columns.lines() {
                prop_assert!(display_width(line) <= width, "{line:?}");
            }
        }

        #[test]
        fn one_line_fits(text in "[a-z あ漢\n]{0,200}", width in 2_usize..100) {
            prop_assert!(display_width(&one_line(&text, width)) <= width);
        }
    }
}
