//! The marks that count under a template.

use super::families::KNOWN;
use super::splitter::Splitter;
use crate::engine::{Model, Token};

/// One way to mark thinking. Everything here is dropped from what is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Thinking begins.
    pub open: &'static str,
    /// Thinking ends.
    pub close: &'static str,
    /// The answer begins, at once or behind the thinking. Without any, it begins with its first letter.
    pub answer: &'static [&'static str],
    /// Those of them with which an answer in a given form begins, always.
    pub lead: &'static [&'static str],
    /// Belongs to neither, before either.
    pub between: &'static [&'static str],
    /// Belongs to neither, behind an answer that began with a mark or behind a thought.
    pub end: &'static [&'static str],
    /// What of these are single control tokens in vocabularies that have them, which are otherwise not given out.
    pub tokens: &'static [&'static str],
    /// A template that holds one of these marks thinking so.
    pub signs: &'static [&'static str],
    /// Whether these count under a template that has nobody's signs: no other text begins so.
    pub counts_unnamed: bool,
}

impl Marks {
    /// Whether `text` holds the end of a thought, and not only one that other turns have as well.
    fn end_in(&self, text: &str) -> Option<usize> {
        let end = text.find(self.close)?;
        let is_of_any_turn = ["<|end|>", "<|eom|>"].contains(&self.close);
        (!is_of_any_turn || self.answer.iter().any(|mark| text[end..].contains(mark))).then_some(end)
    }
}

/// The marks that count under a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThinkingMarks {
    marks: Vec<&'static Marks>,
    /// Whether the template names them.
    is_named: bool,
}

impl ThinkingMarks {
    /// All that are known and mistaken for nothing else.
    #[must_use]
    pub fn known() -> Self {
        Self { marks: KNOWN.into_iter().filter(|marks| marks.counts_unnamed).collect(), is_named: false }
    }

    /// Those that the text of a template names, or all that are known if it names none.
    #[must_use]
    pub fn of_template(source: &str) -> Self {
        let is_named = |marks: &&Marks| marks.signs.iter().any(|sign| source.contains(sign));
        let named: Vec<&Marks> = KNOWN.into_iter().filter(is_named).collect();
        if named.is_empty() { Self::known() } else { Self { marks: named, is_named: true } }
    }

    /// Those that an answer may hold whose template is unknown: beside the known ones those with which it begins, if it
    /// goes on behind its thought.
    pub(super) fn in_answer(answer: &str) -> Self {
        let begins = |marks: &Marks| answer.trim_start().starts_with(marks.open) && marks.end_in(answer).is_some();
        let marks = KNOWN.into_iter().filter(|marks| marks.counts_unnamed || begins(marks));
        Self { marks: marks.collect(), is_named: false }
    }

    /// The control tokens of `model` that must be given out as text, so that the marks are seen: none under a template
    /// that names no marks, because the same tokens mean other things in other families.
    #[must_use]
    pub fn tokens_of(&self, model: &Model) -> Vec<Token> {
        let texts = self.marks.iter().filter(|_| self.is_named).flat_map(|marks| marks.tokens);
        texts.filter_map(|text| model.control_token(text)).collect()
    }

    /// Tells thinking from answering in what is said behind `prompt`. Some templates begin the thinking, or the answer,
    /// themselves.
    #[must_use]
    pub fn splitter(&self, prompt: &str) -> Splitter {
        if let Some(marks) = self.opened_by(prompt) {
            return Splitter::thinking(self.marks.clone(), marks);
        }
        let prompt = prompt.trim_end();
        let begins_answer = |marks: &&&Marks| marks.answer.iter().any(|mark| prompt.ends_with(mark));
        match self.marks.iter().find(begins_answer) {
            Some(marks) => Splitter::answering(self.marks.clone(), marks),
            None => Splitter::new(self.marks.clone()),
        }
    }

    /// The texts behind the first of which an answer in a given form (a grammar, a schema) begins behind `prompt`: the
    /// end of a thought that the template began, or the marks without which these models answer nothing. None if the
    /// answer begins at once.
    #[must_use]
    pub fn lead_ends(&self, prompt: &str) -> Vec<String> {
        let lead = |is_meant: &dyn Fn(&Marks) -> bool| -> Vec<String> {
            let meant = self.marks.iter().filter(|marks| is_meant(marks));
            meant.flat_map(|marks| marks.lead).map(|mark| (*mark).to_owned()).collect()
        };
        match self.opened_by(prompt) {
            Some(opened) => {
                // Families that think alike may answer differently.
                let lead = lead(&|marks| marks.open == opened.open);
                if lead.is_empty() { vec![opened.close.to_owned()] } else { lead }
            }
            None if !self.is_named => vec![],
            None => {
                let lead = lead(&|_| true);
                let has_begun = lead.iter().any(|mark| prompt.trim_end().ends_with(mark));
                if has_begun { vec![] } else { lead }
            }
        }
    }

    /// Whether `prompt` ends in a thought that has begun and ended: the template keeps the model from thinking.
    pub(super) fn ended_by(&self, prompt: &str) -> bool {
        let prompt = prompt.trim_end();
        self.marks.iter().any(|marks| prompt.ends_with(marks.close) && marks.close != "<|end|>")
    }

    /// The marks of the thought that the end of `prompt` begins.
    pub(super) fn opened_by(&self, prompt: &str) -> Option<&'static Marks> {
        let prompt = prompt.trim_end();
        self.marks.iter().find(|marks| prompt.ends_with(marks.open)).copied()
    }

    /// The same as [`splitter`](Self::splitter) for an answer that is there as a whole, its prompt unknown: a thought that
    /// ends without a beginning was begun by the template.
    pub(super) fn splitter_of_whole(&self, answer: &str) -> Splitter {
        let head = answer.trim_start();
        let is_marked = |marks: &&Marks| {
            [marks.open].iter().chain(marks.answer).chain(marks.between).any(|mark| head.starts_with(mark))
        };
        if self.marks.iter().any(is_marked) {
            return Splitter::new(self.marks.clone());
        }
        // The first end that there is.
        let end = |marks: &&'static Marks| Some((marks.end_in(answer)?, *marks));
        match self.marks.iter().filter_map(end).min_by_key(|(end, _)| *end) {
            Some((_, marks)) => Splitter::thinking(self.marks.clone(), marks),
            None => Splitter::new(self.marks.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::families::*;
    use super::*;

    #[test]
    fn a_template_decides_if_it_names_its_marks() {
        let marks = |source: &str| ThinkingMarks::of_template(source).marks;
        assert_eq!(marks("{{ content.split('</think>')[-1] }}"), [&THINK]);
        assert_eq!(marks("[THINK]{{ thinking }}[/THINK]"), [&BRACKETS]);
        assert_eq!(marks("<|start|>assistant<|channel|>final<|message|>"), [&CHANNELS]);
        assert_eq!(marks("{{ message.content }}<|end|>"), ThinkingMarks::known().marks);
        assert_eq!(marks("{{ '<|think|>' }}<|channel>thought"), [&GEMMA]);
        assert_eq!(marks("<|begin|>assistant<|think|>{{ x }}<|end|>"), [&SOLAR]);
        assert_eq!(
            marks("think between <think></think>, answer between <response></response>"),
            [&THINK_AND_RESPONSE, &THINK]
        );
        assert_eq!(marks("answer after 'Here is my response:'"), [&WORDS]);
        assert_eq!(marks("{{ '<think{}>'.format(':opensource') }}"), [&HUNYUAN]);
    }

    #[test]
    fn every_family_is_told_by_its_signs_and_can_begin_and_end() {
        for marks in KNOWN {
            assert!(!marks.open.is_empty() && !marks.close.is_empty() && !marks.signs.is_empty(), "{marks:?}");
            assert!(marks.lead.iter().all(|mark| marks.answer.contains(mark)), "{marks:?}");
            for sign in marks.signs {
                assert!(ThinkingMarks::of_template(sign).marks.contains(&marks), "{marks:?}");
            }
        }
    }

    #[test]
    fn a_constraint_begins_where_the_answer_does() {
        let lead_ends = |template: &str, prompt: &str| ThinkingMarks::of_template(template).lead_ends(prompt);
        let channels = ["<|channel|>final<|message|>", "<|channel|>final <|constrain|>json<|message|>"];
        // The template opened the thought.
        assert_eq!(lead_ends("<think>", "user: hi\nassistant: <think>\n"), ["</think>"]);
        assert_eq!(lead_ends("", "<think>"), ["</think>"]);
        assert_eq!(lead_ends("[THINK]", "[THINK]"), ["[/THINK]"]);
        assert_eq!(lead_ends("<seed:think>", "<seed:think>"), ["</seed:think>"]);
        assert_eq!(lead_ends("[BEGIN FINAL RESPONSE]", "Here are my reasoning steps:\n"), ["[BEGIN FINAL RESPONSE]"]);
        assert_eq!(lead_ends("<|START_THINKING|>", "<|START_THINKING|>"), ["<|START_RESPONSE|>"]);
        let texts = ["<|START_RESPONSE|>", "<|START_TEXT|>"];
        assert_eq!(lead_ends("<|START_THINKING|><|START_TEXT|>", "<|START_THINKING|>"), texts);
        assert_eq!(lead_ends("<|open|>", "<|open|>think<|sep|>"), ["<|open|>response<|sep|>"]);
        // Every answer has a mark of its own.
        assert_eq!(lead_ends("<|channel|>final<|message|>", "<|start|>assistant"), channels);
        assert_eq!(lead_ends("<|START_RESPONSE|>", "<|CHATBOT_TOKEN|>"), ["<|START_RESPONSE|>"]);
        assert_eq!(lead_ends("<|START_RESPONSE|>", "<|START_THINKING|><|END_THINKING|>"), ["<|START_RESPONSE|>"]);
        // It begins at once.
        assert_eq!(lead_ends("<think>", "assistant: "), [""; 0]);
        assert_eq!(lead_ends("<think>", "<think>\n\n</think>\n\n"), [""; 0]);
        assert_eq!(lead_ends("<|START_RESPONSE|>", "<|CHATBOT_TOKEN|><|START_RESPONSE|>"), [""; 0]);
        assert_eq!(lead_ends("<|open|>", "<|open|>response<|sep|>"), [""; 0]);
        assert_eq!(lead_ends("{{ message.content }}", "<|START_OF_TURN_TOKEN|>"), [""; 0]);
        assert_eq!(lead_ends("<channel|>", "<|channel>thought\n<channel|>"), [""; 0]);
    }
}
