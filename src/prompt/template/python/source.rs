//! A template's text as minijinja can take it. What Python's Jinja reads differently is written anew in its tags: the
//! escapes in texts, `%`, which also fills in texts there, and `{% generation %}`.

use super::percent;
use super::tokens::{Kind, Token, tokens};

/// The same template for minijinja.
pub(in super::super) fn for_minijinja(source: &str) -> String {
    // jinja2 reads every line end as `\n`.
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut text = String::with_capacity(source.len());
    let mut rest = source.as_str();
    while let Some(begin) = rest.as_bytes().windows(2).position(|pair| matches!(pair, b"{{" | b"{%" | b"{#")) {
        text.push_str(&rest[..begin]);
        rest = &rest[begin..];
        let Some(length) = write_tag(rest, &mut text) else { break };
        rest = &rest[length..];
    }
    text + rest
}

/// Writes what stands at the head of `source`, an expression, a block, raw text or a comment, to its end, and returns its
/// length. Nothing if it has no end: minijinja then says where.
fn write_tag(source: &str, text: &mut String) -> Option<usize> {
    let (open, inner) = source.split_at(2);
    let close = match open {
        "{{" => "}}",
        "{%" => "%}",
        _ => {
            let length = 2 + source[2..].find("#}")? + 2;
            text.push_str(&source[..length]);
            return Some(length);
        }
    };
    let (sign, inner) = inner.split_at(usize::from(inner.starts_with(['-', '+'])));
    let (mut tokens, tail) = tokens(inner, close)?;
    let end = 2 + sign.len() + tail.end;
    let is_block = open == "{%";
    if is_block && let [only] = tokens.as_mut_slice() {
        match only.text {
            "raw" => {
                let length = end + end_of_raw(&source[end..])?;
                text.push_str(&source[..length]);
                return Some(length);
            }
            // It marks what training learns from; for us it is a block that is always there. minijinja has no tags of
            // one's own, so it becomes an `if`, with the same white space around it.
            "generation" => only.text = "if true",
            "endgeneration" => only.text = "endif",
            _ => {}
        }
    }
    percent::call_it(&mut tokens, is_block);
    text.push_str(open);
    text.push_str(sign);
    for Token { white, text: token, kind } in tokens {
        text.push_str(white);
        match kind {
            Kind::Text => write_literal(token, text),
            Kind::Name | Kind::Number | Kind::Symbol => text.push_str(token),
        }
    }
    text.push_str(&inner[tail]);
    Some(end)
}

/// Where the tag behind raw text ends.
fn end_of_raw(source: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let tag = from + source[from..].find("{%")?;
        let end = tag + 2 + source[tag + 2..].find("%}")? + 2;
        let word = source[tag + 2..end - 2].trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+');
        if word == "endraw" {
            return Some(end);
        }
        from = tag + 2;
    }
}

/// A text in quotes, with the escapes that mean something else in Python.
fn write_literal(literal: &str, text: &mut String) {
    let mut characters = literal.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            // The line goes on.
            Some('\n') => {}
            Some('a') => text.push('\x07'),
            Some('v') => text.push('\x0b'),
            Some('/') => text.push_str(r"\\/"),
            Some(escaped) => text.extend(['\\', escaped]),
            None => text.push('\\'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{render, renders};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn training_marks_change_nothing() {
        let source = "a {%- generation -%} b {% endgeneration %}{% if x %}{% endif %} {% raw";
        let expected = "a {%- if true -%} b {% endif %}{% if x %}{% endif %} {% raw";
        assert_eq!(for_minijinja(source), expected);
        assert_eq!(render("{%- generation %} x {% endgeneration -%} y"), " x y");
        assert_eq!(render("{{ '{% generation %}' }}{# {% generation %} #}"), "{% generation %}");
    }

    #[test]
    fn raw_text_and_comments_stay() {
        renders(&[
            (r"{% raw %}{{ '\/' % 1 }}{% if %}{%- endraw %}{{ 1 }}", r"{{ '\/' % 1 }}{% if %}1"),
            ("{# '{{ ' #}{{ 1 }}", "1"),
            ("{{ '{{ }} %} #}' }}", "{{ }} %} #}"),
            ("{{ {'a': {'b': 1}}['a']['b'] }}", "1"),
        ]);
    }

    #[test]
    fn escapes_in_texts_are_pythons() {
        renders(&[
            ("{{ 'a\\\nb' }}", "ab"),
            ("{{ 'a\nb' }}", "a\nb"),
            ("{{ 'a\\\\\nb' }}", "a\\\nb"),
            (r"{{ '\n\t\\\'\x41\u00e9\101\q\/\a' }}", "\n\t\\'AéA\\q\\/\x07"),
            (r#"{{ "\"" ~ '\'' }}"#, "\"'"),
        ]);
    }

    proptest! {
        #[test]
        fn what_needs_no_change_is_left_alone(source in "(\\{\\{|\\{%|\\{#|\\}\\}|%\\}|#\\}|raw|endraw|[ a'\"(\\[\\])|~é-]){0,24}") {
            let again = for_minijinja(&source);
            if !source.contains(" % ") && !source.replace("{%", "").replace("%}", "").contains('%') {
                prop_assert_eq!(again, source);
            }
        }

        #[test]
        fn no_text_panics(source in "(\\{\\{|\\{%|\\}\\}|%\\}|%|is not|[ a'\"(\\[\\])|~é\\\\\n-]){0,24}") {
            for_minijinja(&source);
        }
    }
}
