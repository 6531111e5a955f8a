//! What an error says in Japanese. The English sentence stands at the error itself; the Japanese one stands here, a file
//! for each room whose errors can end a chat or a run. Numbers, paths, flags and the words of others are the same in both.

mod engine;
mod gguf;
mod prompt;
mod prompt_files;
mod system;
#[cfg(test)]
mod tests;
mod vector;

use std::error::Error;

pub use system::{of_io, unreadable, unwritable};

/// The Japanese sentence for `error`, if it has one. Behind it stands nothing that is not in the English one.
#[must_use]
pub fn sentence(error: &(dyn Error + 'static)) -> Option<String> {
    engine::sentence(error)
        .or_else(|| prompt::sentence(error))
        .or_else(|| vector::sentence(error))
        .or_else(|| error.downcast_ref().map(gguf::of_gguf))
        .or_else(|| error.downcast_ref().map(prompt_files::of_prompts))
        .or_else(|| error.downcast_ref().map(of_io))
}
