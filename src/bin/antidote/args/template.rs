//! How messages become a prompt.

use std::path::PathBuf;

use antidote::engine::Model;
use antidote::prompt::{Template, TemplateError, Variable};
use clap::Args;

/// How messages become a prompt.
#[derive(Args)]
#[command(next_help_heading = "Template")]
pub struct TemplateArgs {
    /// Chat template (Jinja) to use instead of the model's own.
    #[arg(long = "template", value_name = "FILE.jinja")]
    pub file: Option<PathBuf>,
    /// Set a template variable; VALUE is JSON, or else text. Repeatable.
    #[arg(long = "template-var", value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub variables: Vec<(String, Variable)>,
    /// Ask a reasoning model not to think (sets enable_thinking=false; not every template supports it).
    #[arg(long)]
    pub no_thinking: bool,
}

impl TemplateArgs {
    /// The template for `model`.
    pub fn template(&self, model: &Model) -> Result<Template, TemplateError> {
        let template = match &self.file {
            Some(file) => Template::from_file(file, model)?,
            None => Template::of(model)?,
        };
        let thinking = self.no_thinking.then(|| ("enable_thinking".to_owned(), Variable::parse("false")));
        Ok(template.with_variables(thinking.into_iter().chain(self.variables.clone()).collect()))
    }
}

fn parse_variable(text: &str) -> Result<(String, Variable), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty();
    if !is_name(name) {
        return Err(format!("'{name}' is not a variable name: use letters, digits and _"));
    }
    Ok((name.to_owned(), Variable::parse(value)))
}
