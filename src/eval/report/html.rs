//! A page as HTML.

use minijinja::value::Serde;
use minijinja::{Environment, context};

use super::ReportError;
use super::messages::Messages;
use super::page::Page;

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("style.css");

pub(super) fn render(page: &Page, messages: Messages) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    // The ending of the name turns escaping on.
    environment.add_template("report.html", TEMPLATE)?;
    environment.add_filter("printable", printable);
    let template = environment.get_template("report.html")?;
    Ok(template.render(
        context! { page => Serde(page), style => STYLE, contents => messages.contents(), unfold => messages.unfold() },
    )?)
}

/// Text of a model may hold anything: control characters have no place in HTML, and marks that turn the direction of
/// writing could make an answer look like another one.
fn printable(text: String) -> String {
    text.chars().map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect()
}

pub(super) fn is_unprintable(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}
