//! What the chat says to people, in English and Japanese. Every sentence is in this folder and nowhere
//! else, a file for each subject.

mod alpha;
mod autotune;
mod conversation;
mod errors;
mod files;
mod greeting;
mod help;

pub(in crate::chat) use conversation::StatsLine;
