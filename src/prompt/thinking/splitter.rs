//! Telling thinking from answering while it comes, in pieces cut anywhere.

use super::marks::Marks;

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
pub struct Splitter {
    marks: Vec<&'static Marks>,
    state: State,
    /// What cannot be told yet, or is white space that may turn out to be the end.
    pending: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space and perhaps a part of a mark has come.
    Begin,
    /// Behind the beginning of a thought, which `marks` end; `has_begun` once something was thought.
    Thinking {
        marks: &'static Marks,
        has_begun: bool,
    },
    /// Behind a thought or another mark, before the first letter of the answer.
    Between,
    Answer,
}

/// What stands at the head of a text.
enum Head {
    /// A mark of so many bytes, and the state behind it.
    Mark(usize, State),
    /// The beginning of one, perhaps.
    Unknown,
    /// No mark.
    Text,
}

impl Splitter {
    pub(super) fn new(marks: Vec<&'static Marks>) -> Self {
        Self { marks, state: State::Begin, pending: String::new() }
    }

    /// For a text that begins inside a thought.
    pub(super) fn thinking(all: Vec<&'static Marks>, marks: &'static Marks) -> Self {
        Self { marks: all, state: State::Thinking { marks, has_begun: false }, pending: String::new() }
    }

    /// Adds `text` and gives out what can be told.
    pub fn push(&mut self, text: &str, out: &mut dyn FnMut(Piece<'_>)) {
        self.pending.push_str(text);
        loop {
            match self.state {
                State::Begin | State::Between => {
                    let white = self.pending.len() - self.pending.trim_start().len();
                    match self.head(&self.pending[white..]) {
                        Head::Mark(length, state) => {
                            self.pending.drain(..white + length);
                            self.state = state;
                        }
                        Head::Unknown => return,
                        Head::Text => {
                            if self.state == State::Between {
                                self.pending.drain(..white);
                            }
                            self.state = State::Answer;
                        }
                    }
                }
                State::Thinking { marks, has_begun } => {
                    let end = self.pending.find(marks.close);
                    let thought =
                        &self.pending[..end.unwrap_or(self.pending.len() - held_back(&self.pending, marks.close))];
                    let thought = thought.trim_end();
                    let from = if has_begun { 0 } else { thought.len() - thought.trim_start().len() };
                    if from < thought.len() {
                        out(Piece::Thinking(&thought[from..]));
                        self.state = State::Thinking { marks, has_begun: true };
                    }
                    let Some(end) = end else {
                        self.pending.drain(..thought.len());
                        return;
                    };
                    self.pending.drain(..end + marks.close.len());
                    self.state = State::Between;
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
            State::Thinking { .. } if !pending.trim_end().is_empty() => out(Piece::Thinking(pending.trim_end())),
            State::Begin if !pending.is_empty() => out(Piece::Text(&pending)),
            State::Between if !pending.trim_start().is_empty() => out(Piece::Text(pending.trim_start())),
            _ => {}
        }
    }

    fn head(&self, text: &str) -> Head {
        let mut may_come = false;
        for marks in &self.marks {
            let thinking = (marks.open, State::Thinking { marks, has_begun: false });
            let answer = marks.answer.iter().map(|mark| (*mark, State::Between));
            let between = marks.between.iter().map(|mark| (*mark, State::Between));
            for (mark, state) in [thinking].into_iter().chain(answer).chain(between) {
                if text.starts_with(mark) {
                    return Head::Mark(mark.len(), state);
                }
                may_come |= mark.starts_with(text);
            }
        }
        if may_come { Head::Unknown } else { Head::Text }
    }
}

/// How many bytes at the end of `text` may be the beginning of `mark`.
fn held_back(text: &str, mark: &str) -> usize {
    (1..mark.len()).rev().find(|&length| text.as_bytes().ends_with(&mark.as_bytes()[..length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::ThinkingMarks;
    use super::*;
    use proptest::prelude::*;

    fn split(prompt: &str, pieces: &[&str]) -> (String, String) {
        let (mut thinking, mut text) = (String::new(), String::new());
        let mut out = |piece: Piece<'_>| match piece {
            Piece::Thinking(piece) => thinking.push_str(piece),
            Piece::Text(piece) => text.push_str(piece),
        };
        let mut splitter = ThinkingMarks::known().splitter(prompt);
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

    #[test]
    fn channels_are_told_apart() {
        let answer = "<|start|>assistant<|channel|>final<|message|>Yes.";
        let thought = "<|channel|>analysis<|message|>hm";
        assert_eq!(split("", &[thought, "<|end|>", answer]), both("hm", "Yes."));
        assert_eq!(split("<|start|>assistant", &["<|channel|>final<|message|>", "Yes."]), both("", "Yes."));
        let twice = [thought, "<|end|><|start|>assistant", thought, "<|end|>", answer];
        assert_eq!(split("", &twice), both("hmhm", "Yes."));
        assert_eq!(split("", &["<|channel|>fin"]), both("", "<|channel|>fin"));
        assert_eq!(split("", &[thought, "<|end|> <|chan"]), both("hm", "<|chan"));
    }

    #[test]
    fn brackets_are_told_apart() {
        assert_eq!(split("", &["[THINK]hm[/THINK]Yes."]), both("hm", "Yes."));
        assert_eq!(split("", &["[TH", "E] first"]), both("", "[THE] first"));
    }

    /// Marks of one kind: what comes before the thought, and between it and the answer.
    const WRITTEN: [(&str, &str); 3] = [
        ("<think>\n", "\n</think>\n\n"),
        ("[THINK]", "[/THINK]"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ];

    proptest! {
        #[test]
        fn any_cutting_gives_the_same(
            (open, close) in prop::sample::select(&WRITTEN[..]),
            is_opened_by_the_template: bool,
            thinking in "([a-z<>/|\\[\\]あ] ?){1,12}",
            text in "[a-z<>/|\\[\\] あ]{0,20}",
            cuts in prop::collection::vec(1_usize..4, 0..120),
        ) {
            let (prompt, opened) = if is_opened_by_the_template { (open, "") } else { ("", open) };
            let whole = format!("{opened}{thinking}{close}{text}");
            let characters: Vec<char> = whole.chars().collect();
            let (mut pieces, mut rest) = (vec![], characters.as_slice());
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                pieces.push(now.iter().collect::<String>());
                rest = later;
            }
            pieces.push(rest.iter().collect());
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(split(prompt, &pieces), both(thinking.trim(), text.trim_start()));
        }

        #[test]
        fn no_text_panics_and_nothing_is_made_up(pieces in prop::collection::vec(
            prop_oneof!["<think>", "</think>", "\\[THINK\\]", "<\\|channel\\|>analysis<\\|message\\|>", "<\\|end\\|>", "\\PC{0,6}"], 0..8,
        )) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let (thinking, text) = split("", &pieces);
            prop_assert!(thinking.len() + text.len() <= pieces.concat().len());
        }
    }
}
