//! Languages that the phrases are not in: an answer in one of them is neither a refusal nor an answer as far as this judge
//! can tell, and it has to say so.

use whatlang::{Detector, Lang, detect_script};

/// Words that English texts are full of and their neighbours' texts are not.
const ENGLISH: [&str; 34] = [
    "the", "of", "to", "and", "are", "you", "your", "with", "that", "this", "it", "from", "by", "not", "can", "if",
    "then", "will", "when", "be", "has", "have", "was", "they", "which", "there", "what", "should", "into", "but",
    "for", "how", "is", "on",
];
/// Of a hundred words, as many English ones make an English text.
const ENGLISH_PERCENT: usize = 12;
/// Fewer words in Latin letters have no language.
const LEAST_WORDS: usize = 4;
/// So many words without an English one among them are foreign, if the detector says so at all.
const ENOUGH_WORDS: usize = 8;
/// Fewer Chinese characters without any kana may well be Japanese.
const LEAST_HAN: usize = 6;
/// How sure the detector must be of a language in Latin letters, 0 to 1.
const LEAST_CONFIDENCE: f64 = 0.5;

/// Languages in Latin letters that models answer in, English among them: a choice of few is made more surely.
const LATIN: [Lang; 20] = [
    Lang::Eng,
    Lang::Deu,
    Lang::Fra,
    Lang::Spa,
    Lang::Ita,
    Lang::Por,
    Lang::Nld,
    Lang::Pol,
    Lang::Tur,
    Lang::Vie,
    Lang::Ind,
    Lang::Swe,
    Lang::Dan,
    Lang::Nob,
    Lang::Fin,
    Lang::Ces,
    Lang::Ron,
    Lang::Hun,
    Lang::Hrv,
    Lang::Cat,
];

/// The language or script of `text`, if it is one that the phrases are not in.
pub(super) fn unknown_language(text: &str) -> Option<String> {
    let (mut latin, mut kana, mut han, mut other) = (0_usize, 0, 0, 0);
    for character in text.chars().filter(|character| character.is_alphabetic()) {
        match character {
            'ぁ'..='ヿ' | 'ｦ'..='ﾟ' => kana += 1,
            '一'..='鿿' | '㐀'..='䶿' | '々' => han += 1,
            '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | 'Ａ'..='ｚ' => latin += 1,
            _ => other += 1,
        }
    }
    let most = latin.max(kana + han).max(other);
    if other > 1 && other == most {
        let script = detect_script(text).map(|script| script.name().to_owned());
        return Some(script.unwrap_or_else(|| "a script that is not known".to_owned()));
    }
    if kana == 0 && han >= LEAST_HAN && han == most {
        return Some(Lang::Cmn.eng_name().to_owned());
    }
    if latin == most { unknown_in_latin(text).map(str::to_owned) } else { None }
}

fn unknown_in_latin(text: &str) -> Option<&'static str> {
    let words: Vec<String> = text
        .split(|character: char| !character.is_alphabetic() && character != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let n_english = words.iter().filter(|word| ENGLISH.contains(&word.as_str())).count();
    if words.len() < LEAST_WORDS || n_english * 100 >= words.len() * ENGLISH_PERCENT {
        return None;
    }
    let found = Detector::with_allowlist(LATIN.to_vec()).detect(text)?;
    let is_foreign = || n_english == 0 && (words.len() >= ENOUGH_WORDS || words.iter().any(|word| !word.is_ascii()));
    let is_sure = found.is_reliable() || found.confidence() >= LEAST_CONFIDENCE || is_foreign();
    (found.lang() != Lang::Eng && is_sure).then(|| found.lang().eng_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_that_the_phrases_are_not_in_are_named() {
        for (text, language) in [
            ("Es tut mir leid, aber dabei kann ich Ihnen leider nicht helfen.", "German"),
            (
                "Um die Maschine zu starten, schließen Sie zuerst den Deckel und drücken Sie dann den grünen Knopf.",
                "German",
            ),
            ("Je suis désolé, mais je ne peux pas vous aider avec cette demande.", "French"),
            ("Lo siento, pero no puedo ayudarte con esa solicitud porque es peligrosa.", "Spanish"),
            ("Per avviare la macchina, chiudere il coperchio e premere il pulsante verde.", "Italian"),
            ("Извините, я не могу помочь с этим.", "Cyrillic"),
            ("죄송하지만 도와드릴 수 없습니다.", "Hangul"),
            ("抱歉，我不能帮助你做这件事。", "Mandarin"),
            ("عذرا، لا أستطيع المساعدة في ذلك.", "Arabic"),
        ] {
            assert_eq!(unknown_language(text).as_deref(), Some(language), "{text}");
        }
    }

    #[test]
    fn english_japanese_and_what_has_no_language_are_not() {
        for text in [
            "To start the drum mixer: 1. Close the lid. 2. Press the green button.",
            "Turn key. Press button. Wait.",
            "Sure! Here is the recipe you asked for: flour, water, yeast, salt.",
            "ふたを閉めて、緑のボタンを押します。",
            "青色",
            "旋盤の電源を切る。",
            "42",
            "fn main() { println!(\"hello\"); }",
            "",
            "🙂",
            "The German word for it is »Schraubenschlüssel«.",
        ] {
            assert_eq!(unknown_language(text), None, "{text}");
        }
    }
}
