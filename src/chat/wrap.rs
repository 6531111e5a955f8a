//! Lines that end between words: an answer as it comes, and texts that are there as a whole.

use textwrap::core::display_width;
use unicode_width::UnicodeWidthChar;

/// What must not begin a line in Japanese (the usual *kinsoku* characters).
const NEVER_FIRST: &str = ")]、。，．・：；？！ー」』）】〕〉》”’…‥々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ";

/// Columns that stay free, so that no terminal wraps a full line again.
const MARGIN: usize = 1;

/// Narrower terminals wrap for themselves.
const MIN_WIDTH: usize = 20;

/// Breaks a text that comes in pieces. A word waits until it is whole.
#[derive(Debug)]
pub(super) struct Wrap {
    width: usize,
    column: usize,
    /// White space that is written before the word, unless the line ends there.
    blanks: String,
    word: String,
}

impl Wrap {
    /// For a terminal of `width` columns.
    pub fn new(width: usize) -> Self {
        Self { width: width.saturating_sub(MARGIN), column: 0, blanks: String::new(), word: String::new() }
    }

    /// Takes the next piece; what can be written now is added to `out`.
    pub fn push(&mut self, text: &str, out: &mut String) {
        if self.width < MIN_WIDTH {
            out.push_str(text);
            return;
        }
        for c in text.chars() {
            match c {
                '\n' => {
                    self.end_word(out);
                    self.blanks.clear();
                    out.push('\n');
                    self.column = 0;
                }
                c if c.is_whitespace() && c != '\u{a0}' => {
                    self.end_word(out);
                    self.blanks.push(c);
                }
                c => {
                    let is_wide = |c: char| c.width() == Some(2);
                    let may_break = self.word.chars().last().is_some_and(|last| is_wide(last) || is_wide(c));
                    if may_break && !NEVER_FIRST.contains(c) {
                        self.end_word(out);
                    }
                    self.word.push(c);
                }
            }
        }
    }

    /// Nothing more comes: writes what waited.
    pub fn finish(&mut self, out: &mut String) {
        self.end_word(out);
        out.push_str(&std::mem::take(&mut self.blanks));
    }

    fn end_word(&mut self, out: &mut String) {
        if self.word.is_empty() {
            return;
        }
        let (blanks, word) = (display_width(&self.blanks), display_width(&self.word));
        if self.column > 0 && self.column + blanks + word > self.width {
            out.push('\n');
            self.column = 0;
        } else {
            out.push_str(&self.blanks);
            self.column += blanks;
        }
        self.blanks.clear();
        out.push_str(&self.word);
        self.column += word;
        self.word.clear();
    }
}

/// `text` in lines for a terminal of `width` columns, Japanese broken between characters.
#[must_use]
pub fn filled(text: &str, width: usize) -> String {
    let (mut wrap, mut out) = (Wrap::new(width), String::new());
    wrap.push(text, &mut out);
    wrap.finish(&mut out);
    out
}

/// The lines of `text` for a terminal of `width` columns. Where a line has a column behind two blanks, as lists of
/// commands have, it goes on in that column.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    let width = width.saturating_sub(MARGIN);
    if width < MIN_WIDTH {
        return text.to_owned();
    }
    let lines = text.split('\n').map(|line| {
        let hanging = " ".repeat(second_column(line).filter(|column| column * 2 < width).unwrap_or(0));
        let options = textwrap::Options::new(width).subsequent_indent(&hanging).break_words(false);
        if display_width(line) <= width { line.to_owned() } else { textwrap::fill(line, options) }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where what follows two blanks begins, in cells.
fn second_column(line: &str) -> Option<usize> {
    let gap = line.trim_start().find("  ")? + (line.len() - line.trim_start().len());
    let rest = line[gap..].trim_start();
    Some(display_width(&line[..line.len() - rest.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn streamed(pieces: &[&str], width: usize) -> String {
        let (mut wrap, mut out) = (Wrap::new(width), String::new());
        for piece in pieces {
            wrap.push(piece, &mut out);
        }
        wrap.finish(&mut out);
        out
    }

    #[test]
    fn no_word_is_cut_at_the_edge() {
        let text = "The lathe is cleaned with a soft brush and a dry cloth.";
        assert_eq!(streamed(&[text], 31), "The lathe is cleaned with a\nsoft brush and a dry cloth.");
        assert_eq!(streamed(&["- one\n  ", "two"], 31), "- one\n  two");
        let long = "x".repeat(50);
        assert_eq!(streamed(&["see ", &long, " there"], 31), format!("see\n{long}\nthere"));
    }

    #[test]
    fn japanese_breaks_between_characters_but_not_before_a_full_stop() {
        assert_eq!(streamed(&["旋盤の安全ガードを確認します。"], 21), "旋盤の安全ガードを確\n認します。");
        assert_eq!(streamed(&["旋盤の安全ガードの確認。終"], 23), "旋盤の安全ガードの確\n認。終");
    }

    #[test]
    fn a_list_of_commands_goes_on_in_its_second_column() {
        let text = "/alpha X   set the strength of every vector";
        assert_eq!(wrapped(text, 31), "/alpha X   set the strength of\n           every vector");
        assert_eq!(wrapped("short", 31), "short");
    }

    proptest! {
        #[test]
        fn cutting_makes_no_difference_and_nothing_is_lost(
            text in "([a-z]{1,9} ?|[あ漢。]{1,4}|\n){0,40}", cuts in prop::collection::vec(1_usize..6, 0..80),
        ) {
            let (mut pieces, mut rest) = (vec![], text.as_str());
            for cut in cuts {
                let at = rest.char_indices().nth(cut).map_or(rest.len(), |(at, _)| at);
                let (now, later) = rest.split_at(at);
                pieces.push(now);
                rest = later;
            }
            pieces.push(rest);
            let whole = streamed(&[&text], 24);
            prop_assert_eq!(&streamed(&pieces, 24), &whole);
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&whole), letters(&text));
            for line in whole.lines() {
                // A word that is longer than a line stays whole.
                let is_one_word = !line.trim().contains([' ', 'あ', '漢']);
                prop_assert!(is_one_word || display_width(line.trim_end()) <= 23 + 2, "{line:?}");
            }
        }
    }
}
