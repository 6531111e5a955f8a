//! Which layers get a direction.
//!
//! Layer 0 gets none unless it is named: llama.cpp's control vector begins at layer 1, so it could not be steered, and
//! its states have seen one block of attention only.

use std::fmt;
use std::str::FromStr;

/// A choice of layers, written like `1-5`, `3,4,7-9`, `all` or `best:4`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LayerChoice {
    /// Every layer but layer 0.
    #[default]
    AllButFirst,
    /// As many of these as given: those that best tell apart the prompts that were held out.
    Best(usize),
    /// These ranges, both ends included.
    Ranges(Vec<(usize, usize)>),
}

impl LayerChoice {
    /// The layers of a model with `n_layer` blocks that can be chosen, ascending.
    #[must_use]
    pub fn of(&self, n_layer: usize) -> Vec<usize> {
        let chosen = |layer: &usize| match self {
            Self::AllButFirst | Self::Best(_) => *layer > 0,
            Self::Ranges(ranges) => ranges.iter().any(|(first, last)| (*first..=*last).contains(layer)),
        };
        (0..n_layer).filter(chosen).collect()
    }
}

impl FromStr for LayerChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::AllButFirst);
        }
        if let Some(n) = text.strip_prefix("best:") {
            let n = n.parse().ok().filter(|n| *n > 0);
            return n.map(Self::Best).ok_or_else(|| format!("'{text}' must be like best:4"));
        }
        let number = |text: &str| text.trim().parse::<usize>().map_err(|_| format!("'{text}' is not a layer number"));
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            if first <= last { Ok((first, last)) } else { Err(format!("'{part}' runs backwards")) }
        };
        text.split(',').map(range).collect::<Result<_, _>>().map(Self::Ranges)
    }
}

impl fmt::Display for LayerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllButFirst => f.write_str("all but layer 0"),
            Self::Best(n) => write!(f, "the best {n}"),
            Self::Ranges(ranges) => {
                let parts: Vec<_> = ranges.iter().map(|(first, last)| format!("{first}-{last}")).collect();
                f.write_str(&parts.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!("1-3,5".parse::<LayerChoice>().unwrap().of(8), [1, 2, 3, 5]);
        assert_eq!("6-99".parse::<LayerChoice>().unwrap().of(8), [6, 7]);
        assert_eq!(LayerChoice::default().of(3), [1, 2]);
        assert_eq!("all".parse(), Ok(LayerChoice::AllButFirst));
        assert_eq!("best:4".parse(), Ok(LayerChoice::Best(4)));
        for wrong in ["", "3-1", "a", "1-", "-1", "best:", "best:0", "best:x"] {
            assert!(wrong.parse::<LayerChoice>().is_err(), "{wrong}");
        }
    }
}
