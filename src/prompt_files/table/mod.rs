//! Tables: a header, and rows of cells that commas, tabs or semicolons separate.

mod cells;

use std::borrow::Cow;

use super::fields::{self, Cell, Row};
use super::{EntryError, Format, Place, PromptFile, ReadAs, WayOut, lines};
use cells::{Quotes, Record, Records};

/// A header's cell is no sentence.
const LONGEST_NAME: usize = 40;
const MOST_WORDS: usize = 4;

/// A table: every row is as wide as the header.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) separator: char,
    header: Record,
    rows: Vec<Record>,
}

/// Whether a file called so is a table, whatever is in it.
pub(super) fn is_name_of_table(extension: &str) -> bool {
    matches!(extension, "csv" | "tsv" | "tab")
}

/// The table of prompts that `text` is; `None` if it is none.
pub(super) fn prompts(text: &str, extension: &str, read_as: &ReadAs) -> Result<Option<PromptFile>, EntryError> {
    let wanted: Vec<String> = fields::wanted(read_as).into_iter().map(fields::normal).collect();
    let knows = |cells: &[String]| cells.iter().any(|cell| wanted.contains(&fields::normal(cell)));
    let missing = || format!("no column named {}", fields::said(read_as));
    let Some(table) = find(text, extension, knows, missing)? else { return Ok(None) };
    let mut file = PromptFile::of(Format::Table(table.separator));
    for (line, row) in table.rows() {
        let taken = row.prompt(read_as).map_err(|error| EntryError::at_line(line, error.reason).with(error.way_out))?;
        file.push(taken, Place::Line(line), &row);
    }
    Ok(Some(file))
}

/// The table that `text` is, with a header that `knows`; `None` if it is none. What looks like a table and has another
/// header is an error that says what is `missing`.
pub(super) fn find(
    text: &str,
    extension: &str,
    knows: impl Fn(&[String]) -> bool,
    missing: impl Fn() -> String,
) -> Result<Option<Table>, EntryError> {
    let separators = match extension {
        "csv" => [',', ';', '\t'],
        "tsv" | "tab" => ['\t', ',', ';'],
        _ => [',', '\t', ';'],
    };
    let says_table = is_name_of_table(extension);
    let first = |separator: char| Some((separator, Records::of(text, separator, Quotes::Enclose).next()?.ok()?));
    let headers: Vec<(char, Record)> = separators.into_iter().filter_map(first).collect();
    let has_rows = says_table || lines::filled(text).nth(1).is_some();
    let is_header = |header: &Record| {
        let looks_like_one = says_table || header.cells.iter().all(|cell| is_short(cell));
        header.cells.len() > 1 && knows(&header.cells) && looks_like_one && has_rows
    };
    // Of several the widest, and then the first.
    if let Some((separator, _)) =
        headers.iter().rev().filter(|(_, header)| is_header(header)).max_by_key(|(_, header)| header.cells.len())
    {
        return Table::read(text, *separator).map(Some);
    }
    // One column has no separator that would show it.
    let is_lonely = |header: &Record| header.cells.len() == 1 && knows(&header.cells);
    if has_rows && !headers.is_empty() && headers.iter().all(|(_, header)| is_lonely(header)) {
        let separator = if says_table { separators[0] } else { '\t' };
        return Table::read(text, separator).map(Some);
    }
    let refusal = |header: &Record, what: &str| {
        let found = fields::names(header.cells.iter().map(String::as_str));
        EntryError::at_line(header.line, format!("{what}{}; found: {found}", missing())).with(WayOut::Column)
    };
    if says_table {
        let widest = headers.iter().rev().max_by_key(|(_, header)| header.cells.len());
        return match widest {
            Some((_, header)) => Err(refusal(header, "")),
            // The first record is broken with every separator, or there is nothing.
            None => Table::read(text, separators[0]).map(Some),
        };
    }
    if let Some((separator, header)) =
        headers.iter().find(|(separator, header)| looks_like_table(text, *separator, header))
    {
        return Err(refusal(header, &format!("this looks like a {} table with ", separated(*separator))));
    }
    if is_markdown(text) {
        let reason = "this looks like a table in Markdown, which is not read; save it as CSV";
        return Err(EntryError::at_line(1, reason).with(WayOut::PlainText));
    }
    Ok(None)
}

impl Table {
    fn read(text: &str, separator: char) -> Result<Self, EntryError> {
        let read = |quotes| Records::of(text, separator, quotes).collect::<Result<Vec<_>, _>>();
        let records = match read(Quotes::Enclose) {
            // Programs that separate by tabs often write quotation marks as they are.
            Err(error) if separator == '\t' => {
                let records = read(Quotes::AreText)?;
                if !is_even(&records) {
                    return Err(error);
                }
                records
            }
            records => records?,
        };
        let mut records = records.into_iter();
        let Some(header) = records.next() else {
            return Ok(Self { separator, header: Record { line: 1, cells: vec![] }, rows: vec![] });
        };
        let mut rows = vec![];
        // Spreadsheets write rows of nothing.
        for row in records.filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty())) {
            let (len, expected) = (row.cells.len(), header.cells.len());
            if len != expected {
                let reason = format!("it has {len} columns, but the header has {expected} (missing quotation mark?)");
                return Err(EntryError::at_line(row.line, reason));
            }
            if row.cells == header.cells {
                return Err(EntryError::at_line(row.line, "this is the header again (two files in one?)"));
            }
            rows.push(row);
        }
        Ok(Self { separator, header, rows })
    }

    /// Its rows, each with the line that it begins in.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, Row<'_>)> {
        let cell = |(name, value)| Cell { name, value: Cow::Borrowed(value), is_text: true };
        self.rows.iter().map(move |record| {
            let pairs = self.header.cells.iter().map(String::as_str).zip(record.cells.iter().map(String::as_str));
            (record.line, Row { cells: pairs.map(cell).collect(), noun: "column" })
        })
    }
}

/// What a table with that separator is called.
pub(super) fn separated(separator: char) -> &'static str {
    match separator {
        '\t' => "tab-separated",
        ';' => "semicolon-separated",
        _ => "comma-separated",
    }
}

fn is_short(name: &str) -> bool {
    let name = name.trim();
    name.chars().count() <= LONGEST_NAME
        && name.split_whitespace().count() <= MOST_WORDS
        && !name.ends_with(['.', '?', '!', '。', '？', '！'])
}

/// A name as programs give them.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.'))
}

/// Two records or more, all as wide as the first and not of one cell.
fn is_even(records: &[Record]) -> bool {
    let width = records.first().map_or(0, |record| record.cells.len());
    records.len() > 1 && width > 1 && records.iter().all(|record| record.cells.len() == width)
}

/// Whether `text`, whose header says nothing, is a table rather than sentences with commas.
fn looks_like_table(text: &str, separator: char, header: &Record) -> bool {
    // What indents a line separates nothing.
    let separates = |line: &str| line.trim().contains(separator);
    let (with, without): (Vec<_>, Vec<_>) = lines::filled(text).partition(|(_, line)| separates(line));
    if separator == '\t' {
        // Hardly anybody types a tab in a sentence.
        return with.len() > 1 && with.len() >= without.len();
    }
    let has_names = header.cells.len() > 1 && header.cells.iter().all(|cell| is_identifier(cell));
    if has_names && with.len() > 1 && with.len() > without.len() {
        return true;
    }
    let records: Result<Vec<_>, _> = Records::of(text, separator, Quotes::Enclose).collect();
    // In a sentence a space follows.
    let is_tight = |record: &Record| !record.cells.iter().skip(1).any(|cell| cell.starts_with(char::is_whitespace));
    records.is_ok_and(|records| is_even(&records) && (has_names || records.iter().all(is_tight)))
}

fn is_markdown(text: &str) -> bool {
    let mut lines = lines::filled(text).map(|(_, line)| line.trim());
    let is_rule = |line: &str| line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    lines.next().is_some_and(|line| line.starts_with('|')) && lines.next().is_some_and(is_rule)
}
