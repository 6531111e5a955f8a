//! *Thinking*: what a reasoning model says to itself before it answers, told apart from the answer while it streams.
//!
//! How it is marked is data (`families.rs`): a template that names its marks decides which of them count; under one that
//! names none all do that no other text begins with.

mod families;
mod marks;
mod splitter;
mod switch;

pub use marks::ThinkingMarks;
pub use splitter::{Piece, Splitter};
pub use switch::{Thinking, without_thinking};

/// What is said of an answer without the thinking before it: a reasoning model argues with itself there, and nobody reads
/// it. If it only thought, nothing. Any known marks count, since nobody knows here which template was used.
#[must_use]
pub fn spoken(answer: &str) -> String {
    let mut splitter = ThinkingMarks::in_answer(answer).splitter_of_whole(answer);
    let mut spoken = String::new();
    let mut hear = |piece: Piece<'_>| {
        if let Piece::Text(text) = piece {
            spoken.push_str(text);
        }
    };
    splitter.push(answer, &mut hear);
    splitter.finish(&mut hear);
    spoken.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_not_spoken() {
        assert_eq!(spoken("<think>a</think>\n b "), "b");
        assert_eq!(spoken("a</think>b"), "b");
        assert_eq!(spoken("<think>a"), "");
        assert_eq!(spoken(" a <think> b"), "a <think> b");
        assert_eq!(spoken("[THINK]a[/THINK]b"), "b");
        assert_eq!(spoken("a[/THINK] b"), "b");
        assert_eq!(spoken("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b"), "b");
        assert_eq!(spoken("a<|end|><|start|>assistant<|channel|>final<|message|>b"), "b");
        assert_eq!(spoken("<|channel|>final<|message|>b"), "b");
        assert_eq!(spoken("<|channel>thought\na<channel|>b"), "b");
        assert_eq!(spoken("a<|END_THINKING|><|START_RESPONSE|>b<|END_RESPONSE|>"), "b");
        assert_eq!(spoken("a</seed:think>b"), "b");
        assert_eq!(spoken("<|inner_prefix|>a<|inner_suffix|>b"), "b");
        assert_eq!(spoken("Here is my thought process: a Here is my response: b"), "b");
        assert_eq!(spoken("Here are my reasoning steps:\na\n[BEGIN FINAL RESPONSE]\nb\n[END FINAL RESPONSE]"), "b");
        // Words that any text may hold do not end a thought that nothing began, nor begin one that never ends.
        assert_eq!(spoken("Good. Here is my response: b"), "Good. Here is my response: b");
        assert_eq!(spoken("Here is my thought process: b"), "Here is my thought process: b");
        // A mark that any text may hold does not end a thought that nothing began.
        assert_eq!(spoken("The turn ends with <|end|> there."), "The turn ends with <|end|> there.");
    }
}
