//! The *lead* of an answer: what a model says before its constraint applies, its thinking, up to a text that ends it.

/// How far a lead has come.
#[derive(Debug, Default)]
pub(super) struct Lead {
    /// Any of these ends it; none are left once it is over.
    ends: Vec<String>,
    /// The end of what was said, which one of them may begin in.
    tail: Vec<u8>,
}

/// What a token would do to a lead.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It goes on.
    Inside,
    /// It ends with the token.
    Ends,
    /// It ends inside the token, whose rest is already the answer.
    Torn,
}

impl Lead {
    /// A lead that ends with the first of `ends`; over at once if there are none.
    pub fn new(ends: &[String]) -> Self {
        Self { ends: ends.iter().filter(|end| !end.is_empty()).cloned().collect(), tail: vec![] }
    }

    pub fn is_over(&self) -> bool {
        self.ends.is_empty()
    }

    /// What a token that is written as `piece` would do.
    pub fn step(&self, piece: &[u8]) -> Step {
        let said = [&self.tail, piece].concat();
        let end = |end: &String| find(&said, end.as_bytes()).map(|at| at + end.len());
        match self.ends.iter().filter_map(end).min() {
            None => Step::Inside,
            Some(behind) if said[behind..].trim_ascii().is_empty() => Step::Ends,
            Some(_) => Step::Torn,
        }
    }

    /// The token that is written as `piece` came.
    pub fn push(&mut self, piece: &[u8]) {
        if self.step(piece) == Step::Inside {
            self.tail.extend_from_slice(piece);
            let longest = self.ends.iter().map(String::len).max().unwrap_or(0);
            let from = self.tail.len().saturating_sub(longest);
            self.tail.drain(..from);
        } else {
            self.ends.clear();
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(ends: &[&str], pieces: &[&str]) -> Vec<Step> {
        let mut lead = Lead::new(&ends.iter().map(ToString::to_string).collect::<Vec<_>>());
        let step = |piece: &&str| {
            let step = lead.step(piece.as_bytes());
            lead.push(piece.as_bytes());
            step
        };
        pieces.iter().map(step).collect()
    }

    #[test]
    fn a_lead_ends_with_its_mark_however_it_is_cut_into_tokens() {
        assert_eq!(steps(&["</think>"], &["hm", "</think>"]), [Step::Inside, Step::Ends]);
        assert_eq!(steps(&["</think>"], &["hm </", "thi", "nk>\n\n"]), [Step::Inside, Step::Inside, Step::Ends]);
        assert_eq!(steps(&["</think>"], &["</think", ">{"]), [Step::Inside, Step::Torn]);
        assert_eq!(steps(&["[/A]", "</b>"], &["[", "/A", "</b>"]), [Step::Inside, Step::Inside, Step::Ends]);
    }

    #[test]
    fn without_an_end_it_is_over_at_once() {
        assert!(Lead::new(&[]).is_over() && Lead::new(&[String::new()]).is_over());
        assert!(!Lead::new(&["x".to_owned()]).is_over());
    }
}
