//! Chat templates: the Jinja text in a model's own metadata that turns messages into one prompt, rendered the way
//! transformers renders it.

use crate::engine::Model;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, Value, context};

/// Used for models that carry no template.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + \
                      '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}\
                      {% endif %}";

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Standing instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// What templates call it.
    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message.
    #[must_use]
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// A template that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The text is not a template.
    #[error("the model's chat template cannot be read: {0}")]
    Syntax(String),
    /// The template refuses these messages, or fails on them.
    #[error("the model's chat template refuses this conversation: {0}")]
    Render(String),
}

/// A model's chat template, parsed.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    source: String,
    is_models_own: bool,
    bos_token: String,
    eos_token: String,
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

    fn new(source: Option<&str>, bos_token: String, eos_token: String) -> Result<Self, TemplateError> {
        let is_models_own = source.is_some();
        let source = source.unwrap_or(CHATML).to_owned();
        let mut environment = Environment::new();
        // What transformers sets; the delimiters stay Jinja's, so building cannot fail.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| TemplateError::Syntax(error.to_string()))?);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |reason: String| -> Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, reason))
        });
        environment
            .add_function("strftime_now", |format: String| jiff::ZonedDateTime::now().strftime(&format).to_string());
        let parsed = environment.add_template_owned("chat", source.clone());
        parsed.map_err(|error| TemplateError::Syntax(error.to_string()))?;
        Ok(Self { environment, source, is_models_own, bos_token, eos_token })
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

    /// The prompt that these messages make, ready for the assistant to answer.
    ///
    /// # Errors
    /// The template refuses (some know no system role, for example) or fails.
    pub fn render(&self, messages: &[Message]) -> Result<String, TemplateError> {
        let render = |template: minijinja::Template<'_, '_>| {
            template.render(context! {
                messages => messages.iter().map(|m| context! { role => m.role.name(), content => &*m.content }).collect::<Vec<_>>(),
                add_generation_prompt => true,
                bos_token => &*self.bos_token,
                eos_token => &*self.eos_token,
            })
        };
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
    fn a_template_that_refuses_says_why() {
        let source = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role here') }}{% endif %}";
        let error = template(source).render(&[Message::new(Role::System, "x")]).unwrap_err().to_string();
        assert!(error.contains("no system role here"), "{error}");
    }

    #[test]
    fn a_broken_template_is_an_error() {
        assert!(Template::new(Some("{% for %}"), String::new(), String::new()).is_err());
    }
}
