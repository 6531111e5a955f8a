//! Files of pairs: two prompts that differ in what is looked for and in nothing else, a pair a line. A table with two
//! columns, JSON lines or a JSON list of objects with two fields.

use std::path::Path;

use serde_json::Value;

use super::fields::{self, Row};
use super::json::{self, Document};
use super::{EntryError, Place, PromptError, WayOut, decoded, extension_of, refuse_other_formats, table};

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

/// Reads all pairs of the file at `path`, in order. The content decides whether it is JSON or a table, not only the name.
///
/// # Errors
/// The file is missing, not text, empty, has not the two columns or fields, or an entry without both texts; it is named.
pub fn read_pairs(path: &Path) -> Result<Vec<Pair>, PromptError> {
    let text = decoded(path)?;
    let pairs = parse(&text, &extension_of(path)).map_err(|error| error.in_file(path))?;
    if pairs.is_empty() {
        return Err(PromptError::Empty { path: path.to_owned() });
    }
    Ok(pairs)
}

fn parse(text: &str, extension: &str) -> Result<Vec<Pair>, EntryError> {
    // Plain text has no pairs: nothing is read in another way than this.
    let no_other_way = |error: EntryError| error.with(WayOut::Correct);
    refuse_other_formats(text, extension).map_err(no_other_way)?;
    if json::is_name_of_json(extension) || json::looks_like_json(text) {
        return from_json(text);
    }
    from_table(text, extension).map_err(no_other_way)
}

fn from_table(text: &str, extension: &str) -> Result<Vec<Pair>, EntryError> {
    let knows = |cells: &[String]| {
        let has = |wanted: &str| cells.iter().any(|cell| fields::normal(cell) == wanted);
        NAMES.iter().any(|(positive, negative)| has(positive) && has(negative))
    };
    let missing = || format!("no pair of columns named {}", names());
    match table::find(text, extension, knows, missing)? {
        Some(table) => {
            table.rows().map(|(line, row)| pair_in(&row).map_err(|reason| EntryError::at_line(line, reason))).collect()
        }
        None if text.trim().is_empty() => Ok(vec![]),
        None => Err(EntryError::at_line(1, format!("no table with a pair of columns named {}", names()))),
    }
}

fn from_json(text: &str) -> Result<Vec<Pair>, EntryError> {
    let entries: Vec<(Place, Value)> = match json::document(text)? {
        Document::List(entries) => {
            entries.into_iter().enumerate().map(|(index, entry)| (Place::Entry(index + 1), entry)).collect()
        }
        Document::Object(object) => vec![(Place::Line(1), Value::Object(object))],
        Document::Lines(lines) => lines.into_iter().map(|(line, entry)| (Place::Line(line), entry)).collect(),
    };
    let pair = |(place, entry): &(Place, Value)| {
        let pair = match entry {
            Value::Object(object) => pair_in(&json::row(object)),
            _ => Err("not a JSON object".to_owned()),
        };
        let wrong = |reason| EntryError { place: place.to_string(), reason, way_out: WayOut::Correct };
        pair.map_err(wrong)
    };
    entries.iter().map(pair).collect()
}

fn pair_in(row: &Row<'_>) -> Result<Pair, String> {
    for (positive, negative) in NAMES {
        if let (Some(positive), Some(negative)) = (row.text(positive)?, row.text(negative)?) {
            return Pair::new(positive, negative);
        }
    }
    Err(format!("no pair of {}s named {}; found: {}", row.noun, names(), row.names()))
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
