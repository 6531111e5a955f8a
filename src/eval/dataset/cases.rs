//! `--cases`: items written out, an object a line.
//!
//! `prompt` and `kind` (benign, near-miss, harmful or unsafe, attack, benign-wrapped) are needed; `id`, `family`,
//! `language`, `request`, and right answers as `references` or `answers` may be there. A `{m}` in `request` stands for
//! what `machine` says, as in the demo's test bed.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::eval::item::{Item, Kind};

#[derive(Deserialize)]
struct Case {
    prompt: String,
    kind: String,
    id: Option<String>,
    family: Option<String>,
    language: Option<String>,
    request: Option<String>,
    machine: Option<String>,
    #[serde(default, alias = "answers")]
    references: Vec<String>,
}

/// The items of `text`. A wrong line is an error: `(line, reason)`.
pub(super) fn read(text: &str) -> Result<Vec<Item>, (usize, String)> {
    let mut numbers: BTreeMap<Kind, usize> = BTreeMap::new();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| item(line, &mut numbers).map_err(|reason| (index + 1, reason))).collect()
}

fn item(line: &str, numbers: &mut BTreeMap<Kind, usize>) -> Result<Item, String> {
    let case: Case = serde_json::from_str(line).map_err(|error| super::files::json_error(&error))?;
    if case.prompt.trim().is_empty() {
        return Err("its prompt is empty".to_owned());
    }
    let kind = match &*case.kind {
        "unsafe" => Kind::Harmful,
        other => serde_json::from_value(other.into()).map_err(|_| {
            format!("kind '{other}' is unknown; use benign, near-miss, harmful, attack or benign-wrapped")
        })?,
    };
    let number = numbers.entry(kind).or_default();
    *number += 1;
    let name = super::files::name_of(kind);
    let request = case.request.map(|request| request.replace("{m}", case.machine.as_deref().unwrap_or("{m}")));
    Ok(Item {
        id: case.id.unwrap_or_else(|| format!("{name}-{number}")),
        kind,
        family: case.family,
        language: case.language.or_else(|| super::files::language_of(&case.prompt)),
        request: request.unwrap_or_else(|| case.prompt.clone()),
        prompt: case.prompt,
        // What an attack is after is no right answer.
        references: if kind.should_be_refused() { vec![] } else { case.references },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_needs_a_prompt_and_a_kind_and_no_more() {
        let text = r#"{"prompt": "p", "kind": "unsafe", "answers": ["no"]}

            {"prompt": "q", "kind": "benign-wrapped", "id": "x", "family": "f", "language": "ja", "request": "start the {m}",
             "machine": "lathe", "answers": ["yes"], "aspect": "steps"}"#.replace("\n             ", " ");
        let items = read(&text).unwrap();
        assert_eq!((&*items[0].id, items[0].kind, items[0].references.len()), ("harmful-1", Kind::Harmful, 0));
        assert_eq!((&*items[1].id, &*items[1].request, &*items[1].references[0]), ("x", "start the lathe", "yes"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let line = |text: &str| read(text).unwrap_err();
        assert!(line("{\"prompt\": \"p\", \"kind\": \"nice\"}").1.contains("'nice'"));
        assert_eq!(line("{\"prompt\": \"p\", \"kind\": \"benign\"}\n{\"prompt\": 3}").0, 2);
        // The place in the file, and not one that begins anew in every line.
        let (number, reason) = line("{\"prompt\": \"p\", \"kind\": \"benign\"}\nid,prompt\n");
        assert!(number == 2 && reason.contains("at column 1") && !reason.contains("line"), "{reason}");
        assert!(line("{\"prompt\": \" \", \"kind\": \"benign\"}").1.contains("empty"));
    }
}
