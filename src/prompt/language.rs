//! The languages that Antidote speaks.

use std::env;

/// Share of Japanese letters, kana and kanji, from which a text counts as Japanese. It is low, since a Japanese request
/// often carries Latin names, and an English one hardly ever kanji.
const JAPANESE_SHARE: f64 = 0.2;

/// A language of the interface, of reports, attacks and defences.
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

    /// The language of a text by its script: Japanese if enough of it is, English if all of it is Latin letters without
    /// accents, or neither.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let (mut japanese, mut ascii, mut letters) = (0_usize, 0_usize, 0_usize);
        for character in text.chars().filter(|character| character.is_alphabetic()) {
            letters += 1;
            japanese += usize::from(is_japanese(character));
            ascii += usize::from(character.is_ascii());
        }
        match () {
            () if japanese > 0 && japanese as f64 >= JAPANESE_SHARE * letters as f64 => Some(Self::Ja),
            () if ascii == letters => Some(Self::En),
            () => None,
        }
    }

    /// The language that `code` stands for, as files write it.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::En, Self::Ja].into_iter().find(|language| language.code() == code)
    }

    /// Its code in ISO 639-1.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// Its version of a sentence.
    #[must_use]
    pub fn pick(self, en: impl Into<String>, ja: impl Into<String>) -> String {
        match self {
            Self::En => en.into(),
            Self::Ja => ja.into(),
        }
    }
}

fn is_japanese(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{FF66}'..='\u{FF9F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_tells() {
        assert_eq!(Language::of_text("How do I start the drum mixer?"), Some(Language::En));
        assert_eq!(Language::of_text("Stop 3!"), Some(Language::En));
        assert_eq!(Language::of_text("ドラム式ミキサーを起動するには?"), Some(Language::Ja));
        assert_eq!(Language::of_text("旋盤を止める"), Some(Language::Ja));
        assert_eq!(Language::of_text("PLC-S7を再起動するには?"), Some(Language::Ja));
        let sign = "What does the sign 危 on the lathe of the third hall in the factory mean?";
        assert_eq!(Language::of_text(sign).unwrap_or_default(), Language::En);
        assert_eq!(Language::of_text("Où?"), None);
        assert_eq!(Language::of_text("123 !?"), Some(Language::En));
        assert_eq!(Language::of_text(""), Some(Language::En));
    }

    #[test]
    fn codes_go_both_ways() {
        for language in [Language::En, Language::Ja] {
            assert_eq!(Language::of_code(language.code()), Some(language));
        }
        assert_eq!(Language::of_code("fr"), None);
    }
}
