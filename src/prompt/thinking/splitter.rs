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
    Thinking { marks: &'static Marks, has_begun: bool },
    /// Behind a thought or another of `marks`, before the first letter of the answer.
    Between { marks: &'static Marks },
    /// In the answer, behind which one of `ends` may stand.
    Answer { ends: &'static [&'static str] },
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

    /// For a text that begins behind the mark of an answer.
    pub(super) fn answering(all: Vec<&'static Marks>, marks: &'static Marks) -> Self {
        Self { marks: all, state: State::Between { marks }, pending: String::new() }
    }

    /// Adds `text` and gives out what can be told.
    pub fn push(&mut self, text: &str, out: &mut dyn FnMut(Piece<'_>)) {
        self.pending.push_str(text);
        loop {
            match self.state {
                State::Begin | State::Between { .. } => {
                    let white = self.pending.len() - self.pending.trim_start().len();
                    match self.head(&self.pending[white..]) {
                        Head::Mark(length, state) => {
                            self.pending.drain(..white + length);
                            self.state = state;
                        }
                        Head::Unknown => return,
                        Head::Text => {
                            let mut ends: &[&str] = &[];
                            if let State::Between { marks } = self.state {
                                self.pending.drain(..white);
                                ends = marks.end;
                            }
                            self.state = State::Answer { ends };
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
                    self.state = State::Between { marks };
                }
                State::Answer { ends } => {
                    let said = self.pending.len() - end_held_back(&self.pending, ends);
                    if said > 0 {
                        out(Piece::Text(&self.pending[..said]));
                        self.pending.drain(..said);
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
            State::Between { .. } if !pending.trim_start().is_empty() => out(Piece::Text(pending.trim_start())),
            State::Answer { ends } if !pending.is_empty() && !ends.contains(&pending.trim()) => {
                out(Piece::Text(&pending));
            }
            _ => {}
        }
    }

    fn head(&self, text: &str) -> Head {
        let mut may_come = false;
        for marks in &self.marks {
            let thinking = (marks.open, State::Thinking { marks, has_begun: false });
            let answer = marks.answer.iter().map(|mark| (*mark, State::Between { marks }));
            let between = marks.between.iter().map(|mark| (*mark, State::Between { marks }));
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

/// How many bytes at the end of an answer may be one of `ends`, whole or in part, and white space around it.
fn end_held_back(text: &str, ends: &[&str]) -> usize {
    if ends.is_empty() {
        return 0;
    }
    let trimmed = text.trim_end();
    let mark =
        ends.iter().map(|end| if trimmed.ends_with(end) { end.len() } else { held_back(text, end) }).max().unwrap_or(0);
    // A mark that has begun ends with the text, and a whole one with what is no white space.
    let from = if ends.iter().any(|end| trimmed.ends_with(end)) { trimmed.len() - mark } else { text.len() - mark };
    text.len() - text[..from].trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::super::ThinkingMarks;
    use super::*;
    use proptest::prelude::*;

    fn split(prompt: &str, pieces: &[&str]) -> (String, String) {
        split_under("", prompt, pieces)
    }

    fn split_under(template: &str, prompt: &str, pieces: &[&str]) -> (String, String) {
        let (mut thinking, mut text) = (String::new(), String::new());
        let mut out = |piece: Piece<'_>| match piece {
            Piece::Thinking(piece) => thinking.push_str(piece),
            Piece::Text(piece) => text.push_str(piece),
        };
        let mut splitter = ThinkingMarks::of_template(template).splitter(prompt);
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

    #[test]
    fn the_mark_behind_an_answer_is_dropped() {
        let split = |pieces: &[&str]| split_under("<response></response>", "", pieces);
        assert_eq!(split(&["<think>hm</think><response>Yes.</response>"]), both("hm", "Yes."));
        assert_eq!(split(&["<think>hm</think><response>Yes.\n</resp", "onse>\n"]), both("hm", "Yes."));
        assert_eq!(split(&["<response>a </response> b</respons"]), both("", "a </response> b</respons"));
        assert_eq!(split(&["<response></response>"]), both("", ""));
        // No mark began this answer, so none ends it.
        assert_eq!(split(&["The tag is </response>"]), both("", "The tag is </response>"));
        assert_eq!(split_under("<|open|>", "<|open|>response<|sep|>", &["a<|close|>response<|sep|>"]), both("", "a"));
        assert_eq!(split(&["<think>a</think>b \n"]), both("a", "b \n"));
    }

    #[test]
    fn every_family_is_told_apart() {
        for [template, open, close, end] in WRITTEN {
            let said = format!("{open}hm{close}Yes.{end}");
            assert_eq!(split_under(template, "", &[&said]), both("hm", "Yes."), "{said}");
            let said = format!("hm{close}Yes.{end}");
            assert_eq!(split_under(template, open, &[&said]), both("hm", "Yes."), "{said}");
        }
    }

    /// What a template names, and marks of one kind: before the thought, between it and the answer, and behind that.
    const WRITTEN: [[&str; 4]; 20] = [
        ["", "<think>\n", "\n</think>\n\n", ""],
        ["", "[THINK]", "[/THINK]", ""],
        ["", "<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>", ""],
        ["", "<|channel>thought\n", "\n<channel|>", ""],
        ["", "<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>", "<|END_RESPONSE|>"],
        ["", "<|START_THINKING|>", "<|END_THINKING|><|START_TEXT|>", "<|END_TEXT|>"],
        ["", "<seed:think>", "</seed:think>", ""],
        ["", "<|inner_prefix|>", "<|inner_suffix|>", ""],
        ["", "◁think▷", "◁/think▷", ""],
        ["", "<think:opensource>", "</think:opensource>", ""],
        ["", "<mm:think>", "</mm:think>", ""],
        ["", "<|thought_start|>\n", "\n<|thought_end|>\n", ""],
        ["", "<|open|>think<|sep|>", "<|close|>think<|sep|><|open|>response<|sep|>", "<|close|>response<|sep|>"],
        [
            "<|channel|>final<|message|>",
            "<|channel|>analysis<|message|>",
            "<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>",
            "",
        ],
        ["<think></think> <response></response>", "<think>", "</think>\n<response>", "\n</response>\n"],
        ["Here is my response:", "Here is my thought process:\n", "\n\nHere is my response:\n", ""],
        [
            "[BEGIN FINAL RESPONSE]",
            "Here are my reasoning steps:\n",
            "\n[BEGIN FINAL RESPONSE]\n",
            "\n[END FINAL RESPONSE]",
        ],
        ["<|begin|>assistant<|think|>", "<|think|>", "<|end|><|begin|>assistant<|content|>", ""],
        ["to=self<|message|>", " to=self<|message|>", "<|eom|><|start|>assistant to=user<|message|>", ""],
        ["<|START_TEXT|>", "<|START_THINKING|>", "<|END_THINKING|><|START_TEXT|>", "<|END_TEXT|>"],
    ];

    proptest! {
        #[test]
        fn any_cutting_gives_the_same(
            [template, open, close, end] in prop::sample::select(&WRITTEN[..]),
            is_opened_by_the_template: bool,
            thinking in "([a-z<>/|\\[\\]あ] ?){1,12}",
            text in "[a-z<>/|\\[\\] あ]{0,20}",
            cuts in prop::collection::vec(1_usize..4, 0..120),
        ) {
            let (prompt, opened) = if is_opened_by_the_template { (open, "") } else { ("", open) };
            let whole = format!("{opened}{thinking}{close}{text}{end}");
            let characters: Vec<char> = whole.chars().collect();
            let (mut pieces, mut rest) = (vec![], characters.as_slice());
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                pieces.push(now.iter().collect::<String>());
                rest = later;
            }
            pieces.push(rest.iter().collect());
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let text = if end.is_empty() { text.trim_start() } else { text.trim() };
            prop_assert_eq!(split_under(template, prompt, &pieces), both(thinking.trim(), text));
        }

        #[test]
        fn no_text_panics_and_nothing_is_made_up(pieces in prop::collection::vec(
            prop_oneof!["<think>", "</think>", "\\[THINK\\]", "<\\|channel\\|>analysis<\\|message\\|>", "<\\|end\\|>", "<\\|START_RESPONSE\\|>",
                "<\\|END_RESPONSE\\|>", "<\\|channel>thought", "\\PC{0,6}"], 0..8,
        )) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let (thinking, text) = split("", &pieces);
            prop_assert!(thinking.len() + text.len() <= pieces.concat().len());
        }
    }
}
