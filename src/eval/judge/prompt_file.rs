//! The prompt of a judge model from a file. A classifier is trained on one text, which belongs to those who trained it: the
//! user brings it.

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Request,
    Answer,
}

/// The names of the slots, with those that published prompts use.
const SLOTS: [(&str, Slot); 5] = [
    ("request", Slot::Request),
    ("behavior", Slot::Request),
    ("answer", Slot::Answer),
    ("response", Slot::Answer),
    ("generation", Slot::Answer),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(Slot),
}

/// A prompt with places for the request and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgePrompt {
    pieces: Vec<Piece>,
    id: String,
}

/// A text that is no judge's prompt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JudgePromptError {
    /// A placeholder that nothing is known for.
    #[error(
        "line {line}: there is no placeholder {{{name}}}; use {{request}} and {{answer}}, and {{{{ for a brace of the text"
    )]
    Unknown {
        /// Where.
        line: usize,
        /// The name.
        name: String,
    },
    /// A brace that begins or ends no placeholder.
    #[error("line {line}: a single brace; write {{{{ or }}}} for a brace of the text")]
    Brace {
        /// Where.
        line: usize,
    },
    /// The judge would not see what it is to judge.
    #[error("it has no place for the answer; write {{answer}} where it goes")]
    NoAnswer,
}

impl JudgePrompt {
    /// Reads a prompt: text with `{request}` and `{answer}` (also `{behavior}`, `{generation}` and `{response}`), and `{{`
    /// and `}}` for braces. White space at the end of the text is left out; a line break there is the editor's.
    ///
    /// # Errors
    /// An unknown placeholder, a single brace, or no place for the answer.
    pub fn parse(text: &str) -> Result<Self, JudgePromptError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
        let (mut pieces, mut plain, mut rest) = (vec![], String::new(), text);
        let line = |rest: &str| 1 + text[..text.len() - rest.len()].matches('\n').count();
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
                plain.push_str(&rest[..1]);
                rest = after;
                continue;
            }
            let inside = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let is_name =
                |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c));
            let Some((name, after)) = inside.filter(|(name, _)| is_name(name)) else {
                return Err(JudgePromptError::Brace { line: line(rest) });
            };
            let Some((_, slot)) = SLOTS.iter().find(|(known, _)| *known == name) else {
                return Err(JudgePromptError::Unknown { line: line(rest), name: name.to_owned() });
            };
            pieces.extend([Piece::Text(std::mem::take(&mut plain)), Piece::Slot(*slot)]);
            rest = after;
        }
        plain.push_str(rest);
        pieces.push(Piece::Text(plain));
        if !pieces.contains(&Piece::Slot(Slot::Answer)) {
            return Err(JudgePromptError::NoAnswer);
        }
        Ok(Self { pieces, id: blake3::hash(text.as_bytes()).to_hex()[..8].to_owned() })
    }

    /// The prompt for an answer to a request. What looks like a placeholder in either stays what it is.
    #[must_use]
    pub fn filled(&self, request: &str, answer: &str) -> String {
        let piece = |piece: &'_ Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(Slot::Request) => request.to_owned(),
            Piece::Slot(Slot::Answer) => answer.to_owned(),
        };
        self.pieces.iter().map(piece).collect()
    }

    /// Eight digits that tell it from other prompts.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn placeholders_are_filled_once() {
        let prompt = JudgePrompt::parse("Asked: {request}\nSaid: {answer}\n{{as JSON}}\n\n").unwrap();
        assert_eq!(prompt.filled("{answer}?", "{request}!"), "Asked: {answer}?\nSaid: {request}!\n{as JSON}");
        let other = JudgePrompt::parse("{behavior} | {generation}").unwrap();
        assert_eq!(other.filled("a", "b"), "a | b");
        assert_ne!(prompt.id(), other.id());
    }

    #[test]
    fn what_is_no_placeholder_is_refused_by_line() {
        let says = |text: &str, words: &str| {
            let error = JudgePrompt::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        says("{request}\n{anwser}", "line 2: there is no placeholder {anwser}; use {request} and {answer}");
        says("{answer}\n{\"a\": 1}", "line 2: a single brace");
        says("{answer} }", "line 1: a single brace");
        says("{answer", "single brace");
        says("{request}", "no place for the answer");
        says("", "no place for the answer");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(?s)(.|\\{answer\\}|[{}]){0,40}") {
            if let Ok(prompt) = JudgePrompt::parse(&text) {
                let _ = prompt.filled("a", "b");
            }
        }
    }
}
