//! Files of pairs: two prompts that differ in what is looked for and in nothing else, a pair a line. CSV with two
//! columns, JSON lines or a JSON list of objects with two fields.

use std::path::Path;

use serde_json::{Map, Value};

use super::csv_table;
use super::json::text_in;
use super::{EntryError, PromptError, read_with};

/// What the two columns or fields are called, in any case of letters.
const NAMES: [(&str, &str); 2] = [("positive", "negative"), ("harmful", "benign")];

/// Two prompts that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The harmful one: what the direction points to.
    pub positive: String,
    /// The benign one.
    pub negative: String,
}

impl Pair {
    fn new(positive: &str, negative: &str) -> Result<Self, String> {
        let is_empty = |text: &str| text.trim().is_empty();
        if is_empty(positive) || is_empty(negative) {
            return Err("one side of the pair is empty".to_owned());
        }
        Ok(Self { positive: positive.to_owned(), negative: negative.to_owned() })
    }
}

/// Reads all pairs of the file at `path`, in order. The content decides whether it is JSON or CSV, not only the name.
///
/// # Errors
/// The file is missing, not UTF-8, empty, has not the two columns or fields, or an entry without both texts; it is
/// named.
pub fn read_pairs(path: &Path) -> Result<Vec<Pair>, PromptError> {
    read_with(path, parse)
}

fn parse(text: &str, extension: &str) -> Result<Vec<Pair>, EntryError> {
    let says_json = matches!(extension, "json" | "jsonl" | "ndjson");
    // A CSV header begins with no bracket, unless a column is called so.
    if says_json || (extension != "csv" && text.trim_start().starts_with(['[', '{'])) {
        return from_json(text);
    }
    from_csv(text)
}

fn from_csv(text: &str) -> Result<Vec<Pair>, EntryError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| csv_table::entry_error(&error))?;
    let column = |wanted: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(wanted));
    let columns = NAMES.iter().find_map(|(positive, negative)| Some((column(positive)?, column(negative)?)));
    let Some((positive, negative)) = columns else {
        return Err(EntryError::at_line(1, format!("no pair of columns named {}", names())));
    };
    let mut pairs = vec![];
    for record in reader.records() {
        let record = record.map_err(|error| csv_table::entry_error(&error))?;
        let line = record.position().map_or(0, csv::Position::line) as usize;
        let cell = |column: usize| record.get(column).unwrap_or_default();
        pairs.push(Pair::new(cell(positive), cell(negative)).map_err(|reason| EntryError::at_line(line, reason))?);
    }
    Ok(pairs)
}

fn from_json(text: &str) -> Result<Vec<Pair>, EntryError> {
    if text.trim_start().starts_with('[') {
        let entries: Vec<Map<String, Value>> =
            serde_json::from_str(text).map_err(|error| EntryError::at_line(error.line(), error.to_string()))?;
        let read = |(index, entry)| {
            pair_in(entry).map_err(|reason| EntryError { place: format!("entry {}", index + 1), reason })
        };
        return entries.iter().enumerate().map(read).collect();
    }
    let mut pairs = vec![];
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let entry_error = |reason: String| EntryError::at_line(index + 1, reason);
        let entry = serde_json::from_str(line).map_err(|error| entry_error(format!("not a JSON object: {error}")))?;
        pairs.push(pair_in(&entry).map_err(entry_error)?);
    }
    Ok(pairs)
}

fn pair_in(object: &Map<String, Value>) -> Result<Pair, String> {
    for (positive, negative) in NAMES {
        if let (Some(positive), Some(negative)) = (text_in(object, positive)?, text_in(object, negative)?) {
            return Pair::new(positive, negative);
        }
    }
    Err(format!("no pair of fields named {}", names()))
}

fn names() -> String {
    NAMES.map(|(positive, negative)| format!("{positive} and {negative}")).join(", or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good(text: &str, extension: &str) -> Vec<(String, String)> {
        let pairs = parse(text, extension)
            .map_err(|entry_error| format!("{}: {}", entry_error.place, entry_error.reason))
            .unwrap();
        pairs.into_iter().map(|pair| (pair.positive, pair.negative)).collect()
    }

    fn entry_error(text: &str, extension: &str) -> String {
        let entry_error = parse(text, extension).map(|_| ()).unwrap_err();
        format!("{}: {}", entry_error.place, entry_error.reason)
    }

    #[test]
    fn every_shape_gives_the_same_pairs() {
        let expected = [("break, it", "mend it"), ("a \"b\"", "c")].map(|(p, n)| (p.to_owned(), n.to_owned()));
        assert_eq!(good("negative,id,Positive\nmend it,1,\"break, it\"\nc,2,\"a \"\"b\"\"\"\n", "csv"), expected);
        assert_eq!(good("harmful,benign\n\"break, it\",mend it\n\"a \"\"b\"\"\",c\n", "txt"), expected);
        let lines =
            "{\"positive\":\"break, it\",\"negative\":\"mend it\"}\n\n{\"benign\":\"c\",\"harmful\":\"a \\\"b\\\"\"}\n";
        assert_eq!(good(lines, "jsonl"), expected);
        assert_eq!(good(lines, "txt"), expected);
        let list = r#"[{"positive":"break, it","negative":"mend it"},{"positive":"a \"b\"","negative":"c"}]"#;
        assert_eq!(good(list, "json"), expected);
    }

    #[test]
    fn a_bad_line_is_named() {
        assert!(
            entry_error("a,b\n1,2\n", "csv").starts_with("line 1: no pair of columns named positive and negative, or")
        );
        assert!(entry_error("positive,benign\n1,2\n", "csv").starts_with("line 1: "));
        assert!(entry_error("positive,negative\na,b\nc,\n", "csv").starts_with("line 3: one side"));
        assert!(entry_error("positive,negative\na,b\nc\n", "csv").starts_with("line 3: it has 1 columns"));
        let good = "{\"positive\":\"a\",\"negative\":\"b\"}\n";
        assert!(
            entry_error(&format!("{good}{{\"positive\":\"a\"}}\n"), "jsonl").starts_with("line 2: no pair of fields")
        );
        assert!(
            entry_error(&format!("{good}{{\"positive\":\"a\",\"negative\":3}}\n"), "")
                .starts_with("line 2: 'negative'")
        );
        assert!(entry_error(&format!("{good}\"a\"\n"), "jsonl").starts_with("line 2: not a JSON object"));
        assert!(entry_error("[{\"positive\":\"a\",\"negative\":\" \"}]", "json").starts_with("entry 1: one side"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}", extension in "(json|jsonl|csv|txt|)") {
            let _ = parse(&text, &extension);
        }

        #[test]
        fn any_texts_make_a_pair(texts in proptest::collection::vec(("\\PC*[a-z]", "\\PC*[a-z]"), 1..5)) {
            let mut table = csv::Writer::from_writer(vec![]);
            table.write_record(["positive", "negative"]).unwrap();
            texts.iter().for_each(|(positive, negative)| table.write_record([positive, negative]).unwrap());
            prop_assert_eq!(good(&String::from_utf8(table.into_inner().unwrap()).unwrap(), "csv"), texts);
        }
    }
}
