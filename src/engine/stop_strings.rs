//! Texts that end an answer. What could become one is held back until it is known.

/// Looks for stop strings in text that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct StopStrings {
    stops: Vec<String>,
    /// The end of the text so far that some stop string may begin with.
    held: String,
}

/// What may be shown, and whether a stop string came.
#[derive(Debug, PartialEq)]
pub(super) struct Passed {
    pub text: String,
    pub is_stopped: bool,
}

impl StopStrings {
    /// Empty stop strings stop nothing.
    pub fn new(stops: Vec<String>) -> Self {
        Self { stops: stops.into_iter().filter(|stop| !stop.is_empty()).collect(), held: String::new() }
    }

    /// Takes the next piece and gives out what is certainly part of the answer: everything before the first stop
    /// string, once one is whole.
    pub fn push(&mut self, piece: String) -> Passed {
        if self.stops.is_empty() {
            return Passed { text: piece, is_stopped: false };
        }
        self.held.push_str(&piece);
        let first = self.stops.iter().filter_map(|stop| self.held.find(stop)).min();
        if let Some(place) = first {
            self.held.truncate(place);
            return Passed { text: std::mem::take(&mut self.held), is_stopped: true };
        }
        let beginning = self.stops.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - beginning);
        Passed { text: std::mem::replace(&mut self.held, rest), is_stopped: false }
    }

    /// Nothing more comes: what was held back is part of the answer.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// Bytes of the longest end of `text` that `stop` begins with.
fn overlap(text: &str, stop: &str) -> usize {
    let starts = stop.char_indices().map(|(at, _)| at).rev();
    starts.filter(|n| *n > 0 && *n <= text.len()).find(|n| text.ends_with(&stop[..*n])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn passed(stops: &[&str], pieces: &[&str]) -> (String, bool) {
        let mut stops = StopStrings::new(stops.iter().map(ToString::to_string).collect());
        let mut text = String::new();
        for piece in pieces {
            let passed = stops.push((*piece).to_owned());
            text.push_str(&passed.text);
            if passed.is_stopped {
                return (text, true);
            }
        }
        text.push_str(&stops.finish());
        (text, false)
    }

    #[test]
    fn an_answer_ends_before_the_first_stop_string_however_it_is_cut() {
        assert_eq!(passed(&["###", "END"], &["one #", "#", "# two"]), ("one ".to_owned(), true));
        assert_eq!(passed(&["###", "END"], &["a END ###"]), ("a ".to_owned(), true));
        assert_eq!(passed(&["###"], &["one #", "# two #"]), ("one ## two #".to_owned(), false));
        assert_eq!(passed(&["停止"], &["止停", "止後"]), ("止".to_owned(), true));
        assert_eq!(passed(&["", "x"], &["abc"]), ("abc".to_owned(), false));
    }

    proptest! {
        #[test]
        fn cutting_makes_no_difference(text in "[ab止]{0,30}", stop in "[ab止]{1,4}", cuts in prop::collection::vec(1_usize..4, 30)) {
            let chars: Vec<char> = text.chars().collect();
            let (mut pieces, mut rest) = (vec![], &chars[..]);
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                pieces.push(now.iter().collect::<String>());
                rest = later;
            }
            pieces.push(rest.iter().collect());
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let expected = text.find(&stop).map_or((text.clone(), false), |at| (text[..at].to_owned(), true));
            prop_assert_eq!(passed(&[&stop], &pieces), expected);
        }
    }
}
