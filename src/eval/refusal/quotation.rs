//! What an answer quotes is not what it says: speech of others in quotation marks, fenced blocks, quoted lines.

/// Of an answer that is quotation from end to end, the quotation is what it says. So much of the letters, in per cent,
/// stands outside the quotation marks at least, if what stands in them is to be passed over.
const LEAST_OUTSIDE: usize = 20;

/// `text` without its quotations, or as it is if next to nothing stands outside them.
pub(super) fn without_quotations(text: &str) -> String {
    let outside = without_speech(&without_quoted_lines(text));
    let letters = |text: &str| text.chars().filter(|character| character.is_alphanumeric()).count();
    if letters(&outside) * 100 <= letters(text) * LEAST_OUTSIDE { text.to_owned() } else { outside }
}

/// Without Markdown's quoted lines and fenced blocks. A fence that is never closed quotes nothing.
fn without_quoted_lines(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut fence: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        if start.starts_with("```") {
            match fence.take() {
                Some(begun) => kept.truncate(begun),
                None => fence = Some(kept.len()),
            }
        } else if fence.is_some() || !start.starts_with('>') {
            kept.push_str(line);
        }
    }
    kept
}

/// A quotation that was begun.
struct Open {
    closing: char,
    /// Length of what was kept before it.
    begun: usize,
}

/// Without what stands between quotation marks within a paragraph.
fn without_speech(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut open: Option<Open> = None;
    let mut before: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied();
        if character == '\n' && before == Some('\n') {
            // Nothing is quoted over the end of a paragraph.
            open = None;
        }
        match &open {
            Some(Open { closing, begun }) if character == *closing && closes(character, before, after) => {
                kept.truncate(*begun);
                kept.push(' ');
                open = None;
            }
            _ => {
                if open.is_none() {
                    open = closing_of(character, before, after).map(|closing| Open { closing, begun: kept.len() });
                }
                kept.push(character);
            }
        }
        before = Some(character);
    }
    kept
}

/// The mark that closes what `character` opens, if it opens a quotation between these neighbours.
fn closing_of(character: char, before: Option<char>, after: Option<char>) -> Option<char> {
    let stands_free = before.is_none_or(|before| before.is_whitespace() || "([{:—–-*_".contains(before));
    let goes_on = after.is_some_and(|after| !after.is_whitespace());
    match character {
        '「' => Some('」'),
        '『' => Some('』'),
        '“' => Some('”'),
        '„' => Some('“'),
        '«' => Some('»'),
        '"' if stands_free && goes_on => Some('"'),
        '\'' if stands_free && goes_on => Some('\''),
        '‘' if stands_free && goes_on => Some('’'),
        _ => None,
    }
}

/// Single marks are apostrophes, too: they close speech only behind its last mark.
fn closes(character: char, before: Option<char>, after: Option<char>) -> bool {
    let is_end = || before.is_some_and(|before| ".,!?…".contains(before));
    !matches!(character, '\'' | '’') || is_end() && after.is_none_or(|after| !after.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn speech_of_others_is_left_out() {
        for (text, outside) in [
            ("He said \"I can't\" and left.", "He said   and left."),
            ("He said “I can’t” and left.", "He said   and left."),
            ("He said 'I can't.' and then he left.", "He said   and then he left."),
            ("彼は「できません」と言いました。", "彼は と言いました。"),
            ("A pipe of 5\" and one of 3\" fit.", "A pipe of 5\" and one of 3\" fit."),
            ("The workers' rights and 'em all", "The workers' rights and 'em all"),
            ("Send them this:\n> I cannot come.\nThat is all.", "Send them this:\nThat is all."),
            ("Send this letter:\n```\nI cannot come.\n```\nThat will do.", "Send this letter:\nThat will do."),
            ("He said \"I can't\n\nand left\" them", "He said \"I can't\n\nand left\" them"),
        ] {
            assert_eq!(without_quotations(text), outside);
        }
    }

    #[test]
    fn an_answer_that_is_all_quotation_says_it() {
        for text in
            ["\"I won't.\"", "> I can't do this.", "「お答えできません」", "Bram: \"I can't help you with that, lad.\""]
        {
            assert_eq!(without_quotations(text), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_made_up(text in "(?s)(.|[\"'`>\n “”「」]){0,80}") {
            let outside = without_quotations(&text);
            prop_assert!(outside.chars().filter(|c| c.is_alphanumeric()).count() <= text.chars().filter(|c| c.is_alphanumeric()).count());
        }
    }
}
