//! The *frame* of a prompt: what stands around a person's text when a model gets it as the only message of a
//! conversation.

use super::template::{Message, Rendered, Role, Template, TemplateError};
use crate::engine::{Model, Token};

/// Texts with different ends: whatever follows them alike is not theirs. A tokenizer may join the end of a text with
/// what follows, differently for letters, digits, marks and other scripts.
const PROBES: [&str; 5] = ["x", "7", ".", "Go on!", "語"];

/// What stands around a person's text.
#[derive(Debug)]
pub struct Frame<'model> {
    model: &'model Model,
    template: Template,
    system: Option<String>,
    response_prefix: String,
}

impl<'model> Frame<'model> {
    /// A frame of `template`, with `system` as the system prompt and `response_prefix` as the beginning of the answer.
    #[must_use]
    pub fn new(
        model: &'model Model,
        template: Template,
        system: Option<String>,
        response_prefix: Option<String>,
    ) -> Self {
        Self { model, template, system, response_prefix: response_prefix.unwrap_or_default() }
    }

    /// The tokens of `text` in its frame, ready for the model to answer.
    ///
    /// # Errors
    /// The template refuses it.
    pub fn tokens(&self, text: &str) -> Result<Vec<Token>, TemplateError> {
        self.rendered(text)?.tokens(self.model)
    }

    /// `text` in its frame.
    ///
    /// # Errors
    /// The template refuses it.
    pub fn rendered(&self, text: &str) -> Result<Rendered, TemplateError> {
        let system = self.system.as_ref().map(|system| Message::new(Role::System, system));
        let messages: Vec<_> = system.into_iter().chain([Message::new(Role::User, text)]).collect();
        let mut framed = self.template.render(&messages)?;
        framed.push(&self.response_prefix);
        Ok(framed)
    }

    /// How many tokens of the frame stand behind the text of every one of `prompts`, which [`Self::tokens`] made: what
    /// they and some texts with other ends have in common at the end. Where the tokenizer joins the last character of
    /// one of them with the frame, that token does not count for any.
    ///
    /// # Errors
    /// The template refuses it.
    pub fn n_behind(&self, prompts: &[Vec<Token>]) -> Result<usize, TemplateError> {
        let probes = PROBES.iter().map(|probe| self.tokens(probe)).collect::<Result<Vec<_>, _>>()?;
        Ok(common_end(probes.iter().chain(prompts)))
    }
}

/// How many items all lists have in common at the end.
fn common_end<'a, T: PartialEq + 'a>(lists: impl IntoIterator<Item = &'a Vec<T>>) -> usize {
    let mut lists = lists.into_iter();
    let Some(first) = lists.next() else { return 0 };
    let mut end = first.as_slice();
    for list in lists {
        let n = end.iter().rev().zip(list.iter().rev()).take_while(|(a, b)| a == b).count();
        end = &end[end.len() - n..];
    }
    end.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn common_ends_are_found() {
        let lists = |lists: &[&[i32]]| common_end(&lists.iter().map(|list| list.to_vec()).collect::<Vec<_>>());
        assert_eq!(lists(&[]), 0);
        assert_eq!(lists(&[&[1, 2, 3], &[9, 2, 3]]), 2);
        assert_eq!(lists(&[&[1, 2, 3], &[9, 2, 3], &[3]]), 1);
        assert_eq!(lists(&[&[1, 2], &[1, 3]]), 0);
        assert_eq!(lists(&[&[1, 2], &[1, 2]]), 2);
    }

    proptest! {
        #[test]
        fn a_common_end_is_common_and_the_longest(
            lists in proptest::collection::vec(proptest::collection::vec(0..2_u8, 0..6), 1..4),
        ) {
            let n = common_end(&lists);
            let ends = |n: usize| -> Option<Vec<&[u8]>> {
                lists.iter().map(|list| Some(&list[list.len().checked_sub(n)?..])).collect()
            };
            let alike = |ends: &[&[u8]]| ends.iter().all(|end| *end == ends[0]);
            prop_assert!(alike(&ends(n).unwrap()));
            prop_assert!(!ends(n + 1).is_some_and(|ends| alike(&ends)));
        }
    }
}
