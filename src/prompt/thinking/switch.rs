//! Keeping a model from thinking: there is no one way to tell a template so.

use std::collections::BTreeMap;

use super::super::template::{Message, Role, Template, TemplateError, Variable, Variables};

/// What became of the wish that a model shall not think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thinking {
    /// The prompt is another one, or is the one without thinking anyway.
    Off,
    /// The template does not know how.
    Stays,
}

/// What most templates understand. Others are told one of [`OTHERS`] as well.
const SWITCHES: [(&str, &str); 3] = [("enable_thinking", "false"), ("thinking", "false"), ("thinking_budget", "0")];

/// Understood by some families only, and refused or misunderstood by others.
const OTHERS: [(&str, &str); 5] = [
    ("reasoning", "false"),
    ("thinking_mode", "disabled"),
    ("reasoning_effort", "low"),
    ("reasoning_effort", "none"),
    ("reasoning_strength", "low"),
];

/// The template that `template` makes, told not to let the model think, and `variables`, which count more. Whether it
/// understood shows in the prompt of a message: it must change, or be without a thought as it is.
///
/// # Errors
/// Those of `template`.
pub fn without_thinking(
    template: impl Fn() -> Result<Template, TemplateError>,
    variables: &Variables,
) -> Result<(Template, Thinking), TemplateError> {
    let told = |also: &[(&str, &str)]| -> Result<Template, TemplateError> {
        let also = also.iter().map(|(name, value)| ((*name).to_owned(), Variable::parse(value)));
        Ok(template()?.with_variables(also.collect::<BTreeMap<_, _>>()).with_variables(variables.clone()))
    };
    let switched = told(&SWITCHES)?;
    let Some(usual) = prompt(&told(&[])?) else { return Ok((switched, Thinking::Stays)) };
    let marks = switched.thinking_marks();
    let is_other = |template: &Template| prompt(template).is_some_and(|prompt| prompt != usual);
    let switched_on = told(&SWITCHES.map(|(name, _)| (name, if name == "thinking_budget" { "-1" } else { "true" })))?;
    let begins_thinking = marks.opened_by(&usual).is_some();
    if is_other(&switched) || marks.ended_by(&usual) || (is_other(&switched_on) && !begins_thinking) {
        return Ok((switched, Thinking::Off));
    }
    for other in OTHERS {
        let template = told(&[&SWITCHES[..], &[other]].concat())?;
        let opens = prompt(&template).is_some_and(|prompt| marks.opened_by(&prompt).is_some());
        if is_other(&template) && (!opens || begins_thinking) {
            return Ok((template, Thinking::Off));
        }
    }
    Ok((switched, Thinking::Stays))
}

/// The prompt of a message, if the template takes it.
fn prompt(template: &Template) -> Option<String> {
    template.render(&[Message::new(Role::User, "?")]).ok().map(|rendered| rendered.text().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a template's last words, and whether that was understood.
    fn switched(end: &str, variables: &[(&str, &str)]) -> (String, Thinking) {
        let source = format!("{{% for message in messages %}}{{{{ message.content }}}}{{% endfor %}}{end}");
        let template = || Template::new(Some(&source), String::new(), String::new());
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), Variable::parse(value))).collect();
        let (template, thinking) = without_thinking(template, &variables).unwrap();
        (prompt(&template).unwrap_or_default(), thinking)
    }

    fn off(prompt: &str) -> (String, Thinking) {
        (prompt.to_owned(), Thinking::Off)
    }

    #[test]
    fn no_thinking_is_said_in_every_familys_words() {
        let is_told = |end: &str| switched(end, &[]);
        let closed = "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}";
        assert_eq!(is_told(closed), off("?<think></think>"));
        assert_eq!(is_told("{{ '<think>' if thinking is not defined or thinking else '</think>' }}"), off("?</think>"));
        assert_eq!(is_told("{{ 'budget 0' if thinking_budget == 0 }}"), off("?budget 0"));
        assert_eq!(is_told("{{ 'reason' if reasoning is not defined or reasoning }}"), off("?"));
        assert_eq!(is_told("{{ 'off' if thinking_mode == 'disabled' }}"), off("?off"));
        assert_eq!(is_told("{{ reasoning_effort or 'medium' }}"), off("?low"));
        assert_eq!(is_told("{{ 'no' if reasoning_effort == 'none' }}"), off("?no"));
    }

    #[test]
    fn thinking_that_is_off_stays_off() {
        let is_told = |end: &str| switched(end, &[]);
        assert_eq!(is_told("{{ '<think>' if thinking }}"), off("?"));
        assert_eq!(is_told("<|channel>thought\n<channel|>"), off("?<|channel>thought\n<channel|>"));
        // An effort that is refused, and one that would begin to think.
        let effort = "{% if reasoning_effort == 'none' %}{{ raise_exception('no') }}{% endif %}\
                      {{ '<think>' if reasoning_effort == 'low' }}";
        assert_eq!(is_told(effort), ("?".to_owned(), Thinking::Stays));
    }

    #[test]
    fn no_thinking_that_changes_nothing_is_told() {
        assert_eq!(switched("<think>\n", &[]), ("?<think>".to_owned(), Thinking::Stays));
        assert_eq!(switched("{{ raise_exception('never') }}", &[]), (String::new(), Thinking::Stays));
    }

    #[test]
    fn what_a_person_sets_counts_more() {
        let end = "{{ enable_thinking }}{{ reasoning_effort or 'medium' }}";
        assert_eq!(switched(end, &[("enable_thinking", "true")]), ("?Truelow".to_owned(), Thinking::Off));
        assert_eq!(
            switched("{{ reasoning_effort }}", &[("reasoning_effort", "high")]),
            ("?high".to_owned(), Thinking::Stays)
        );
    }
}
