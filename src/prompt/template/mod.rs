//! Chat templates: the Jinja text in a model's own metadata that turns messages into one prompt, rendered the way
//! transformers renders it.

mod located;
mod message;
mod python;
mod rendered;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};

use super::thinking::ThinkingMarks;
use crate::engine::Model;
use located::Place;
pub use message::{Message, Role};
pub use rendered::Rendered;
pub use variables::{Variable, Variables};

/// ChatML, which many models speak.
const CHATML: &str = "{%- for turn in messages -%}{{ '<|im_start|>' ~ turn.role ~ '\\n' ~ turn.content ~ '<|im_end|>\\n' }}\
                      {%- endfor -%}{{ '<|im_start|>assistant\\n' if add_generation_prompt }}";

/// A template that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The text is not a template.
    #[error("cannot parse the chat template: {0}")]
    Syntax(String),
    /// The template refuses these messages, or fails on them.
    #[error("the chat template rejected this conversation: {0}")]
    Render(String),
    /// A message is not in the prompt: an answer would be one to something else.
    #[error("the chat template leaves out {} (message {number})", .role.described())]
    Lost {
        /// Who says it.
        role: Role,
        /// Which it is, from 1.
        number: usize,
    },
    /// An answer of the history holds control tokens, and the template has changed it.
    #[error(
        "an earlier answer contains control tokens, and the chat template changes that answer: it cannot be sent as text"
    )]
    ControlTokens,
    /// The template's file cannot be read.
    #[error("cannot read the chat template {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// From the model's file.
    Model,
    /// Given in its place.
    Given,
    /// ChatML, because somebody chose it.
    Chatml,
    /// ChatML, because the model has none and nobody chose another.
    Assumed,
    /// None: texts go in as they are.
    Raw,
}

/// A model's chat template, parsed.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    source: String,
    origin: Origin,
    obeys_contents: bool,
    bos_token: String,
    eos_token: String,
    variables: Variables,
    thinking_marks: ThinkingMarks,
}

impl Template {
    /// The template that `model` carries, or ChatML if it carries none.
    ///
    /// # Errors
    /// The model's template is not valid Jinja.
    pub fn of(model: &Model) -> Result<Self, TemplateError> {
        match model.chat_template() {
            Some(source) => Self::parsed(source, model, Origin::Model),
            None => Self::parsed(CHATML, model, Origin::Assumed),
        }
    }

    /// ChatML for `model`, whatever template that carries.
    ///
    /// # Errors
    /// None: it is valid Jinja.
    pub fn chatml(model: &Model) -> Result<Self, TemplateError> {
        Self::parsed(CHATML, model, Origin::Chatml)
    }

    /// No template: texts go in as they are, a line each. They are the whole prompt, so control tokens in them are obeyed.
    ///
    /// # Errors
    /// None: there is nothing to parse.
    pub fn raw() -> Result<Self, TemplateError> {
        let template = Self::new(None, String::new(), String::new())?;
        Ok(Self { source: String::new(), origin: Origin::Raw, obeys_contents: true, ..template })
    }

    fn parsed(source: &str, model: &Model, origin: Origin) -> Result<Self, TemplateError> {
        let (bos, eos) = (model.bos_text().unwrap_or_default(), model.eos_text().unwrap_or_default());
        Ok(Self { origin, ..Self::new(Some(source), bos, eos)? })
    }

    /// The template in the file at `path`, for `model`.
    ///
    /// # Errors
    /// The file cannot be read or is not valid Jinja.
    pub fn from_file(path: &Path, model: &Model) -> Result<Self, TemplateError> {
        let source =
            std::fs::read_to_string(path).map_err(|source| TemplateError::File { path: path.to_owned(), source })?;
        Self::parsed(&source, model, Origin::Given)
    }

    /// A template from its text and the model's start and end tokens, as they are written.
    ///
    /// # Errors
    /// The text is not valid Jinja.
    pub fn new(source: Option<&str>, bos_token: String, eos_token: String) -> Result<Self, TemplateError> {
        let origin = if source.is_some() { Origin::Given } else { Origin::Assumed };
        let source = source.unwrap_or(CHATML).to_owned();
        let mut environment = Environment::new();
        // What transformers sets; the delimiters stay Jinja's, so building cannot fail.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| TemplateError::Syntax(error.to_string()))?);
        python::install(&mut environment);
        let parsed = environment.add_template_owned("chat", python::source(&source));
        parsed.map_err(|error| TemplateError::Syntax(error.to_string()))?;
        let thinking_marks = ThinkingMarks::of_template(&source);
        Ok(Self {
            environment,
            source,
            origin,
            obeys_contents: false,
            bos_token,
            eos_token,
            variables: Variables::new(),
            thinking_marks,
        })
    }

    /// The same template, told `variables` as well; they count more than what it is told anyway.
    #[must_use]
    pub fn with_variables(mut self, variables: Variables) -> Self {
        self.variables.extend(variables);
        self
    }

    /// The same template, under which control tokens in messages are obeyed (`--parse-special`).
    #[must_use]
    pub fn obeying_contents(self) -> Self {
        Self { obeys_contents: true, ..self }
    }

    /// Whether control tokens in messages are obeyed.
    #[must_use]
    pub fn obeys_contents(&self) -> bool {
        self.obeys_contents
    }

    /// Where it comes from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The template's text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How thinking is marked in what is said behind its prompts.
    #[must_use]
    pub fn thinking_marks(&self) -> &ThinkingMarks {
        &self.thinking_marks
    }

    /// The prompt that these messages make, ready for the assistant to answer. Every message of the person and the system
    /// is in it: a template that wants contents as lists of parts gets them so, and one that knows no system role gets the
    /// system prompt at the head of the first message, as llama.cpp does it.
    ///
    /// # Errors
    /// The template refuses the messages, fails on them, or leaves out what was said.
    pub fn render(&self, messages: &[Message]) -> Result<Rendered, TemplateError> {
        if self.origin == Origin::Raw {
            let lines: Vec<&str> = messages.iter().map(|message| &*message.content).collect();
            let text = lines.join("\n");
            return Ok(Rendered { text, obeys_contents: self.obeys_contents, ..Rendered::default() });
        }
        let as_text = self.render_as(messages, Contents::Text);
        let as_parts = match &as_text {
            Err(TemplateError::Lost { .. }) => self.render_as(messages, Contents::Parts),
            _ => as_text,
        };
        let (error, merged) = match (as_parts, merged(messages)) {
            (Err(error), Some(merged)) => (error, merged),
            (result, _) => return result,
        };
        let again = |contents| self.render_as(&merged, contents);
        match again(Contents::Text).or_else(|_| again(Contents::Parts)) {
            Ok(rendered) => Ok(Rendered { system_merged: true, ..rendered }),
            Err(_) => Err(error),
        }
    }

    /// Whether the system prompt `system` goes into the first message, because there is no system role.
    ///
    /// # Errors
    /// As for [`Self::render`].
    pub fn merges_system(&self, system: &str) -> Result<bool, TemplateError> {
        let messages = [Message::new(Role::System, system), Message::new(Role::User, "?")];
        Ok(self.render(&messages)?.system_merged())
    }

    /// The prompt, with contents in one of two shapes, and where they stand in it.
    fn render_as(&self, messages: &[Message], shape: Contents) -> Result<Rendered, TemplateError> {
        let roles: Vec<Role> = messages.iter().map(|message| message.role).collect();
        let contents: Vec<&str> = messages.iter().map(|message| &*message.content).collect();
        let render = |contents: &[String]| {
            let messages = roles.iter().zip(contents).map(|(role, content)| Message::new(*role, content));
            self.render_text(&messages.collect::<Vec<_>>(), shape)
        };
        let text = self.render_text(messages, shape)?;
        let places = located::places(&contents, &text, render);
        let mut rendered = Rendered { text, obeys_contents: self.obeys_contents, ..Rendered::default() };
        for ((number, message), place) in (1..).zip(messages).zip(places) {
            match (place, message.role) {
                (Place::Empty, _) => {}
                (Place::At(ranges), _) => rendered.contents.extend(ranges),
                (Place::Lost, Role::Assistant) => rendered.lost.push(message.content.clone()),
                (Place::Lost, role) => return Err(TemplateError::Lost { role, number }),
            }
        }
        rendered.contents.sort_by_key(|range| range.start);
        Ok(rendered)
    }

    fn render_text(&self, messages: &[Message], shape: Contents) -> Result<String, TemplateError> {
        let message = |message: &Message| {
            let text = &*message.content;
            let content = match shape {
                Contents::Text => Value::from(text),
                Contents::Parts => Value::from(vec![context! { type => "text", text => text }]),
            };
            context! { role => message.role.name(), content => content }
        };
        let told = context! {
            messages => messages.iter().map(message).collect::<Vec<_>>(),
            // What transformers passes for a chat without tools.
            tools => (),
            documents => (),
            add_generation_prompt => true,
            bos_token => &*self.bos_token,
            eos_token => &*self.eos_token,
        };
        let variables: BTreeMap<&str, Value> =
            self.variables.iter().map(|(name, it)| (&**name, it.0.clone())).collect();
        let told = context! { ..Value::from(variables), ..told };
        let render = |template: minijinja::Template<'_, '_>| template.render(told);
        let rendered = self.environment.get_template("chat").and_then(render);
        rendered.map_err(|error| TemplateError::Render(error.detail().unwrap_or(&error.to_string()).to_owned()))
    }
}

/// The shape that contents have in what a template is told.
#[derive(Debug, Clone, Copy)]
enum Contents {
    Text,
    /// A list of one part of text: for templates of models that also see or hear.
    Parts,
}

/// `messages` with the system prompt at the head of the first thing that the person says; `None` if there are not both.
fn merged(messages: &[Message]) -> Option<Vec<Message>> {
    let (system, rest) = messages.split_first().filter(|(first, _)| first.role == Role::System)?;
    let (first, rest) = rest.split_first().filter(|(first, _)| first.role == Role::User)?;
    let both = Message::new(Role::User, format!("{}\n\n{}", system.content.trim_end(), first.content));
    Some([both].into_iter().chain(rest.iter().cloned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(source: &str) -> Template {
        Template::new(Some(source), "<s>".to_owned(), "</s>".to_owned()).unwrap()
    }

    #[test]
    fn a_model_without_a_template_speaks_chatml() {
        let template = Template::new(None, String::new(), String::new()).unwrap();
        let messages = [Message::new(Role::System, "Be brief."), Message::new(Role::User, "Hello")];
        let expected = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n\
                        <|im_start|>assistant\n";
        assert_eq!(template.render(&messages).unwrap().text(), expected);
        assert_eq!(template.origin(), Origin::Assumed);
    }

    #[test]
    fn python_methods_and_block_trimming_work_as_in_transformers() {
        let source = "{{ bos_token }}\n{% for message in messages %}\n    {% if message['role'] == 'user' %}\n\
                      [{{ message['content'].strip().upper() }}]\n    {% endif %}\n{% endfor %}\n";
        assert_eq!(template(source).render(&[Message::new(Role::User, " hi ")]).unwrap().text(), "<s>\n[HI]\n");
    }

    #[test]
    fn a_template_may_come_from_windows() {
        let source = "{% for message in messages %}\r\n{{ message.content }}\r\nx\r\n{% endfor %}\r\n";
        assert_eq!(template(source).render(&[Message::new(Role::User, "a\r\nb")]).unwrap().text(), "a\r\nb\nx\n");
    }

    #[test]
    fn a_template_that_refuses_says_why() {
        let source = "{% for m in messages %}{{ m.content }}{% endfor %}{{ raise_exception('no such talk here') }}";
        for messages in [&[Message::new(Role::System, "x"), Message::new(Role::User, "y")][..], &[]] {
            let error = template(source).render(messages).unwrap_err().to_string();
            assert!(error.contains("no such talk here"), "{error}");
        }
    }

    fn system_and_question() -> [Message; 2] {
        [Message::new(Role::System, "Be brief."), Message::new(Role::User, "Why?")]
    }

    /// What people wrote, as the prompt says it.
    fn contents(rendered: &Rendered) -> Vec<&str> {
        rendered.contents.iter().map(|range| &rendered.text[range.clone()]).collect()
    }

    #[test]
    fn without_a_system_role_the_system_prompt_goes_into_the_first_message() {
        let raises = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}\
                      {% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
        let drops = "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endfor %}";
        for source in [raises, drops] {
            let rendered = template(source).render(&system_and_question()).unwrap();
            assert_eq!(rendered.text(), "<user>Be brief.\n\nWhy?");
            assert!(rendered.system_merged());
            assert_eq!(contents(&rendered), ["Be brief.\n\nWhy?"]);
        }
        let alone = template(drops).render(&[Message::new(Role::System, "Be brief.")]).unwrap_err();
        assert!(matches!(alone, TemplateError::Lost { role: Role::System, number: 1 }), "{alone}");
    }

    #[test]
    fn a_template_that_wants_parts_gets_parts() {
        let source = "{% for m in messages %}<{{ m.role }}>{% for part in m.content if part.type == 'text' %}\
                      {{ part.text }}{% endfor %}{% endfor %}";
        let rendered = template(source).render(&system_and_question()).unwrap();
        assert_eq!(rendered.text(), "<system>Be brief.<user>Why?");
        assert_eq!((contents(&rendered), rendered.system_merged()), (vec!["Be brief.", "Why?"], false));
    }

    #[test]
    fn a_template_that_leaves_out_the_question_is_an_error() {
        let source = "<user>{% for m in messages if m.role == 'system' %}{{ m.content }}{% endfor %}";
        let error = template(source).render(&system_and_question()).unwrap_err();
        assert!(matches!(error, TemplateError::Lost { role: Role::User, number: 2 }), "{error}");
        assert!(error.to_string().contains("leaves out the question (message 2)"), "{error}");
    }

    #[test]
    fn without_a_template_texts_go_in_as_they_are() {
        let rendered = Template::raw().unwrap().render(&system_and_question()).unwrap();
        assert_eq!((rendered.text(), rendered.system_merged()), ("Be brief.\nWhy?", false));
    }

    #[test]
    fn variables_count_more_than_what_a_template_is_told_anyway() {
        let source = "{{ tools | tojson }} {{ name }} {{ enable_thinking is false }} {{ documents is none }}";
        let variables = [("tools", r#"[{"b": 1, "a": 2}]"#), ("name", "you & me"), ("enable_thinking", "false")];
        let variables = variables.map(|(name, value)| (name.to_owned(), Variable::parse(value))).into();
        let rendered = template(source).with_variables(variables).render(&[]).unwrap();
        assert_eq!(rendered.text(), r#"[{"b": 1, "a": 2}] you & me True True"#);
    }

    #[test]
    fn a_broken_template_is_an_error() {
        assert!(Template::new(Some("{% for %}"), String::new(), String::new()).is_err());
    }
}
