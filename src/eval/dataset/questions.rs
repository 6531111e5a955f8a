//! Multiple-choice questions, as MMLU (arXiv 2009.03300) has them: `question`, `choices`, and `answer` as a letter or a
//! number from 0; JSON lines or one JSON list.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Choices are labelled with one letter.
const MAX_CHOICES: usize = 26;

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Names it.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// What can be chosen, at least two.
    pub choices: Vec<String>,
    /// The right choice, from 0.
    pub right: usize,
}

#[derive(Deserialize)]
struct Entry {
    id: Option<Value>,
    question: String,
    #[serde(alias = "options")]
    choices: Vec<String>,
    answer: Value,
}

impl Question {
    /// The message that asks it: the choices behind their letters, and to answer with one.
    #[must_use]
    pub fn prompt(&self) -> String {
        let mut prompt = format!("{}\n", self.text.trim());
        for (label, choice) in labels().zip(&self.choices) {
            prompt.push_str(&format!("\n{label}. {}", choice.trim()));
        }
        prompt.push_str("\n\nAnswer with the letter of the right choice and nothing else.");
        prompt
    }
}

/// `A`, `B`, …
pub(crate) fn labels() -> impl Iterator<Item = char> {
    'A'..='Z'
}

/// The questions of `text`. A wrong one is an error: `(place, reason)`.
pub(super) fn read(text: &str) -> Result<Vec<Question>, (String, String)> {
    if text.trim_start().starts_with('[') {
        let entries: Vec<Value> =
            serde_json::from_str(text).map_err(|error| (format!("line {}", error.line()), error.to_string()))?;
        let read = |(index, entry): (usize, Value)| {
            question(entry, index + 1).map_err(|reason| (format!("entry {}", index + 1), reason))
        };
        return entries.into_iter().enumerate().map(read).collect();
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let entry = serde_json::from_str(line).map_err(|error| super::files::json_error(&error));
            let entry = entry.and_then(|entry| question(entry, index + 1));
            entry.map_err(|reason| (format!("line {}", index + 1), reason))
        })
        .collect()
}

fn question(entry: Value, number: usize) -> Result<Question, String> {
    let entry: Entry = serde_json::from_value(entry).map_err(|error| error.to_string())?;
    let n = entry.choices.len();
    if !(2..=MAX_CHOICES).contains(&n) {
        return Err(format!("it has {n} choices, but must have 2 to {MAX_CHOICES}"));
    }
    let right = match &entry.answer {
        Value::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        Value::String(text) => {
            let text = text.trim();
            labels().position(|label| text.eq_ignore_ascii_case(&label.to_string())).or_else(|| text.parse().ok())
        }
        _ => None,
    };
    let right = right.filter(|right| *right < n);
    let right = right.ok_or_else(|| format!("its answer {} is not one of its {n} choices", entry.answer))?;
    let id = match entry.id {
        Some(Value::String(id)) => id,
        Some(Value::Number(id)) => id.to_string(),
        _ => format!("question-{number}"),
    };
    Ok(Question { id, text: entry.question, choices: entry.choices, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_letters_or_numbers() {
        let lines = "{\"question\": \"1+1?\", \"choices\": [\"1\", \"2\"], \"answer\": \"B\"}\n\
                     {\"question\": \"q\", \"options\": [\"a\", \"b\"], \"answer\": 0, \"id\": 7}\n";
        let questions = read(lines).unwrap();
        assert_eq!((questions[0].right, &*questions[0].id), (1, "question-1"));
        assert_eq!((questions[1].right, &*questions[1].id), (0, "7"));
        assert!(questions[0].prompt().starts_with("1+1?\n\nA. 1\nB. 2\n\nAnswer"));
        let list = r#"[{"question": "1+1?", "choices": ["1", "2"], "answer": 1}]"#;
        assert_eq!(read(list).unwrap(), questions[..1]);
    }

    #[test]
    fn a_wrong_one_is_named() {
        let place = |text: &str| read(text).unwrap_err();
        assert!(
            place("{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": \"C\"}")
                .1
                .contains("not one of its 2")
        );
        assert_eq!(place("[{\"question\": \"q\", \"choices\": [\"a\"], \"answer\": 0}]").0, "entry 1");
        assert_eq!(place("{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 1}\n{").0, "line 2");
    }
}
