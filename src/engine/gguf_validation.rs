//! Is this file a chat model that llama.cpp will not die of? Asked of the header, before llama.cpp sees the file: on
//! some headers it ends the process (`GGML_ASSERT` in its `llama_model_base::load_hparams` and
//! `llama_vocab::impl::load`), and models that make no text it loads without a word.

use std::collections::HashSet;

use crate::gguf::{Gguf, Value};

/// Layers and experts that llama.cpp has room for (`LLAMA_MAX_LAYERS`, `LLAMA_MAX_EXPERTS`).
const MAX_LAYERS: u64 = 512;
const MAX_EXPERTS: u64 = 1024;

/// Families that make embeddings, sounds or pictures' features instead of text, or that answer through an encoder.
const NOT_GENERATIVE: [&str; 17] = [
    "bert",
    "nomic-bert",
    "nomic-bert-moe",
    "neo-bert",
    "jina-bert-v2",
    "jina-bert-v3",
    "modern-bert",
    "eurobert",
    "gemma-embedding",
    "llama-embed",
    "t5",
    "t5encoder",
    "clip",
    "clef",
    "wavtokenizer-dec",
    "pockettts",
    "qwen3tts",
];

/// # Errors
/// Why the file cannot be used, as the end of "… cannot be used as a chat model: ".
pub(super) fn check(gguf: &Gguf<'_>) -> Result<(), String> {
    let architecture = gguf.architecture().unwrap_or_default();
    let key = |name: &str| format!("{architecture}.{name}");
    if NOT_GENERATIVE.contains(&architecture) {
        return Err(format!("a model of the kind '{architecture}' makes no text; use a chat model"));
    }
    if let Some(Value::Bool(false)) = gguf.get(&key("attention.causal")) {
        return Err(format!(
            "its attention looks ahead ({} is false): it makes embeddings or fills gaps, but no text token by token; use a \
             chat model",
            key("attention.causal")
        ));
    }
    check_numbers(gguf, &key)?;
    check_vocabulary(gguf)
}

/// Numbers that llama.cpp insists on.
fn check_numbers(gguf: &Gguf<'_>, key: &dyn Fn(&str) -> String) -> Result<(), String> {
    let number = |name: &str| gguf.u64(&key(name)).unwrap_or(0);
    let must = |is_so: bool, name: &str, rule: &str| {
        let damaged =
            || format!("its header says {} = {}, which must be {rule}; the file is damaged", key(name), number(name));
        if is_so { Ok(()) } else { Err(damaged()) }
    };
    let layers = number("block_count");
    must(layers <= MAX_LAYERS, "block_count", &format!("at most {MAX_LAYERS}"))?;
    must(number("nextn_predict_layers") < layers, "nextn_predict_layers", "below block_count")?;

    let (experts, used) = (number("expert_count"), number("expert_used_count"));
    let (groups, groups_used) = (number("expert_group_count"), number("expert_group_used_count"));
    must(experts <= MAX_EXPERTS, "expert_count", &format!("at most {MAX_EXPERTS}"))?;
    must(
        used <= experts && (used > 0) == (experts > 0),
        "expert_used_count",
        "1 to expert_count, or 0 without experts",
    )?;
    must(groups == 0 || groups < experts, "expert_group_count", "below expert_count")?;
    if groups > 1 {
        must(experts.is_multiple_of(groups), "expert_group_count", "a divisor of expert_count")?;
        must((1..groups).contains(&groups_used), "expert_group_used_count", "1 to below expert_group_count")?;
    }

    let (width, heads) = (number("embedding_length"), number("attention.head_count"));
    must(heads <= width, "attention.head_count", "at most embedding_length")?;
    check_attention(gguf, key)?;
    let context = gguf.context_length().unwrap_or(1);
    must((1..=i32::MAX as u64).contains(&context), "context_length", "1 to 2147483647")?;
    let scaling = key("rope.scaling.type");
    match gguf.get(&scaling) {
        None => Ok(()),
        Some(Value::Text(b"none" | b"linear" | b"yarn" | b"longrope")) => Ok(()),
        Some(_) => {
            Err(format!("its header names a {scaling} that llama.cpp does not know; the file is damaged or too new"))
        }
    }
}

/// Heads, rotation and norms, where llama.cpp divides by numbers or insists on them while it computes.
fn check_attention(gguf: &Gguf<'_>, key: &dyn Fn(&str) -> String) -> Result<(), String> {
    let damaged =
        |name: &str, rule: &str| Err(format!("its header's {} must be {rule}; the file is damaged", key(name)));
    let has_attention = gguf.tensors().iter().any(|tensor| tensor.name.contains(".attn_q"));
    // A number for each layer, 0 for those with a running state instead.
    if let Some(Value::List(heads)) = gguf.get(&key("attention.head_count")) {
        let attends = |layer: usize| {
            let prefix = format!("blk.{layer}.attn_q");
            gguf.tensors().iter().any(|tensor| tensor.name.starts_with(&prefix))
        };
        // As many as there are layers, which are few by now: a list can have millions.
        let mut heads = heads.integers().into_iter().flatten().enumerate().take(gguf.n_layer().unwrap_or(0) as usize);
        if heads.any(|(layer, heads)| heads < 1 && attends(layer)) {
            return damaged("attention.head_count", "at least 1 for each layer with attention");
        }
    }
    let scalar = |name: &str| match gguf.get(&key(name)) {
        Some(Value::List(_)) => None,
        value => value?.as_u64(),
    };
    let kv = scalar("attention.head_count_kv").filter(|kv| *kv > 0);
    if let (Some(heads), Some(kv)) = (scalar("attention.head_count").filter(|_| has_attention), kv)
        && (kv > heads || heads % kv != 0)
    {
        return damaged("attention.head_count_kv", "a divisor of attention.head_count");
    }
    // Of a list, the largest.
    let heads = gguf.get(&key("attention.head_count")).and_then(Value::as_u64);
    if let Some(heads) = heads.filter(|_| has_attention) {
        if heads == 0 {
            return damaged("attention.head_count", "at least 1");
        }
        let width = gguf.n_embd().unwrap_or(0) / heads;
        let length = scalar("attention.key_length").unwrap_or(width);
        let is_rotation = |n: u64| n > 0 && n.is_multiple_of(2) && n <= length;
        if scalar("rope.dimension_count").is_some_and(|n| !is_rotation(n)) {
            return damaged("rope.dimension_count", "even, and 2 to the length of a head");
        }
    }
    for name in ["attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"] {
        if let Some(Value::Float(epsilon)) = gguf.get(&key(name))
            && !(0.0..1.0).contains(epsilon)
        {
            return damaged(name, "a small positive number");
        }
    }
    Ok(())
}

/// A vocabulary in which every token is another.
fn check_vocabulary(gguf: &Gguf<'_>) -> Result<(), String> {
    if gguf.str("tokenizer.ggml.model").is_none() {
        return Err("it carries no tokenizer".to_owned());
    }
    let Some(Value::List(list)) = gguf.get("tokenizer.ggml.tokens") else {
        return Err("its tokenizer has no list of tokens (tokenizer.ggml.tokens)".to_owned());
    };
    let Some(tokens) = list.texts() else {
        return Err("its tokens (tokenizer.ggml.tokens) are no texts; the file is damaged".to_owned());
    };
    let mut seen = HashSet::with_capacity(usize::try_from(list.len()).unwrap_or(0).min(1 << 20));
    for (number, token) in tokens.enumerate() {
        // llama.cpp gives empty ones names of their own.
        if !token.is_empty() && !seen.insert(token) {
            return Err(format!(
                "token {number} of its vocabulary, {:?}, is there twice; the file is damaged",
                String::from_utf8_lossy(token)
            ));
        }
    }
    // Text that no piece covers is cut into bytes, and llama.cpp ends the process at one that has no token.
    let has_byte = |byte: u8| seen.contains(format!("<0x{byte:02X}>").as_bytes()) || seen.contains(&[byte][..]);
    match (0..=u8::MAX).find(|byte| !has_byte(*byte)) {
        Some(byte) if gguf.str("tokenizer.ggml.model") == Some("llama") => {
            Err(format!("its vocabulary has no token for the byte 0x{byte:02X} (<0x{byte:02X}>); the file is damaged"))
        }
        _ => Ok(()),
    }
}
