//! Which layers get a direction.

use std::fmt;
use std::str::FromStr;

/// A choice of layers, written like `1-5` or `3,4,7-9`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LayerChoice {
    /// Every layer but layer 0: llama.cpp's control vector cannot reach it, and its states have seen one block of
    /// attention only.
    #[default]
    AllButFirst,
    /// These ranges, both ends included.
    Ranges(Vec<(usize, usize)>),
}

impl LayerChoice {
    /// The layers of a model with `n_layer` blocks, ascending.
    #[must_use]
    pub fn of(&self, n_layer: usize) -> Vec<usize> {
        let chosen = |layer: &usize| match self {
            Self::AllButFirst => *layer > 0,
            Self::Ranges(ranges) => ranges.iter().any(|(first, last)| (*first..=*last).contains(layer)),
        };
        (0..n_layer).filter(chosen).collect()
    }
}

impl FromStr for LayerChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
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
        for wrong in ["", "3-1", "a", "1-", "-1"] {
            assert!(wrong.parse::<LayerChoice>().is_err(), "{wrong}");
        }
    }
}
