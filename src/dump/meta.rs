//! What a dump says about itself, and how that is put into safetensors' metadata: a map from text to text.

use std::collections::{BTreeMap, HashMap};

use super::format_error::FormatError;
use super::token_position::TokenPosition;
use super::{FIRST_VERSION, FORMAT, VERSION};
use crate::vector::ModelId;

/// Hex digits that stand for a prompt's text: enough to tell prompts apart, too few to be mistaken for a proof.
const PROMPT_DIGITS: usize = 16;
/// Hex digits of a whole BLAKE3 hash.
const HASH_DIGITS: usize = 64;
/// Stands for the hash of something that was not there.
const NONE: &str = "none";

/// Which side a prompt is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Should be answered.
    Benign,
    /// Should be refused.
    Harmful,
}

impl Label {
    pub(super) fn to_byte(self) -> u8 {
        match self {
            Self::Benign => 0,
            Self::Harmful => 1,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Benign),
            1 => Some(Self::Harmful),
            _ => None,
        }
    }
}

/// The metadata of a dump: which model, which prompts, how they were put to it.
#[derive(Debug, Clone, PartialEq)]
pub struct DumpMeta {
    /// The model; every one of its layers is in the dump.
    pub model: ModelId,
    /// [`DumpMeta::hash_template`] of the chat template that the prompts went through; `None` if they went in as they
    /// are.
    pub template_hash: Option<String>,
    /// [`DumpMeta::hash_text`] of the system prompt; `None` without one.
    pub system_hash: Option<String>,
    /// [`DumpMeta::hash_text`] of the text that stands in front of every answer; `None` without one.
    pub response_prefix_hash: Option<String>,
    /// Which of a prompt's tokens the states belong to.
    pub token: TokenPosition,
    /// Whether the i-th harmful row belongs with the i-th benign row, in row order; there are as many of each then.
    pub is_paired: bool,
    /// [`DumpMeta::hash_prompt`] of each prompt, in row order: `[n_prompts]`. They let a reader see whether two dumps
    /// share prompts, and which rows are of one prompt, without carrying harmful text around.
    pub prompt_hashes: Vec<String>,
    /// Tokens of each row's prompt, with everything that the template put around it: `[n_prompts]`. `None` if nobody
    /// counted.
    pub n_tokens: Option<Vec<u32>>,
    /// Id of the last token that each row's state was read at: `[n_prompts]`. `None` if nobody knows.
    pub last_tokens: Option<Vec<u32>>,
}

impl DumpMeta {
    /// What stands for a prompt's text: the first 16 hex digits of its BLAKE3 hash.
    #[must_use]
    pub fn hash_prompt(text: &str) -> String {
        blake3::hash(text.as_bytes()).to_hex()[..PROMPT_DIGITS].to_owned()
    }

    /// What stands for any other text: the 64 hex digits of its BLAKE3 hash.
    #[must_use]
    pub fn hash_text(text: &str) -> String {
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// What stands for a chat template's text: [`Self::hash_text`].
    #[must_use]
    pub fn hash_template(text: &str) -> String {
        Self::hash_text(text)
    }

    /// As the texts of `__metadata__`, sorted, so that the same dump has the same bytes.
    pub(super) fn to_strings(&self) -> BTreeMap<String, String> {
        // A JSON list inside a text: safetensors' metadata holds nothing but texts.
        let list = |values: serde_json::Value| Some(values.to_string());
        let or_none = |hash: &Option<String>| Some(hash.clone().unwrap_or_else(|| NONE.to_owned()));
        let entries = [
            ("format", Some(FORMAT.to_owned())),
            ("version", Some(VERSION.to_owned())),
            ("architecture", Some(self.model.architecture.clone())),
            ("model_name", Some(self.model.name.clone())),
            ("fingerprint", Some(self.model.fingerprint.to_string())),
            ("n_layer", Some(self.model.n_layer.to_string())),
            ("token", Some(self.token.to_string())),
            ("chat_template", or_none(&self.template_hash)),
            ("system", or_none(&self.system_hash)),
            ("response_prefix", or_none(&self.response_prefix_hash)),
            ("paired", Some(self.is_paired.to_string())),
            ("prompts", list(self.prompt_hashes.clone().into())),
            ("n_tokens", self.n_tokens.clone().and_then(|n| list(n.into()))),
            ("last_tokens", self.last_tokens.clone().and_then(|ids| list(ids.into()))),
        ];
        entries.into_iter().filter_map(|(name, value)| Some((key(name), value?))).collect()
    }

    /// The reverse; `n_embd` is the tensor's, which the metadata does not repeat. What only version 2 says may be
    /// missing.
    pub(super) fn from_strings(strings: &HashMap<String, String>, n_embd: u32) -> Result<Self, FormatError> {
        let texts = Texts(strings);
        texts.must_be("format", FORMAT)?;
        let version = texts.get("version")?;
        match version {
            VERSION => {}
            FIRST_VERSION => texts.must_be("token", &TokenPosition::Last.to_string())?,
            _ => return Err(FormatError::Version { version: version.to_owned(), known: "1 or 2" }),
        }
        texts.get("chat_template")?;
        let prompts = "a JSON list of texts of 16 hex digits";
        let prompt_hashes: Vec<String> = texts.read("prompts", prompts, |text| serde_json::from_str(text).ok())?;
        if !prompt_hashes.iter().all(|hash| is_hex(hash, PROMPT_DIGITS)) {
            return Err(texts.unreadable("prompts", prompts));
        }
        Ok(Self {
            model: ModelId {
                architecture: texts.get("architecture")?.to_owned(),
                name: texts.get("model_name")?.to_owned(),
                fingerprint: texts.read("fingerprint", "64 hex digits", |text| text.parse().ok())?,
                n_layer: texts.read("n_layer", "a whole number", |text| text.parse().ok())?,
                n_embd,
            },
            template_hash: texts.hash("chat_template")?,
            system_hash: texts.hash("system")?,
            response_prefix_hash: texts.hash("response_prefix")?,
            token: texts
                .read("token", "'last-prompt', 'mean:N', 'after-user' or 'unknown'", |text| text.parse().ok())?,
            is_paired: texts.optional("paired", "'true' or 'false'", |text| text.parse().ok())?.unwrap_or(false),
            prompt_hashes,
            n_tokens: texts.numbers("n_tokens")?,
            last_tokens: texts.numbers("last_tokens")?,
        })
    }
}

/// The texts of `__metadata__`, read by the part of the key behind `antidote.`.
struct Texts<'a>(&'a HashMap<String, String>);

impl<'a> Texts<'a> {
    fn find(&self, name: &str) -> Option<&'a str> {
        self.0.get(&key(name)).map(String::as_str)
    }

    fn get(&self, name: &str) -> Result<&'a str, FormatError> {
        self.find(name).ok_or_else(|| FormatError::MissingKey { key: key(name) })
    }

    fn must_be(&self, name: &str, wanted: &str) -> Result<(), FormatError> {
        let value = self.get(name)?;
        if value == wanted {
            return Ok(());
        }
        Err(FormatError::Value { key: key(name), value: shortened(value), wanted: wanted.to_owned() })
    }

    fn read<T>(&self, name: &str, rule: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, FormatError> {
        parse(self.get(name)?).ok_or_else(|| self.unreadable(name, rule))
    }

    fn optional<T>(
        &self,
        name: &str,
        rule: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, FormatError> {
        self.find(name).map(|text| parse(text).ok_or_else(|| self.unreadable(name, rule))).transpose()
    }

    /// The 64 digits, or `None` if the text says so or is not there.
    fn hash(&self, name: &str) -> Result<Option<String>, FormatError> {
        let parse = |text: &str| match text {
            NONE => Some(None),
            text => is_hex(text, HASH_DIGITS).then(|| Some(text.to_owned())),
        };
        Ok(self.optional(name, "'none' or 64 hex digits", parse)?.flatten())
    }

    fn numbers(&self, name: &str) -> Result<Option<Vec<u32>>, FormatError> {
        self.optional(name, "a JSON list of whole numbers", |text| serde_json::from_str(text).ok())
    }

    fn unreadable(&self, name: &str, rule: &'static str) -> FormatError {
        FormatError::Unreadable { key: key(name), value: shortened(self.find(name).unwrap_or_default()), rule }
    }
}

/// Enough of a text to recognise it in an error.
fn shortened(text: &str) -> String {
    if text.chars().nth(80).is_none() { text.to_owned() } else { text.chars().take(80).chain(['…']).collect() }
}

/// The key of `name` in `__metadata__`.
fn key(name: &str) -> String {
    format!("antidote.{name}")
}

fn is_hex(text: &str, n_digits: usize) -> bool {
    text.len() == n_digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
