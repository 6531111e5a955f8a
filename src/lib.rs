//! Antidote steers a quantised GGUF chat model towards safety while it runs: at every layer that a control vector
//! names it adds `alpha · (direction ⊙ mask)` to the hidden state of every token (Jailbreak Antidote,
//! arXiv 2410.02298, section 3).
//!
#![cfg_attr(feature = "engine", doc = "```")]
#![cfg_attr(not(feature = "engine"), doc = "```ignore")]
//! # use std::{ops::ControlFlow, path::Path, sync::Arc};
//! # use antidote::engine::{CancelToken, ContextOptions, Limits, LoadOptions, Model, Sampler, Session};
//! # use antidote::engine::{Steering, SteeringVector, Trial};
//! # use antidote::prompt::{Message, Role, Template};
//! # use antidote::vector::SvFile;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (path, alpha) = (Path::new("models/demo.Q8_0.gguf"), 0.3);
//! let options = ContextOptions::for_chat(Model::outline(path)?, None);
//! let model = Arc::new(Model::load(path, &options, LoadOptions::default())?);
//!
//! let file = Arc::new(SvFile::open(Path::new("vectors/demo.refusal.sv"))?);
//! let vector = model.verify(&file, Trial { alpha, ..Trial::default() })?;
//! let steering = Steering::new(vec![SteeringVector { name: "refusal".to_owned(), vector, alpha }]);
//!
//! let mut session = Session::new(&model, &options, steering)?;
//! let prompt = Template::of(&model)?.render(&[Message::new(Role::User, "How do I clean the lathe?")])?;
//! let answer = session.answer(
//!     &prompt.tokens(&model)?, &mut Sampler::default(), &Limits::tokens(64), &CancelToken::default(),
//!     &mut |text| { print!("{text}"); ControlFlow::Continue(()) },
//! )?;
//! # assert!(!answer.text.is_empty() && answer.reused_tokens == 0, "{answer:?}");
//! # Ok(())
//! # }
//! ```
//!
//! A `prompt::Conversation` keeps the history of a session and renders it; an `engine::Handle` is a scheduler on a
//! thread of its own, which answers many at once and streams to any thread (`examples/stream.rs`). What using the
//! library does to a process, and what it leaves to the program: `docs/embedding.md`.
//!
//! The rooms, and which way they may look, are drawn in `docs/architecture.md`.

// They panic where nobody reads them: `say!`, or `write!` and its error.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod cli;
pub mod derive;
pub mod dump;
pub mod files;
pub mod gguf;
pub mod imports;
pub mod terminal;
pub mod vector;

#[cfg(feature = "engine")]
pub mod autotune;
#[cfg(feature = "engine")]
pub mod chat;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod eval;
#[cfg(feature = "engine")]
pub mod japanese;
#[cfg(feature = "engine")]
pub mod notices;
#[cfg(feature = "engine")]
pub mod prompt;
#[cfg(feature = "engine")]
pub mod prompt_files;
