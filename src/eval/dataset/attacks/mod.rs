//! Ten families of jailbreak. An *attack* puts a request into a frame that has made aligned models comply; it is a pure
//! function of the request, and its frame holds nothing harmful of its own.
//!
//! To add a family, write a file with a `pub(super) const` of [`Attack`] and add it to [`ALL`].

mod authority;
mod base64;
mod character_noise;
mod fiction;
mod in_context_examples;
mod past_tense;
mod payload_splitting;
mod prefix_injection;
mod refusal_suppression;
mod role_play;

use crate::eval::rng::Rng;
use crate::prompt::Language;

/// A family of attack.
#[derive(Debug)]
pub struct Attack {
    /// Its name, as in records and on the command line.
    pub name: &'static str,
    /// The paper that describes it.
    pub source: &'static str,
    wrap: fn(&str, Language) -> String,
}

/// All families.
pub static ALL: [Attack; 10] = [
    prefix_injection::ATTACK,
    refusal_suppression::ATTACK,
    role_play::ATTACK,
    fiction::ATTACK,
    past_tense::ATTACK,
    base64::ATTACK,
    character_noise::ATTACK,
    payload_splitting::ATTACK,
    in_context_examples::ATTACK,
    authority::ATTACK,
];

impl Attack {
    /// The family called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|attack| attack.name == name)
    }

    /// `request` in the frame of the attack, in the language of the request (see [`Language::of_text`]). The same
    /// request always gets the same frame.
    #[must_use]
    pub fn prompt(&self, request: &str, language: Language) -> String {
        (self.wrap)(request, language)
    }
}

/// Where the request goes in a frame.
const SLOT: &str = "{request}";

/// `request` in one of the frames of its language; which one, the request itself decides.
fn framed(family: &str, request: &str, language: Language, en: &[&str], ja: &[&str]) -> String {
    let frames = match language {
        Language::En => en,
        Language::Ja => ja,
    };
    Rng::new(family, &[request], 0).pick(frames).replacen(SLOT, request, 1)
}

/// What only reads well at the end of a question is taken off before a request becomes a part of a sentence.
fn without_end_mark(text: &str) -> &str {
    text.trim().trim_end_matches(['.', '?', '!', '。', '？', '！', '．'])
}

#[cfg(test)]
mod tests;
