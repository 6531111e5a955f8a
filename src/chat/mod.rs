//! The terminal: the REPL, its commands, line editing, what it says in two languages, and saved conversations.

mod columns;
mod command;
mod completion;
mod examples;
mod input;
mod messages;
mod multiline;
mod ranges;
mod repl;
mod saved;
mod signals;

pub use command::parse_alpha;
pub use examples::Examples;
pub use repl::{Ended, Hint, Repl, ReplError, ReplOptions};
pub use saved::{Saved, SavedError, SavedModel};
pub use signals::EndBySignal;
