//! How models mark their thinking.

use super::splitter::Splitter;
use crate::engine::{Model, Token};

/// One way to mark it. Everything here is dropped from what is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Thinking begins.
    pub open: &'static str,
    /// Thinking ends.
    pub close: &'static str,
    /// The answer begins, at once or behind the thinking. Without any, it begins with its first letter.
    pub answer: &'static [&'static str],
    /// Belongs to neither, before either.
    pub between: &'static [&'static str],
    /// What of these are single control tokens in vocabularies that have them, which are otherwise not given out.
    pub tokens: &'static [&'static str],
}

/// Qwen, DeepSeek, SmolLM and most others.
static THINK: Marks =
    Marks { open: "<think>", close: "</think>", answer: &[], between: &[], tokens: &["<think>", "</think>"] };

/// Magistral.
static BRACKETS: Marks =
    Marks { open: "[THINK]", close: "[/THINK]", answer: &[], between: &[], tokens: &["[THINK]", "[/THINK]"] };

/// The channels of gpt-oss ("harmony"). What is said in its commentary is for people, as long as it calls no tool.
static CHANNELS: Marks = Marks {
    open: "<|channel|>analysis<|message|>",
    close: "<|end|>",
    answer: &["<|channel|>final<|message|>", "<|channel|>commentary<|message|>"],
    between: &["<|start|>assistant"],
    tokens: &["<|channel|>", "<|message|>", "<|end|>", "<|start|>"],
};

static KNOWN: [&Marks; 3] = [&THINK, &BRACKETS, &CHANNELS];

/// The marks that count under a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThinkingMarks {
    marks: Vec<&'static Marks>,
    /// Whether the template names them.
    is_named: bool,
}

impl ThinkingMarks {
    /// All that are known.
    #[must_use]
    pub fn known() -> Self {
        Self { marks: KNOWN.to_vec(), is_named: false }
    }

    /// Those that the text of a template names, or all that are known if it names none.
    #[must_use]
    pub fn of_template(source: &str) -> Self {
        let is_named = |marks: &&&Marks| {
            let telling = [marks.open, marks.close].into_iter().chain(marks.answer.iter().copied());
            telling.filter(|mark| *mark != "<|end|>").any(|mark| source.contains(mark))
        };
        let named: Vec<&Marks> = KNOWN.iter().filter(is_named).copied().collect();
        if named.is_empty() { Self::known() } else { Self { marks: named, is_named: true } }
    }

    /// The control tokens of `model` that must be given out as text, so that the marks are seen: none under a template
    /// that names no marks, because the same tokens mean other things in other families.
    #[must_use]
    pub fn tokens_of(&self, model: &Model) -> Vec<Token> {
        let texts = self.marks.iter().filter(|_| self.is_named).flat_map(|marks| marks.tokens);
        texts.filter_map(|text| model.control_token(text)).collect()
    }

    /// Tells thinking from answering in what is said behind `prompt`. Some templates begin the thinking themselves.
    #[must_use]
    pub fn splitter(&self, prompt: &str) -> Splitter {
        let prompt = prompt.trim_end();
        match self.marks.iter().find(|marks| prompt.ends_with(marks.open)) {
            Some(marks) => Splitter::thinking(self.marks.clone(), marks),
            None => Splitter::new(self.marks.clone()),
        }
    }

    /// The same for an answer that is there as a whole, its prompt unknown: a thought that ends without a beginning was
    /// begun by the template.
    pub(super) fn splitter_of_whole(&self, answer: &str) -> Splitter {
        let head = answer.trim_start();
        let is_marked = |marks: &&Marks| {
            [marks.open].iter().chain(marks.answer).chain(marks.between).any(|mark| head.starts_with(mark))
        };
        if self.marks.iter().any(is_marked) {
            return Splitter::new(self.marks.clone());
        }
        // The first end that there is. Where another mark says that the answer begins, the end alone says little.
        let end = |marks: &&'static Marks| {
            let close = answer.find(marks.close)?;
            let goes_on = marks.answer.is_empty() || marks.answer.iter().any(|mark| answer[close..].contains(mark));
            goes_on.then_some((close, *marks))
        };
        match self.marks.iter().filter_map(end).min_by_key(|(close, _)| *close) {
            Some((_, marks)) => Splitter::thinking(self.marks.clone(), marks),
            None => Splitter::new(self.marks.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_decides_if_it_names_its_marks() {
        let marks = |source: &str| ThinkingMarks::of_template(source).marks;
        assert_eq!(marks("{{ content.split('</think>')[-1] }}"), [&THINK]);
        assert_eq!(marks("[THINK]{{ thinking }}[/THINK]"), [&BRACKETS]);
        assert_eq!(marks("<|start|>assistant<|channel|>final<|message|>"), [&CHANNELS]);
        assert_eq!(marks("{{ message.content }}<|end|>"), KNOWN);
    }
}
