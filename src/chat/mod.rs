//! The terminal: the REPL, its commands, line editing, what it says in two languages, and saved conversations.

mod columns;
mod command;
mod completion;
mod examples;
mod input;
mod messages;
mod multiline;
mod repl;
mod saved;
mod screen;
mod signals;
mod wheel;
mod wrap;

pub use command::{at_home, parse_alpha};
pub use examples::Examples;
pub use repl::{Ended, Hint, Repl, ReplError, ReplOptions};
pub use saved::{Saved, SavedError, SavedModel};
pub use signals::EndBySignal;
pub use wrap::filled;
