//! CSV: a header line that names a prompt column.

use super::{EntryError, PROMPT_FIELDS};

/// Whether the first line is a header with a prompt column.
pub(super) fn looks_like(text: &str) -> bool {
    text.lines().next().is_some_and(|line| {
        let cells: Vec<_> = line.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
        cells.len() > 1 && column_in(&cells).is_some()
    })
}

pub(super) fn read(text: &str) -> Result<Vec<String>, EntryError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| EntryError::at_line(1, error.to_string()))?;
    let cells: Vec<_> = header.iter().map(str::trim).collect();
    let Some(column) = column_in(&cells) else {
        return Err(EntryError::at_line(1, format!("no column named {}", PROMPT_FIELDS.join(", "))));
    };
    let mut prompts = vec![];
    for record in reader.records() {
        let record = record.map_err(|error| entry_error(&error))?;
        let line = record.position().map_or(0, csv::Position::line) as usize;
        match record.get(column) {
            Some(prompt) if !prompt.trim().is_empty() => prompts.push(prompt.to_owned()),
            _ => {
                return Err(EntryError::at_line(
                    line,
                    format!("its {} is empty", format_args!("column {}", column + 1)),
                ));
            }
        }
    }
    Ok(prompts)
}

pub(super) fn entry_error(error: &csv::Error) -> EntryError {
    let line = error.position().map_or(0, csv::Position::line) as usize;
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} columns, but the header has {expected_len} (missing quotation mark?)")
        }
        _ => error.to_string(),
    };
    EntryError::at_line(line, reason)
}

fn column_in(cells: &[&str]) -> Option<usize> {
    PROMPT_FIELDS.iter().find_map(|wanted| cells.iter().position(|cell| cell.eq_ignore_ascii_case(wanted)))
}
