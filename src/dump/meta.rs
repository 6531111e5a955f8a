//! What a dump says about itself.

use std::collections::HashMap;

use super::VERSION;
use crate::vector::Fingerprint;

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
    /// `general.architecture`.
    pub architecture: String,
    /// `general.name`.
    pub model_name: String,
    /// Which weights.
    pub fingerprint: Fingerprint,
    /// Blocks of the model; every one is in the dump.
    pub n_layer: usize,
    /// Values of a hidden state.
    pub n_embd: usize,
    /// BLAKE3 of the chat template's text; `None` if prompts went in as they are.
    pub template_hash: Option<String>,
    /// First 16 hex digits of the BLAKE3 of each prompt's text, in row order.
    pub prompt_hashes: Vec<String>,
}

impl DumpMeta {
    /// The hash that stands for a prompt's text.
    #[must_use]
    pub fn hash_prompt(text: &str) -> String {
        blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
    }

    /// The hash that stands for a chat template's text.
    #[must_use]
    pub fn hash_template(text: &str) -> String {
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// As the strings of `__metadata__`.
    pub(super) fn to_strings(&self) -> HashMap<String, String> {
        let entries = [
            ("format", "dump".to_owned()),
            ("version", VERSION.to_owned()),
            ("architecture", self.architecture.clone()),
            ("model_name", self.model_name.clone()),
            ("fingerprint", self.fingerprint.to_string()),
            ("token", "last-prompt".to_owned()),
            ("chat_template", self.template_hash.clone().unwrap_or_else(|| "none".to_owned())),
            ("prompts", self.prompt_hashes.join(" ")),
        ];
        entries.into_iter().map(|(key, value)| (format!("antidote.{key}"), value)).collect()
    }

    /// The reverse; the error says what is missing or wrong.
    pub(super) fn from_strings(
        strings: &HashMap<String, String>,
        n_layer: usize,
        n_embd: usize,
    ) -> Result<Self, String> {
        let get = |key: &str| {
            strings.get(&format!("antidote.{key}")).ok_or_else(|| format!("its metadata has no antidote.{key}"))
        };
        if get("format")? != "dump" || get("version")? != VERSION {
            let (format, version) = (get("format")?, get("version")?);
            return Err(format!(
                "it is a '{format}' of version {version}; this program reads dumps of version {VERSION}"
            ));
        }
        let template = get("chat_template")?;
        Ok(Self {
            architecture: get("architecture")?.clone(),
            model_name: get("model_name")?.clone(),
            fingerprint: get("fingerprint")?.parse()?,
            n_layer,
            n_embd,
            template_hash: (template != "none").then(|| template.clone()),
            prompt_hashes: get("prompts")?.split_whitespace().map(str::to_owned).collect(),
        })
    }
}
