//! A conversation with a model: its template, its history, what happens when the context is full, how it is saved;
//! and the REPL.

mod assist;
mod columns;
mod command;
mod conversation;
mod examples;
mod frame;
mod input;
mod multiline;
mod ranges;
mod repl;
mod saved;
mod signals;
mod template;
mod thinking;
mod words;

pub use command::parse_alpha;
pub use conversation::{Conversation, ConversationError, Reply, Turn};
pub use examples::Examples;
pub use frame::Frame;
pub use repl::{Repl, ReplError, ReplOptions};
pub use saved::{Saved, SavedError, SavedModel};
pub use template::{Message, Role, Template, TemplateError, Variable, Variables};
pub use thinking::Piece;
pub use words::Language;
