//! The demo model's tokenizer as llama.cpp runs it: the tokens are those of Hugging Face's tokenizers
//! (tests/golden/tokens), and whatever is typed comes back.

use crate::common;

use antidote::engine::{Model, Token};
use common::{model, root};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    text: String,
    tokens: Vec<i32>,
}

fn golden() -> Vec<Golden> {
    let text = std::fs::read_to_string(root().join("tests/golden/tokens/tokens.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn round_trip(model: &Model, text: &str) -> String {
    let bytes: Vec<u8> = model.tokenize(text).into_iter().flat_map(|token| model.piece(token)).collect();
    String::from_utf8(bytes).expect("the bytes that went in come out")
}

#[test]
fn tokens_are_those_of_hugging_face() {
    let model = model();
    let golden = golden();
    assert!(golden.len() > 20);
    for Golden { text, tokens } in golden {
        let ours: Vec<i32> = model.tokenize(&text).into_iter().map(Token::id).collect();
        assert_eq!(ours, tokens, "{text:?}");
        assert_eq!(round_trip(&model, &text), text);
    }
}

#[test]
fn anything_typed_comes_back_from_its_tokens() {
    let model = model();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    // Any characters at all, and English, Japanese and emoji side by side.
    let texts = prop_oneof![".{0,40}", "([a-z ,.?']|[ぁ-ん]|[ァ-ヴ]|[一-龥]|[😀-🙏]|[0-9]){0,40}"];
    runner
        .run(&texts, |text| {
            // Control tokens are read as such: `<|end|>` ends a turn, and is no text.
            prop_assume!(!text.contains("<|"));
            prop_assert_eq!(round_trip(&model, &text), text);
            Ok(())
        })
        .unwrap();
}
