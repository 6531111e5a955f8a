//! How files of prompts are read, where their content does not say it.

use antidote::prompt_files::ReadAs;
use clap::Args;

/// How files of prompts are read (docs/prompt-files.md).
#[derive(Args)]
#[command(next_help_heading = "Prompt files")]
pub struct PromptFileArgs {
    /// Column or field that holds the prompts; of several, the first that a file has. Repeatable [default: prompt, goal,
    /// instruction and other usual names].
    #[arg(long = "column", value_name = "NAME")]
    pub columns: Vec<String>,
    /// Read prompt files as plain text, one prompt per line, even if they look like a table or JSON.
    #[arg(long, conflicts_with = "columns")]
    pub plain_text: bool,
}

impl PromptFileArgs {
    /// What they mean to a reader.
    pub fn read_as(&self) -> ReadAs {
        if self.plain_text {
            ReadAs::PlainText
        } else if self.columns.is_empty() {
            ReadAs::Detected
        } else {
            ReadAs::Columns(self.columns.clone())
        }
    }
}
