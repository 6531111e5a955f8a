//! What a template may use beyond Jinja itself, as transformers provides it
//! (`transformers/utils/chat_template_utils.py`, `_compile_jinja_template`), and what Python's Jinja does otherwise than
//! minijinja.

mod json;
mod methods;
mod names;
mod percent;
mod print;
mod source;
mod tokens;
mod white;

use minijinja::{Environment, Error, ErrorKind, Value};

pub(super) use source::for_minijinja as source;

/// Gives `environment` everything that templates expect.
pub(super) fn install(environment: &mut Environment<'static>) {
    environment.set_unknown_method_callback(methods::call);
    environment.set_formatter(print::print);
    environment.add_function("raise_exception", |reason: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, reason))
    });
    environment.add_function("strftime_now", strftime_now);
    environment.add_filter("tojson", json::tojson);
    environment.add_filter("fromjson", json::fromjson);
    environment.add_filter(percent::FILTER, percent::apply);
    names::install(environment);
}

/// `datetime.now().strftime(format)`. `SOURCE_DATE_EPOCH` stands still, so that two runs give the same prompt.
fn strftime_now(format: &str) -> Result<String, Error> {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let now = match epoch.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
        Some(then) => then.to_zoned_datetime(jiff::tz::TimeZone::UTC),
        None => jiff::ZonedDateTime::now(),
    };
    jiff::fmt::strtime::format(format, &now).map_err(|error| {
        Error::new(ErrorKind::InvalidOperation, format!("strftime_now cannot write the date as '{format}': {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::syntax::SyntaxConfig;

    /// What a template makes of a few values, set up as chat templates are.
    fn try_render(template: &str) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        install(&mut environment);
        let values = r#"{"d": {"b": {}, "a": [1, 2.5, "<é>"], "n": null}, "n": null, "s": "a,b,c", "l": [3, 1, 2]}"#;
        let values: Value = serde_json::from_str(values).unwrap();
        environment.render_str(&source(template), values)
    }

    pub(super) fn render(template: &str) -> String {
        try_render(template).unwrap_or_else(|error| panic!("{template}: {error}"))
    }

    /// Templates and what Python's jinja2 makes of them.
    pub(super) fn renders(table: &[(&str, &str)]) {
        let ours: Vec<(&str, String)> = table.iter().map(|(template, _)| (*template, render(template))).collect();
        let pythons: Vec<(&str, String)> =
            table.iter().map(|(template, text)| (*template, (*text).to_owned())).collect();
        assert_eq!(ours, pythons);
    }

    /// A template that Python's jinja2 refuses.
    pub(super) fn fails(template: &str) {
        let rendered = try_render(template);
        assert!(rendered.is_err(), "{template}: {rendered:?}");
    }

    #[test]
    fn loops_macros_and_the_undefined_are_jinjas() {
        renders(&[
            (
                "{% for x in l %}{{ loop.previtem }},{{ loop.nextitem }},{{ loop.changed(x) }};{% endfor %}",
                ",1,True;3,2,True;1,,True;",
            ),
            (
                "{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{{ loop.previtem is defined }};{% endfor %}",
                "TrueFalse;FalseTrue;TrueTrue;",
            ),
            ("{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "32"),
            ("{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "3"),
            ("{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}{% endfor %}", "1/22/2"),
            (
                "{% macro m(a, b=2) %}[{{ caller(a) }}{{ b }}]{% endmacro %}{% call(x) m(1) %}{{ x }}!{% endcall %}",
                "[1!2]",
            ),
            (
                "{{ d.gone }}|{{ d.gone is defined }}|{{ gone|default('q') }}|{{ gone == none }}|{{ gone ~ 'x' }}|{{ gone|length }}",
                "|False|q|False|x|0",
            ),
            ("{% set x = 1 %}{% for y in l %}{% set x = y %}{% endfor %}{{ x }}", "1"),
            ("{{ 1 ~ none ~ 1.0 ~ [1] ~ 'a' ~ \"it's\" }} {{ ['a', \"it's\"] }}", "1None1.0[1]ait's ['a', \"it's\"]"),
        ]);
        for wrong in ["d.gone.x", "gone()", "gone.foo()", "'a' + 1", "none|length", "'a'.nothing()"] {
            fails(&format!("{{{{ {wrong} }}}}"));
        }
    }
}
