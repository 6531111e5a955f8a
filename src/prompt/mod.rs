//! What a model is asked: messages and the template that makes one prompt of them, thinking told apart from answering,
//! and a conversation that is kept within a context. Knows no terminal and no wire format.

mod conversation;
mod frame;
mod language;
mod template;
pub mod thinking;

pub use conversation::{Conversation, ConversationError, Heard, Reply, Turn};
pub use frame::Frame;
pub use language::Language;
pub use template::{Message, Origin, Rendered, Role, Template, TemplateError, Variable, Variables};
pub use thinking::Piece;
