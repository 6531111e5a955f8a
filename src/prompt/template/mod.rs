//! Chat templates: the Jinja text in a model's own metadata that turns messages into one prompt, rendered the way
//! transformers renders it.

mod message;
mod python;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};

use super::thinking::ThinkingMarks;
use crate::engine::Model;
pub use message::{Message, Role};
pub use variables::{Variable, Variables};

/// Used for models that carry no template.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + \
                      '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}\
                      {% endif %}";

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
    /// The template's file cannot be read.
    #[error("cannot read the chat template {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A model's chat template, parsed.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    source: String,
    is_models_own: bool,
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
        let (bos, eos) = (model.bos_text().unwrap_or_default(), model.eos_text().unwrap_or_default());
        Self::new(model.chat_template(), bos, eos)
    }

    /// The template in the file at `path`, for `model`.
    ///
    /// # Errors
    /// The file cannot be read or is not valid Jinja.
    pub fn from_file(path: &Path, model: &Model) -> Result<Self, TemplateError> {
        let source =
            std::fs::read_to_string(path).map_err(|source| TemplateError::File { path: path.to_owned(), source })?;
        let (bos, eos) = (model.bos_text().unwrap_or_default(), model.eos_text().unwrap_or_default());
        Self::new(Some(&source), bos, eos)
    }

    /// A template from its text and the model's start and end tokens, as they are written.
    ///
    /// # Errors
    /// The text is not valid Jinja.
    pub fn new(source: Option<&str>, bos_token: String, eos_token: String) -> Result<Self, TemplateError> {
        let is_models_own = source.is_some();
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
            is_models_own,
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

    /// Whether the model brought this template; otherwise it is ChatML.
    #[must_use]
    pub fn is_models_own(&self) -> bool {
        self.is_models_own
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

    /// The prompt that these messages make, ready for the assistant to answer.
    ///
    /// # Errors
    /// The template refuses (some know no system role, for example) or fails.
    pub fn render(&self, messages: &[Message]) -> Result<String, TemplateError> {
        let message = |message: &Message| context! { role => message.role.name(), content => &*message.content };
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
        assert_eq!(template.render(&messages).unwrap(), expected);
        assert!(!template.is_models_own());
    }

    #[test]
    fn python_methods_and_block_trimming_work_as_in_transformers() {
        let source = "{{ bos_token }}\n{% for message in messages %}\n    {% if message['role'] == 'user' %}\n\
                      [{{ message['content'].strip().upper() }}]\n    {% endif %}\n{% endfor %}\n";
        assert_eq!(template(source).render(&[Message::new(Role::User, " hi ")]).unwrap(), "<s>\n[HI]\n");
    }

    #[test]
    fn a_template_may_come_from_windows() {
        let source = "{% for message in messages %}\r\n{{ message.content }}\r\nx\r\n{% endfor %}\r\n";
        assert_eq!(template(source).render(&[Message::new(Role::User, "a\r\nb")]).unwrap(), "a\r\nb\nx\n");
    }

    #[test]
    fn a_template_that_refuses_says_why() {
        let source = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role here') }}{% endif %}";
        let error = template(source).render(&[Message::new(Role::System, "x")]).unwrap_err().to_string();
        assert!(error.contains("no system role here"), "{error}");
    }

    #[test]
    fn variables_count_more_than_what_a_template_is_told_anyway() {
        let source = "{{ tools | tojson }} {{ name }} {{ enable_thinking is false }} {{ documents is none }}";
        let variables = [("tools", r#"[{"b": 1, "a": 2}]"#), ("name", "you & me"), ("enable_thinking", "false")];
        let variables = variables.map(|(name, value)| (name.to_owned(), Variable::parse(value))).into();
        let rendered = template(source).with_variables(variables).render(&[]).unwrap();
        assert_eq!(rendered, r#"[{"b": 1, "a": 2}] you & me True True"#);
    }

    #[test]
    fn a_broken_template_is_an_error() {
        assert!(Template::new(Some("{% for %}"), String::new(), String::new()).is_err());
    }
}
