//! A conversation with a model: its template, its history, what happens when the context is full; and the REPL.

mod command;
mod conversation;
mod frame;
mod input;
mod repl;
mod template;
mod words;

pub use command::parse_alpha;
pub use conversation::{Conversation, ConversationError, Reply};
pub use frame::Frame;
pub use repl::{Repl, ReplError};
pub use template::{Message, Role, Template, TemplateError};
pub use words::Language;
