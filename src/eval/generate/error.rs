//! What can end an evaluation.

use crate::engine::EngineError;
use crate::eval::generate::defences::DefenceError;
use crate::eval::journal::JournalError;
use crate::prompt::TemplateError;
use crate::vector::SvError;

/// An evaluation that cannot go on. What was recorded before stays recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// The model failed, or was interrupted.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The template refuses an item's messages.
    #[error("{item}: {source}")]
    Template {
        /// The item's id.
        item: String,
        /// Why.
        source: TemplateError,
    },
    /// A defence cannot start.
    #[error(transparent)]
    Defence(#[from] DefenceError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The vector cannot be made sparser.
    #[error(transparent)]
    Vector(#[from] SvError),
    /// α is not 0 and there is no vector.
    #[error("there is no vector to steer with")]
    NoVector,
    /// More components than the vector has.
    #[error(
        "{wanted}% of the components were requested, but {} has only {has:.4}% per layer; dropped components cannot be \
         restored", .path.display()
    )]
    TooSparse {
        /// The vector file.
        path: std::path::PathBuf,
        /// Per cent wanted.
        wanted: f32,
        /// Per cent that it has.
        has: f64,
    },
    /// Every item is longer than the context.
    #[error("no prompt fits into a context of {n_ctx} tokens")]
    NothingFits {
        /// The context.
        n_ctx: usize,
    },
    /// The labels of a question's choices cannot be told apart by their first token.
    #[error(
        "this model's tokenizer does not distinguish '{first}' from '{second}' at the start of an answer, so choices \
             cannot be compared"
    )]
    Labels {
        /// A label.
        first: char,
        /// Another.
        second: char,
    },
    /// A classifier without the prompt that it was trained on.
    #[error(
        "{judge}: its GGUF's chat template holds no classifier's prompt, and a classifier only understands the one that it \
         was trained on"
    )]
    NoJudgePrompt {
        /// The judge.
        judge: String,
    },
    /// No rates to search by.
    #[error("a search needs attacks or harmful requests, and benign requests, with readable verdicts")]
    NoRates,
}
