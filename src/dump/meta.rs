//! What a dump says about itself, and how that is put into safetensors' metadata: a map from text to text.

use std::collections::{BTreeMap, HashMap};

use super::fault::Fault;
use super::{FORMAT, TOKEN, VERSION};
use crate::vector::Fingerprint;

/// Hex digits that stand for a prompt's text: enough to tell prompts apart, too few to be mistaken for a proof.
const PROMPT_DIGITS: usize = 16;
/// Hex digits of a whole BLAKE3 hash.
const HASH_DIGITS: usize = 64;
/// `antidote.chat_template` of a dump whose prompts went in as they are.
const NO_TEMPLATE: &str = "none";

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
    /// `general.architecture` of the model's GGUF.
    pub architecture: String,
    /// `general.name` of the model's GGUF, for people.
    pub model_name: String,
    /// Which weights.
    pub fingerprint: Fingerprint,
    /// Blocks of the model; every one is in the dump.
    pub n_layer: usize,
    /// Values of one hidden state.
    pub n_embd: usize,
    /// [`DumpMeta::hash_template`] of the chat template that the prompts went through; `None` if they went in as they
    /// are.
    pub template_hash: Option<String>,
    /// [`DumpMeta::hash_prompt`] of each prompt, in row order. They let a reader see whether two dumps share prompts
    /// without carrying harmful text around.
    pub prompt_hashes: Vec<String>,
}

impl DumpMeta {
    /// What stands for a prompt's text: the first 16 hex digits of its BLAKE3 hash.
    #[must_use]
    pub fn hash_prompt(text: &str) -> String {
        blake3::hash(text.as_bytes()).to_hex()[..PROMPT_DIGITS].to_owned()
    }

    /// What stands for a chat template's text: the 64 hex digits of its BLAKE3 hash.
    #[must_use]
    pub fn hash_template(text: &str) -> String {
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// As the texts of `__metadata__`, sorted, so that the same dump has the same bytes.
    pub(super) fn to_strings(&self) -> BTreeMap<String, String> {
        // A JSON list inside a text: safetensors' metadata holds nothing but texts.
        let prompts = serde_json::Value::from(self.prompt_hashes.clone()).to_string();
        let entries = [
            ("format", FORMAT.to_owned()),
            ("version", VERSION.to_owned()),
            ("architecture", self.architecture.clone()),
            ("model_name", self.model_name.clone()),
            ("fingerprint", self.fingerprint.to_string()),
            ("n_layer", self.n_layer.to_string()),
            ("token", TOKEN.to_owned()),
            ("chat_template", self.template_hash.clone().unwrap_or_else(|| NO_TEMPLATE.to_owned())),
            ("prompts", prompts),
        ];
        entries.into_iter().map(|(name, value)| (key(name), value)).collect()
    }

    /// The reverse; `n_embd` is the tensor's, which the metadata does not repeat.
    pub(super) fn from_strings(strings: &HashMap<String, String>, n_embd: usize) -> Result<Self, Fault> {
        let get = |name: &str| strings.get(&key(name)).ok_or_else(|| Fault::MissingKey { key: key(name) });
        let unreadable = |name: &str, value: &str, rule| {
            let value = if value.chars().nth(80).is_none() {
                value.to_owned()
            } else {
                value.chars().take(80).chain(['…']).collect()
            };
            Fault::Unreadable { key: key(name), value, rule }
        };
        must_be(strings, "format", FORMAT)?;
        let version = get("version")?;
        if version != VERSION {
            return Err(Fault::Version { version: version.clone(), known: VERSION });
        }
        must_be(strings, "token", TOKEN)?;
        let fingerprint = get("fingerprint")?;
        let fingerprint = fingerprint.parse().map_err(|_| unreadable("fingerprint", fingerprint, "64 hex digits"))?;
        let n_layer = get("n_layer")?;
        let n_layer = n_layer.parse().map_err(|_| unreadable("n_layer", n_layer, "a whole number"))?;
        let template = get("chat_template")?;
        if template != NO_TEMPLATE && !is_hex(template, HASH_DIGITS) {
            return Err(unreadable("chat_template", template, "'none' or 64 hex digits"));
        }
        let prompts = get("prompts")?;
        let hashes: Option<Vec<String>> = serde_json::from_str(prompts).ok();
        let Some(prompt_hashes) = hashes.filter(|hashes| hashes.iter().all(|hash| is_hex(hash, PROMPT_DIGITS))) else {
            return Err(unreadable("prompts", prompts, "a JSON list of texts of 16 hex digits"));
        };
        Ok(Self {
            architecture: get("architecture")?.clone(),
            model_name: get("model_name")?.clone(),
            fingerprint,
            n_layer,
            n_embd,
            template_hash: (template != NO_TEMPLATE).then(|| template.clone()),
            prompt_hashes,
        })
    }
}

/// The key of `name` in `__metadata__`.
fn key(name: &str) -> String {
    format!("antidote.{name}")
}

fn must_be(strings: &HashMap<String, String>, name: &str, wanted: &str) -> Result<(), Fault> {
    match strings.get(&key(name)) {
        None => Err(Fault::MissingKey { key: key(name) }),
        Some(value) if value == wanted => Ok(()),
        Some(value) => Err(Fault::Value { key: key(name), value: value.clone(), wanted: wanted.to_owned() }),
    }
}

fn is_hex(text: &str, n_digits: usize) -> bool {
    text.len() == n_digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
