//! `%`: in Python it also fills in a text. minijinja has the remainder only and no way to give operators a meaning, so
//! `left % right` is written as the filter call `(left)|__mod__(right)` before it is parsed.

use minijinja::formatting::{FormatStyle, format};
use minijinja::{Error, State, Value, context};

use super::tokens::{Kind, Token};

/// The filter's name, Python's name of the operator.
pub(super) const FILTER: &str = "__mod__";

/// `left % right`.
pub(super) fn apply(state: &State<'_, '_>, left: &Value, right: &Value) -> Result<Value, Error> {
    let Some(text) = left.as_str() else {
        return state.env().compile_expression("left % right")?.eval(context! { left, right });
    };
    let values: Vec<Value> =
        if right.is_tuple() { right.try_iter()?.checked().collect::<Result<_, _>>()? } else { vec![right.clone()] };
    format(FormatStyle::Printf, text, &values).map(Value::from)
}

/// Writes every `%` in a tag as a call of the filter.
pub(super) fn call_it<'a>(tokens: &mut Vec<Token<'a>>, is_block: bool) {
    while let Some(at) = tokens.iter().position(|token| token.is_symbol(&["%"])) {
        let operands = (begin_of_left(tokens, at, is_block), end_of_right(tokens, at));
        let (Some(begin), Some(end)) = operands else { return };
        tokens.insert(end, Token::symbol(")"));
        let filter = Token { white: "", text: FILTER, kind: Kind::Name };
        tokens.splice(at..=at, [Token::symbol(")"), Token::symbol("|"), filter, Token::symbol("(")]);
        let white = std::mem::take(&mut tokens[begin].white);
        tokens.insert(begin, Token { white, ..Token::symbol("(") });
    }
}

/// Where the operand before the operator at `at` begins. `%` counts as much as `*`, and they count from the left.
fn begin_of_left(tokens: &[Token<'_>], at: usize, is_block: bool) -> Option<usize> {
    let first = usize::from(is_block);
    let mut begin = at;
    while begin > first {
        let previous = begin - 1;
        if tokens[previous].is_symbol(&[")", "]", "}"]) {
            begin = opening(tokens, previous)?;
        } else if is_weaker(tokens, previous) || tokens[previous].is_symbol(&["(", "[", "{"]) {
            break;
        } else {
            begin = previous;
        }
    }
    (begin < at).then_some(begin)
}

/// Where the operand behind the operator at `at` ends.
fn end_of_right(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let mut end = at + 1;
    while end < tokens.len() {
        if tokens[end].is_symbol(&["(", "[", "{"]) {
            end = closing(tokens, end)? + 1;
        } else if is_weaker(tokens, end) || tokens[end].is_symbol(&[")", "]", "}", "*", "/", "//", "%"]) {
            break;
        } else {
            end += 1;
        }
    }
    (end > at + 1).then_some(end)
}

fn opening(tokens: &[Token<'_>], closing: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (0..=closing).rev().find(|at| {
        depth += usize::from(tokens[*at].is_symbol(&[")", "]", "}"]));
        depth -= usize::from(tokens[*at].is_symbol(&["(", "[", "{"]));
        depth == 0
    })
}

fn closing(tokens: &[Token<'_>], opening: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (opening..tokens.len()).find(|at| {
        depth += usize::from(tokens[*at].is_symbol(&["(", "[", "{"]));
        depth -= usize::from(tokens[*at].is_symbol(&[")", "]", "}"]));
        depth == 0
    })
}

/// Whether the token at `at` binds less than `%`, so that it ends its operands.
fn is_weaker(tokens: &[Token<'_>], at: usize) -> bool {
    let token = &tokens[at];
    match token.kind {
        Kind::Symbol if token.is_symbol(&["+", "-"]) => at > 0 && ends_operand(tokens, at - 1),
        Kind::Symbol => ["~", "==", "!=", "<", ">", "<=", ">=", "=", ",", ":"].contains(&token.text),
        Kind::Name => is_keyword(tokens, at),
        Kind::Number | Kind::Text => false,
    }
}

/// Whether a sign behind the token at `at` stands between two operands.
fn ends_operand(tokens: &[Token<'_>], at: usize) -> bool {
    match tokens[at].kind {
        Kind::Symbol => tokens[at].is_symbol(&[")", "]", "}"]),
        Kind::Name => !is_keyword(tokens, at),
        Kind::Number | Kind::Text => true,
    }
}

fn is_keyword(tokens: &[Token<'_>], at: usize) -> bool {
    let previous = at.checked_sub(1).map(|previous| &tokens[previous]);
    let is_attribute = previous.is_some_and(|previous| previous.is_symbol(&["."]));
    // `is not` and `is in` belong to one operand, as `is` does.
    let is_test = previous.is_some_and(|previous| previous.text == "is" && previous.kind == Kind::Name);
    ["and", "or", "not", "in", "if", "else", "recursive"].contains(&tokens[at].text) && !is_attribute && !is_test
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fails, renders};

    #[test]
    fn percent_fills_in_texts() {
        renders(&[
            ("{{ 'a %s b %d' % ('x', 3) }}", "a x b 3"),
            ("{{ '%s' % 'x' }}", "x"),
            ("{{ '%s and %s' % (1, none) }}", "1 and None"),
            (
                "{{ '%05.2f|%x|%X|%o|%e|%%|%5s|%-5s|%c' % (3.14159, 255, 255, 8, 12345.678, 'ab', 'ab', 'z') }}",
                "03.14|ff|FF|10|1.234568e+04|%|   ab|ab   |z",
            ),
            ("{{ '%(a)s-%(b)d' % {'a': 1, 'b': 2} }}", "1-2"),
            ("{{ '%s' % true }}{{ '%s' % [1, 'a'] }}{{ '%s' % 3.0 }}", "True[1, 'a']3.0"),
            ("{{ '%+d' % 5 }}{{ '%.3s' % 'abcdef' }}{{ '%03d' % 5 }}", "+5abc005"),
            ("{{ '%s' % gone }}|", "|"),
            ("{% set f = 'a%sb' %}{% if f % 1 == 'a1b' %}{{ f % (2,) ~ '%' }}{% endif %}", "a2b%"),
        ]);
        fails("{{ '%s %s' % ('a',) }}");
        fails("{{ '%d' % 'a' }}");
    }

    #[test]
    fn percent_is_still_the_remainder() {
        renders(&[
            ("{{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 % 2 }}", "1 2 -2 1.5"),
            ("{{ 1 + 7 % 4 * 2 - 1 }} {{ 2 * 7 % 4 }} {{ 17 % 9 % 5 }} {{ 7 % 2 ** 2 }} {{ 7%4 }}", "6 2 3 3 3"),
            ("{{ 1 - -7 % 4 }} {{ [5 % 3, 4 % 3] }} {{ {'a': 5 % 3}.a }} {{ 'abcd'[5 % 3:7 % 4] }}", "0 [2, 1] 2 c"),
            ("{% for x in l if x % 2 %}{{ loop.index0 % 2 == 0 }}{{ not x % 3 }};{% endfor %}", "TrueTrue;FalseFalse;"),
            ("{{ (l|length) % 2 != (l[1] % 2 == 0) }} {{ l|length % 2 }} {{ -l[0] % 2 }}", "True 1 1"),
            (
                "{{ 'odd' if 3 % 2 else 'even' }} {{ 1 if x is not defined else 5 % 3 }} {{ 6 % 4 in [2] }}",
                "odd 1 True",
            ),
            ("{%- set x = 9 % 4 -%}{%if x % 2%}{{x % 2}}{%endif%}", "1"),
        ]);
        fails("{{ 5 % 0 }}");
    }
}
