//! What to do about an error or a warning, where that takes a flag. The library says what is wrong and knows nothing of
//! flags.

use std::error::Error;

use antidote::derive::{DeriveError, Warning};
use antidote::imports::ImportError;

/// The hint for `error`, or for the first of its causes that has one.
pub fn hint(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let hint = error.downcast_ref().and_then(of_derivation).or_else(|| error.downcast_ref().and_then(of_import));
        if hint.is_some() {
            return hint;
        }
        cause = error.source();
    }
    None
}

fn of_derivation(error: &DeriveError) -> Option<&'static str> {
    match error {
        DeriveError::NeedsPairs { .. } => Some(
            "dump pairs with 'antidote dump --paired' (line i of both files is a pair) or --pairs, or use --method \
             mean-difference",
        ),
        DeriveError::Degenerate { .. } => {
            Some("use prompts that ask for different things, or leave this layer out (--layers)")
        }
        DeriveError::NotConverged { .. } => Some("try --method mean-difference"),
        DeriveError::NoStates { .. } => {
            Some("leave this layer out of --layers; to use states after the final norm anyway, give --last-layer keep")
        }
        _ => None,
    }
}

fn of_import(error: &ImportError) -> Option<&'static str> {
    match error {
        ImportError::NoLabels { .. } => Some(
            "add --labels FILE (one 0 or 1 per line, 1 is harmful), add an array \"labels\" to the file, or give two files \
             with --harmful and --benign",
        ),
        ImportError::Axes { is_swapped: true, .. } => {
            Some("read it so with --axes layers-first; if it is not so, say --axes prompts-first")
        }
        ImportError::Axes { .. } => Some("say which it is: --axes prompts-first or --axes layers-first"),
        ImportError::Shape { hint, .. } if hint.contains("[n_layers, n_prompts, n_embd]") => {
            Some("or read it as it is with --axes layers-first")
        }
        ImportError::NoStates { .. } => Some(
            "a ready-made direction goes in with 'antidote-derive import FILE.npy --layer N --for-model MODEL.gguf'",
        ),
        ImportError::DirectionLayer { .. } => {
            Some("name it with --layer N: the block whose output it was found in, from 0")
        }
        ImportError::Numbering { .. } => Some("choose with --numbering blocks or --numbering hf"),
        _ => None,
    }
}

/// The hint for a warning.
pub fn hint_of_warning(warning: &Warning) -> Option<&'static str> {
    match warning {
        Warning::PoorSeparation { .. } | Warning::FollowsLength { .. } => Some("try --method mean-difference"),
        _ => None,
    }
}
