//! Lines of separated cells, strictly (RFC 4180): a cell in quotation marks may hold separators, line ends, and
//! quotation marks written twice.
//!
//! Not by the `csv` crate, because that takes what is wrong: a quotation mark that is never closed swallows the rest of
//! a file, and text behind a closing one is put together with it. It also counts no lines but those that end in `\n`.

use super::super::EntryError;

/// Cells that belong together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line that it begins in.
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// Whether quotation marks mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    Enclose,
    AreText,
}

/// Gives out the records of a text, one after the other; lines with nothing on them are left out.
pub(super) struct Records<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    separator: char,
    quotes: Quotes,
    line: usize,
}

impl<'a> Records<'a> {
    pub(super) fn of(text: &'a str, separator: char, quotes: Quotes) -> Self {
        Self { rest: text.chars().peekable(), separator, quotes, line: 1 }
    }

    /// A cell, and whether the record goes on behind it.
    fn cell(&mut self) -> Result<(String, bool), EntryError> {
        let mut cell = String::new();
        if self.quotes == Quotes::Enclose && self.rest.next_if_eq(&'"').is_some() {
            self.quoted(&mut cell)?;
            return match self.rest.next() {
                Some(c) if c == self.separator => Ok((cell, true)),
                Some(c @ ('\n' | '\r')) => {
                    self.end_line(c, None);
                    Ok((cell, false))
                }
                None => Ok((cell, false)),
                Some(_) => Err(EntryError::at_line(
                    self.line,
                    "text behind a closing quotation mark (write quotation marks inside of a cell twice)",
                )),
            };
        }
        while let Some(c) = self.rest.next() {
            match c {
                c if c == self.separator => return Ok((cell, true)),
                '\n' | '\r' => {
                    self.end_line(c, None);
                    return Ok((cell, false));
                }
                c => cell.push(c),
            }
        }
        Ok((cell, false))
    }

    /// What is between quotation marks.
    fn quoted(&mut self, cell: &mut String) -> Result<(), EntryError> {
        let opened = self.line;
        while let Some(c) = self.rest.next() {
            match c {
                '"' if self.rest.next_if_eq(&'"').is_none() => return Ok(()),
                '\n' | '\r' => {
                    cell.push(c);
                    self.end_line(c, Some(cell));
                }
                c => cell.push(c),
            }
        }
        Err(EntryError::at_line(opened, "its quotation mark is never closed"))
    }

    /// Counts the line that `c` ends, and takes the second half of `\r\n`.
    fn end_line(&mut self, c: char, cell: Option<&mut String>) {
        self.line += 1;
        if c == '\r' && self.rest.next_if_eq(&'\n').is_some() {
            cell.into_iter().for_each(|cell| cell.push('\n'));
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, EntryError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rest.peek().is_some() {
            let line = self.line;
            let mut cells = vec![];
            loop {
                match self.cell() {
                    Ok((cell, goes_on)) => {
                        cells.push(cell);
                        if !goes_on {
                            break;
                        }
                    }
                    Err(error) => {
                        self.rest = "".chars().peekable();
                        return Some(Err(error));
                    }
                }
            }
            if !matches!(&*cells, [only] if only.trim().is_empty()) {
                return Some(Ok(Record { line, cells }));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &str, separator: char) -> Result<Vec<(usize, Vec<String>)>, String> {
        let records = Records::of(text, separator, Quotes::Enclose);
        records
            .map(|record| record.map(|record| (record.line, record.cells)))
            .collect::<Result<_, _>>()
            .map_err(|EntryError { place, reason, .. }| format!("{place}: {reason}"))
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        let text = "a,b\r\n\r\n\"x\r\ny\",1\rc,\"d\n\ne\"\n \nf,g";
        let lines: Vec<_> =
            records(text, ',').unwrap().into_iter().map(|(line, cells)| (line, cells[0].clone())).collect();
        let expected = [(1, "a"), (3, "x\r\ny"), (5, "c"), (9, "f")].map(|(line, cell)| (line, cell.to_owned()));
        assert_eq!(lines, expected);
    }

    #[test]
    fn quotation_marks_that_do_not_fit_are_refused_where_they_are() {
        assert!(
            records("a,b\n1,\"x\n2,y\n", ',').unwrap_err().starts_with("line 2: its quotation mark is never closed")
        );
        assert!(records("a,b\n1,\"x\ny\" z\n", ',').unwrap_err().starts_with("line 3: text behind a closing"));
        assert_eq!(records("5\" pipe,\"\"\n", ',').unwrap(), [(1, vec!["5\" pipe".to_owned(), String::new()])]);
    }

    proptest! {
        #[test]
        fn what_a_writer_writes_comes_back(
            rows in prop::collection::vec(prop::collection::vec("[ -~\r\n\t\"あ]{0,6}", 2..4), 1..6),
            separator in "[,;\t]", ends in "(crlf|lf)",
        ) {
            let separator = separator.chars().next().unwrap();
            let width = rows[0].len();
            let rows: Vec<Vec<String>> = rows.into_iter().map(|mut row| { row.resize(width, "z".to_owned()); row }).collect();
            let terminator = if ends == "crlf" { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let mut writer = csv::WriterBuilder::new().delimiter(separator as u8).terminator(terminator).from_writer(vec![]);
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read = records(&text, separator).unwrap();
            prop_assert_eq!(read.iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>(), rows.clone());
            // Every line begins where the lines of those before it end.
            let mut line = 1;
            for ((found, _), row) in read.iter().zip(&rows) {
                prop_assert_eq!(*found, line);
                let within: usize = row.iter().map(|cell| super::super::super::lines::number_behind(cell.as_bytes()) - 1).sum();
                line += 1 + within;
            }
        }
    }
}
