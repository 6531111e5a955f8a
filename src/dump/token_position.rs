//! Which of a prompt's tokens a hidden state belongs to.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which of a prompt's tokens the states of a dump belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenPosition {
    /// The last one, from which the model goes on to answer: one row a prompt.
    #[default]
    Last,
    /// The mean of the last so many, or of all if the prompt has fewer: one row a prompt.
    Mean(NonZeroU32),
    /// Every token behind the person's text: the end of the person's turn, the opening of the answer, and the response
    /// prefix. One row each, so the prompt's hash and label are repeated.
    AfterUser,
    /// Whoever made the dump did not say.
    Unknown,
}

/// The text in `antidote.token`.
impl fmt::Display for TokenPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last-prompt"),
            Self::Mean(n) => write!(f, "mean:{n}"),
            Self::AfterUser => f.write_str("after-user"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// A text that names no position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a token position: must be last-prompt, mean:N (N at least 1) or after-user")]
pub struct NoTokenPosition;

/// Reads what [`fmt::Display`] writes.
impl FromStr for TokenPosition {
    type Err = NoTokenPosition;

    fn from_str(text: &str) -> Result<Self, NoTokenPosition> {
        match text {
            "last-prompt" => Ok(Self::Last),
            "after-user" => Ok(Self::AfterUser),
            "unknown" => Ok(Self::Unknown),
            text => match text.strip_prefix("mean:").map(str::parse) {
                // The number must be written in one way only, so that equal dumps have equal bytes.
                Some(Ok(n)) if Self::Mean(n).to_string() == text => Ok(Self::Mean(n)),
                _ => Err(NoTokenPosition),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read() {
        let mean = TokenPosition::Mean(NonZeroU32::new(12).unwrap());
        for position in [TokenPosition::Last, mean, TokenPosition::AfterUser, TokenPosition::Unknown] {
            assert_eq!(position.to_string().parse(), Ok(position));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "last", "mean", "mean:", "mean:0", "mean:-1", "mean:01", "mean:+1", "mean:4294967296", "first"]
        {
            assert_eq!(text.parse::<TokenPosition>(), Err(NoTokenPosition), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_the_same(text in "(mean:[0-9]{0,11}|\\PC{0,12})") {
            if let Ok(position) = text.parse::<TokenPosition>() {
                prop_assert_eq!(position.to_string(), text);
            }
        }
    }
}
