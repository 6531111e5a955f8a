//! What the chat says to people, in English and Japanese. Every sentence is in this folder and nowhere
//! else, a file for each subject.

mod dial;
mod files;
mod greeting;
mod help;
mod talk;
mod trouble;
mod tuning;

use std::env;

pub(in crate::chat) use talk::StatsLine;

/// A language of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// The language of the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`, in this order).
    #[must_use]
    pub fn of_locale() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| env::var(name).ok())
            .find(|locale| !locale.is_empty())
            .unwrap_or_default();
        if locale.starts_with("ja") { Self::Ja } else { Self::En }
    }

    fn pick(self, en: impl Into<String>, ja: impl Into<String>) -> String {
        match self {
            Self::En => en.into(),
            Self::Ja => ja.into(),
        }
    }
}
