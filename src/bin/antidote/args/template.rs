//! How messages become a prompt.

use std::path::PathBuf;

use antidote::engine::Model;
use antidote::notices::Notice;
use antidote::prompt::thinking::{Thinking, without_thinking};
use antidote::prompt::{Origin, Template, TemplateError, Variable, Variables};
use clap::Args;

/// What `--template` takes for the one template that needs no file.
const CHATML: &str = "chatml";

/// How messages become a prompt.
#[derive(Args)]
#[command(next_help_heading = "Template")]
pub struct TemplateArgs {
    /// Chat template (Jinja) to use instead of the model's own; or chatml.
    #[arg(long = "template", value_name = "FILE.jinja")]
    pub file: Option<PathBuf>,
    /// Set a template variable; VALUE is JSON, or else text. Repeatable.
    #[arg(long = "template-var", value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub variables: Vec<(String, Variable)>,
    /// Ask a reasoning model not to think, in the words that its template understands: enable_thinking=false,
    /// thinking=false, thinking_budget=0, or a low reasoning_effort. A template that understands none is told of.
    #[arg(long)]
    pub no_thinking: bool,
    /// Use no chat template: texts go in as they are, control tokens in them included.
    #[arg(long, conflicts_with_all = ["file", "variables", "no_thinking", "parse_special"])]
    pub raw: bool,
    /// Show each prompt as the model gets it, with its tokens; control tokens stand in ⟦ ⟧.
    #[arg(long)]
    pub show_prompt: bool,
    /// Obey control tokens written in messages, instead of reading them as text.
    #[arg(long)]
    pub parse_special: bool,
}

impl TemplateArgs {
    /// The template for `model`, and what there is to say about it.
    pub fn template(&self, model: &Model) -> Result<(Template, Vec<Notice>), TemplateError> {
        let template = || match &self.file {
            _ if self.raw => Template::raw(),
            Some(file) if file.as_os_str() == CHATML => Template::chatml(model),
            Some(file) => Template::from_file(file, model),
            None => Template::of(model),
        };
        let variables: Variables = self.variables.iter().cloned().collect();
        let (template, stays) = if self.no_thinking {
            let (template, thinking) = without_thinking(template, &variables)?;
            (template, (thinking == Thinking::Stays).then_some(Notice::ThinkingStays))
        } else {
            (template()?.with_variables(variables), None)
        };
        let assumed = (template.origin() == Origin::Assumed).then_some(Notice::TemplateAssumed);
        let notices = assumed.into_iter().chain(stays).collect();
        Ok((if self.parse_special { template.obeying_contents() } else { template }, notices))
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
