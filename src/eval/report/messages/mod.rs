//! What a report says, in English and Japanese. Every word of it is in this folder and nowhere else.

mod facts;
mod guide;
mod headings;
mod names;
mod verdict;

use crate::prompt::Language;

/// What a report says, in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Messages(pub Language);

impl Messages {
    fn pick(self, en: impl Into<String>, ja: impl Into<String>) -> String {
        self.0.pick(en, ja)
    }

    /// As the `lang` of HTML.
    pub(super) fn code(self) -> &'static str {
        self.0.code()
    }
}
