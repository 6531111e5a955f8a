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
            "make it with 'antidote dump --paired', whose files name the two prompts of a pair on the same line, or use \
             --method mean-difference",
        ),
        DeriveError::Degenerate { .. } => {
            Some("use prompts that differ in what they ask for, or leave the layer out (--layers)")
        }
        DeriveError::NotConverged { .. } => Some("try --method mean-difference"),
        DeriveError::NoStates { .. } => Some(
            "leave the layer out of --layers; states behind the final norm are used all the same with --last-layer keep",
        ),
        _ => None,
    }
}

fn of_import(error: &ImportError) -> Option<&'static str> {
    match error {
        ImportError::NoLabels { .. } => Some(
            "add --labels FILE (0 or 1 a line, 1 being harmful), put an array \"labels\" into it, or give two files with \
             --harmful and --benign",
        ),
        ImportError::Numbering { .. } => Some("say which with --numbering blocks or --numbering hf"),
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
