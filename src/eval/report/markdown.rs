//! A page as Markdown. Charts are left out: their figures stand in the tables.

use std::fmt::Write;

use super::html::is_unprintable;
use super::page::{Block, Cell, Page, Piece, SampleCard, Table};

pub(super) fn render(page: &Page) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push_str("\n\n");
    };
    line(format!("# {}", escaped(&page.title)));
    line(escaped(&page.subtitle));
    for (index, sentence) in page.verdict.iter().enumerate() {
        line(if index == 0 { format!("**{}**", escaped(sentence)) } else { escaped(sentence) });
    }
    for section in &page.sections {
        line(format!("## {}", escaped(&section.heading)));
        for block in &section.blocks {
            if let Some(text) = show(block) {
                line(text);
            }
        }
    }
    line(escaped(&page.footer));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn show(block: &Block) -> Option<String> {
    Some(match block {
        Block::Text { text } => escaped(text),
        Block::Warning { text } => format!("> {}", escaped(text)),
        Block::Figure(_) => return None,
        Block::Table(table) => show_table(table),
        Block::Terms { terms } => {
            let terms: Vec<String> =
                terms.iter().map(|(name, text)| format!("- **{}**: {}", escaped(name), escaped(text))).collect();
            terms.join("\n")
        }
        Block::Fold { title, blocks } => {
            let inner: Vec<String> = blocks.iter().filter_map(show).collect();
            if inner.is_empty() {
                return None;
            }
            format!("<details><summary>{}</summary>\n\n{}\n\n</details>", escaped(title), inner.join("\n\n"))
        }
        Block::Sample(card) => show_sample(card),
    })
}

fn show_table(table: &Table) -> String {
    let mut out = format!("**{}**\n\n", escaped(&table.caption));
    let heads: Vec<String> = table.head.iter().map(|head| escaped(head)).collect();
    let aligned = [":--"].into_iter().chain(std::iter::repeat_n("--:", heads.len().saturating_sub(1)));
    let _ = writeln!(out, "| {} |", heads.join(" | "));
    let _ = writeln!(out, "| {} |", aligned.collect::<Vec<_>>().join(" | "));
    for row in &table.rows {
        let name = if row.is_marked { format!("**{}**", escaped(&row.name)) } else { escaped(&row.name) };
        let cells = row.cells.iter().map(field);
        let _ = writeln!(out, "| {} |", [name].into_iter().chain(cells).collect::<Vec<_>>().join(" | "));
    }
    out.truncate(out.trim_end().len());
    out
}

fn field(cell: &Cell) -> String {
    if cell.note.is_empty() {
        escaped(&cell.text)
    } else {
        format!("{} ({})", escaped(&cell.text), escaped(&cell.note))
    }
}

fn show_sample(card: &SampleCard) -> String {
    let pieces = [&card.request, &card.answers[0], &card.answers[1]].map(show_piece);
    format!("### {}\n\n{}\n\n{}", escaped(&card.title), escaped(&card.why), pieces.join("\n\n"))
}

fn show_piece(piece: &Piece) -> String {
    let verdict = if piece.verdict.is_empty() { String::new() } else { format!(" ({})", escaped(&piece.verdict)) };
    let title = format!("{}{verdict}", escaped(&piece.title));
    let text = fenced(&piece.text);
    if piece.is_folded {
        format!("<details><summary>{title}</summary>\n\n{text}\n\n</details>")
    } else {
        format!("{title}:\n\n{text}")
    }
}

/// Text in a fence that nothing in it can close.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", printable(text))
}

/// Text on one line in which nothing is a mark of Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\t' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect()
}
