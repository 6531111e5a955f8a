//! Which model, and how it runs.

use std::num::NonZeroU32;
use std::path::PathBuf;

use antidote::autotune::Settings;
use antidote::engine::{CacheType, ContextOptions, FlashAttention, Model, Outline};
use antidote::prompt::Language;
use clap::{Args, ValueEnum};

use crate::tuned;

/// Which model, and how it runs.
#[derive(Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArgs {
    /// The model [default: the demo model].
    #[arg(value_name = "MODEL.gguf")]
    pub model: Option<PathBuf>,
    /// The model (same as the positional argument).
    #[arg(short = 'm', long = "model", value_name = "MODEL.gguf", conflicts_with = "model")]
    pub model_flag: Option<PathBuf>,
    /// Context length in tokens [default: the model's, at most 4096].
    #[arg(short = 'c', long = "ctx", value_name = "TOKENS", value_parser = parse_context)]
    pub ctx: Option<NonZeroU32>,
    /// Compute threads [default: tuned value, else one per core].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Prefill batch size in tokens [default: tuned value, else 512].
    #[arg(short = 'b', long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub batch: Option<u32>,
    /// Flash attention; in long conversations it is faster on some processors only [default: tuned value, else measured
    /// at startup].
    #[arg(long = "flash-attn", value_enum)]
    pub flash_attention: Option<FlashAttentionArg>,
    /// KV cache type; q8_0 needs --flash-attn on [default: tuned value, else f16].
    #[arg(long, value_enum)]
    pub cache_type: Option<CacheTypeArg>,
    /// Load the model even if it seems not to fit in memory.
    #[arg(long)]
    pub ignore_memory: bool,
}

impl ModelArgs {
    /// The model named on the command line.
    pub fn path(&self) -> Option<&PathBuf> {
        self.model.as_ref().or(self.model_flag.as_ref())
    }

    /// The context that these arguments ask for on the model at `path`; what they leave open is what was tuned.
    pub fn context(&self, path: &std::path::Path) -> Result<ContextOptions, crate::Failure> {
        let outline = Model::outline(path)?;
        self.context_after(&outline, tuned::settings(&outline))
    }

    /// As [`Self::context`], but attention and cache are not the tuned ones unless they are named here: for hidden
    /// states that are kept.
    pub fn context_of_states(&self, path: &std::path::Path) -> Result<ContextOptions, crate::Failure> {
        let outline = Model::outline(path)?;
        let untuned = ContextOptions::for_chat(outline, None);
        let (flash_attention, cache_type) = (untuned.flash_attention, untuned.cache_type);
        let tuned = tuned::settings(&outline).map(|tuned| Settings { flash_attention, cache_type, ..tuned });
        self.context_after(&outline, tuned)
    }

    fn context_after(&self, outline: &Outline, tuned: Option<Settings>) -> Result<ContextOptions, crate::Failure> {
        let mut options = ContextOptions::for_chat(*outline, self.ctx);
        if let Some(tuned) = tuned {
            let (flash_attention, cache_type) = (options.flash_attention, options.cache_type);
            options = tuned.apply(&options);
            // They were chosen as a pair; whoever names one decides about both.
            if self.flash_attention.is_some() || self.cache_type.is_some() {
                (options.flash_attention, options.cache_type) = (flash_attention, cache_type);
            }
        }
        if let Some(threads) = self.threads {
            options.threads = i32::from(threads);
            options.many.threads = Some(options.threads);
        }
        options.n_batch = self.batch.unwrap_or(options.n_batch).min(options.n_ctx);
        if let Some(flash_attention) = self.flash_attention {
            options.flash_attention = flash_attention.into();
            options.many.flash_attention = Some(options.flash_attention);
        }
        if let Some(cache_type) = self.cache_type {
            options.cache_type = cache_type.into();
        }
        if options.cache_type == CacheType::Q8_0 && options.flash_attention != FlashAttention::On {
            return Err(crate::UsageError(Language::of_locale().pick(
                "--cache-type q8_0 needs --flash-attn on",
                "--cache-type q8_0 には --flash-attn on が必要です",
            ))
            .into());
        }
        Ok(options)
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum FlashAttentionArg {
    On,
    Off,
    /// Let llama.cpp decide.
    Auto,
}

impl From<FlashAttentionArg> for FlashAttention {
    fn from(flash_attention: FlashAttentionArg) -> Self {
        match flash_attention {
            FlashAttentionArg::On => Self::On,
            FlashAttentionArg::Off => Self::Off,
            FlashAttentionArg::Auto => Self::Auto,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum CacheTypeArg {
    F32,
    F16,
    #[value(name = "q8_0")]
    Q8_0,
}

impl From<CacheTypeArg> for CacheType {
    fn from(cache_type: CacheTypeArg) -> Self {
        match cache_type {
            CacheTypeArg::F32 => Self::F32,
            CacheTypeArg::F16 => Self::F16,
            CacheTypeArg::Q8_0 => Self::Q8_0,
        }
    }
}

/// Positions are 32-bit with sign in llama.cpp.
fn parse_context(text: &str) -> Result<NonZeroU32, String> {
    let tokens: u32 = text.parse().map_err(|_| "not a number of tokens".to_owned())?;
    let tokens = NonZeroU32::new(tokens).ok_or("must be at least 1")?;
    if i32::try_from(tokens.get()).is_ok() { Ok(tokens) } else { Err(format!("must be at most {}", i32::MAX)) }
}
