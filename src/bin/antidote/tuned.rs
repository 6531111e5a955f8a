//! What `antidote tune` has found, as the other commands use it.

use antidote::autotune::{Settings, Store};
use antidote::engine::{ContextOptions, Model, Outline};

use super::args::ModelArgs;
use super::config::OpenValue;
use super::load::Choice;

/// What was tuned for this model on this machine. A file that cannot be used is said and passed over: it makes
/// answers faster, not better.
pub fn settings(outline: &Outline) -> Option<Settings> {
    Store::of_user()?
        .find(outline)
        .unwrap_or_else(|error| {
            antidote::say!("note: {error}");
            None
        })?
        .settings
        .into()
}

/// The values that neither a flag nor the config file gives, for `antidote config`.
pub fn open_values(args: &ModelArgs) -> Vec<OpenValue> {
    // Without a model there is nothing to say about it, and that is no mistake here.
    let Some(outline) = Choice::of(args).ok().and_then(|choice| Model::outline(&choice.model).ok()) else {
        return vec![];
    };
    let tuned = settings(&outline);
    let source = if tuned.is_some() { "tuned" } else { "default" };
    let untuned = Settings::of(&ContextOptions::for_chat(outline, None));
    let settings = tuned.unwrap_or(untuned);
    let is_pair_open = args.flash_attention.is_none() && args.cache_type.is_none();
    let pair = if is_pair_open { settings } else { untuned };
    let pair_source = if is_pair_open { source } else { "default" };
    vec![
        OpenValue { key: "threads", text: settings.threads.to_string(), source },
        OpenValue { key: "batch", text: settings.batch.to_string(), source },
        OpenValue { key: "flash-attn", text: pair.flash_attention.to_string(), source: pair_source },
        OpenValue { key: "cache-type", text: pair.cache_type.to_string(), source: pair_source },
    ]
}
