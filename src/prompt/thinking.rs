//! What a reasoning model thinks before it answers: `<think>…</think>` at the head of its text, told apart while it
//! streams.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// A piece of what a model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It is still thinking.
    Thinking(&'a str),
    /// It answers.
    Text(&'a str),
}

/// Tells thinking from answering. White space around either is dropped, as templates drop it.
#[derive(Debug)]
pub(super) struct Splitter {
    state: State,
    /// What cannot be told yet, or is white space that may turn out to be the end.
    pending: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space and perhaps a part of `<think>` has come.
    Begin,
    /// Behind `<think>`; `true` once something was thought.
    Thinking(bool),
    /// Behind `</think>`, before the first letter of the answer.
    Between,
    Answer,
}

impl Splitter {
    /// Some templates write the `<think>` themselves: then the text begins inside.
    pub fn behind(prompt: &str) -> Self {
        let is_open = prompt.trim_end().ends_with(OPEN);
        Self { state: if is_open { State::Thinking(false) } else { State::Begin }, pending: String::new() }
    }

    /// Adds `text` and gives out what can be told.
    pub fn push(&mut self, text: &str, out: &mut dyn FnMut(Piece<'_>)) {
        self.pending.push_str(text);
        loop {
            match self.state {
                State::Begin => {
                    let head = self.pending.trim_start();
                    if let Some(rest) = head.strip_prefix(OPEN) {
                        self.pending = rest.to_owned();
                        self.state = State::Thinking(false);
                    } else if OPEN.starts_with(head) {
                        return;
                    } else {
                        self.state = State::Answer;
                    }
                }
                State::Thinking(has_begun) => {
                    let end = self.pending.find(CLOSE);
                    let thought = &self.pending[..end.unwrap_or(self.pending.len() - held_back(&self.pending))];
                    let thought = thought.trim_end();
                    let from = if has_begun { 0 } else { thought.len() - thought.trim_start().len() };
                    if from < thought.len() {
                        out(Piece::Thinking(&thought[from..]));
                        self.state = State::Thinking(true);
                    }
                    let Some(end) = end else {
                        self.pending.drain(..thought.len());
                        return;
                    };
                    self.pending.drain(..end + CLOSE.len());
                    self.state = State::Between;
                }
                State::Between => {
                    self.pending = self.pending.trim_start().to_owned();
                    if self.pending.is_empty() {
                        return;
                    }
                    self.state = State::Answer;
                }
                State::Answer => {
                    if !self.pending.is_empty() {
                        out(Piece::Text(&self.pending));
                        self.pending.clear();
                    }
                    return;
                }
            }
        }
    }

    /// Nothing more comes: gives out what was held back.
    pub fn finish(&mut self, out: &mut dyn FnMut(Piece<'_>)) {
        let pending = std::mem::take(&mut self.pending);
        match self.state {
            State::Thinking(_) if !pending.trim_end().is_empty() => out(Piece::Thinking(pending.trim_end())),
            State::Begin if !pending.is_empty() => out(Piece::Text(&pending)),
            _ => {}
        }
    }
}

/// How many bytes at the end of `text` may be the beginning of `</think>`.
fn held_back(text: &str) -> usize {
    (1..CLOSE.len()).rev().find(|&length| text.ends_with(&CLOSE[..length])).unwrap_or(0)
}

/// What is said of an answer without the thinking before it: a reasoning model argues with itself there, and nobody reads
/// it. If it only thought, nothing.
pub(crate) fn spoken(answer: &str) -> &str {
    // The template may have written the opening tag, so it need not be there.
    let answer = answer.trim();
    match answer.split_once("</think>") {
        Some((_, spoken)) => spoken.trim(),
        None if answer.starts_with("<think>") => "",
        None => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(prompt: &str, pieces: &[&str]) -> (String, String) {
        let (mut thinking, mut text) = (String::new(), String::new());
        let mut out = |piece: Piece<'_>| match piece {
            Piece::Thinking(piece) => thinking.push_str(piece),
            Piece::Text(piece) => text.push_str(piece),
        };
        let mut splitter = Splitter::behind(prompt);
        for piece in pieces {
            splitter.push(piece, &mut out);
        }
        splitter.finish(&mut out);
        (thinking, text)
    }

    fn both(thinking: &str, text: &str) -> (String, String) {
        (thinking.to_owned(), text.to_owned())
    }

    #[test]
    fn thinking_and_answer_are_told_apart() {
        assert_eq!(split("", &["<think>\nhm\n</think>\n\nYes."]), both("hm", "Yes."));
        assert_eq!(split("", &["\n<think>\n\n</think>\n\nYes."]), both("", "Yes."));
        assert_eq!(split("", &["Yes, <think> is a tag."]), both("", "Yes, <think> is a tag."));
        assert_eq!(split("", &[" two\n"]), both("", " two\n"));
        assert_eq!(split("", &["<thin"]), both("", "<thin"));
        assert_eq!(split("", &["<think>a < b </thin"]), both("a < b </thin", ""));
    }

    #[test]
    fn a_template_may_have_opened_the_thinking() {
        assert_eq!(split("<|Assistant|><think>\n", &["hm</think>Yes."]), both("hm", "Yes."));
        assert_eq!(split("<think>\n\n</think>\n\n", &["Yes."]), both("", "Yes."));
    }

    proptest! {
        #[test]
        fn any_cutting_gives_the_same(
            thinking in "([a-z<>/あ] ?){1,12}", text in "[a-z<>/ あ]{0,20}", cuts in prop::collection::vec(1_usize..4, 0..60),
        ) {
            let whole = format!("<think>\n{thinking}\n</think>\n\n{text}");
            let characters: Vec<char> = whole.chars().collect();
            let (mut pieces, mut rest) = (vec![], characters.as_slice());
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                pieces.push(now.iter().collect::<String>());
                rest = later;
            }
            pieces.push(rest.iter().collect());
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(split("", &pieces), both(thinking.trim(), text.trim_start()));
        }
    }

    #[test]
    fn thinking_is_not_spoken() {
        assert_eq!(spoken("<think>a</think>\n b "), "b");
        assert_eq!(spoken("a</think>b"), "b");
        assert_eq!(spoken("<think>a"), "");
        assert_eq!(spoken(" a <think> b"), "a <think> b");
    }
}
