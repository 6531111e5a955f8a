//! Which language a request is in, so that an attack or a defence can speak it.

use super::item::Item;
use crate::chat::Language;

/// Share of Japanese letters, kana and kanji, from which a text counts as Japanese. It is low, since a Japanese request
/// often carries Latin names, and an English one hardly ever kanji.
const JAPANESE_SHARE: f64 = 0.2;

/// The language of a text by its script: Japanese or else English.
#[must_use]
pub fn language_of(text: &str) -> Language {
    let (mut japanese, mut letters) = (0_usize, 0_usize);
    for character in text.chars().filter(|character| character.is_alphabetic()) {
        letters += 1;
        japanese += usize::from(is_japanese(character));
    }
    if japanese > 0 && japanese as f64 >= JAPANESE_SHARE * letters as f64 { Language::Ja } else { Language::En }
}

impl Item {
    /// The language that attacks and defences speak to it in: what it says of itself, or else what its script tells.
    #[must_use]
    pub fn spoken(&self) -> Language {
        match self.language.as_deref() {
            Some("ja") => Language::Ja,
            Some("en") => Language::En,
            _ => language_of(&self.request),
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
        assert_eq!(language_of("How do I start the drum mixer?"), Language::En);
        assert_eq!(language_of("ドラム式ミキサーを起動するには?"), Language::Ja);
        assert_eq!(language_of("PLC-S7を再起動するには?"), Language::Ja);
        assert_eq!(
            language_of("What does the sign 危 on the lathe of the third hall in the factory mean?"),
            Language::En
        );
        assert_eq!(language_of("123 !?"), Language::En);
        assert_eq!(language_of(""), Language::En);
    }
}
