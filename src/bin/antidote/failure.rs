//! What ended a command, in a sentence.

use std::error::Error;

use antidote::chat::ReplError;
use antidote::eval::dataset::PlanError;
use antidote::eval::generate::EvalError;
use antidote::japanese;
use antidote::prompt::Language;

use super::{Misuse, Named};

/// `failure` in `language`; in English where it has no other sentence.
pub fn text(failure: &(dyn Error + 'static), language: Language) -> String {
    match language {
        Language::En => failure.to_string(),
        Language::Ja => in_japanese(failure).unwrap_or_else(|| failure.to_string()),
    }
}

fn in_japanese(failure: &(dyn Error + 'static)) -> Option<String> {
    if let Some(Misuse(failure)) = failure.downcast_ref() {
        return in_japanese(&**failure);
    }
    if let Some(Named { path, error }) = failure.downcast_ref() {
        return Some(format!("{path}: {}", japanese::of_io(error)));
    }
    if let Some(error) = failure.downcast_ref::<ReplError>() {
        return Some(error.text(Language::Ja));
    }
    if let Some(EvalError::Engine(error)) = failure.downcast_ref() {
        return japanese::sentence(error);
    }
    if let Some(PlanError::Prompts(error)) = failure.downcast_ref() {
        return japanese::sentence(error);
    }
    japanese::sentence(failure)
}

/// What stands before it.
pub fn label(language: Language) -> &'static str {
    match language {
        Language::En => "error",
        Language::Ja => "エラー",
    }
}

/// What stands before a hint.
pub fn hint_label(language: Language) -> &'static str {
    match language {
        Language::En => "hint",
        Language::Ja => "ヒント",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use antidote::engine::EngineError;
    use antidote::prompt_files::PromptError;

    #[test]
    fn what_ends_a_command_is_japanese_whatever_holds_it() {
        let long = || EngineError::PromptTooLong { n_prompt: 900, n_ctx: 512 };
        let io = || std::io::Error::from_raw_os_error(2);
        let failures: [(Box<dyn Error>, &str); 7] = [
            (Box::new(long()), "900"),
            (Box::new(ReplError::from(long())), "900"),
            (Box::new(ReplError::Terminal(io())), "ターミナル"),
            (Box::new(EvalError::Engine(long())), "900"),
            (Box::new(Misuse(long().into())), "512"),
            (Box::new(PlanError::Prompts(PromptError::Empty { path: "p.txt".into() })), "p.txt"),
            (Box::new(Named { path: "g.gbnf".to_owned(), error: io() }), "g.gbnf: そのような"),
        ];
        for (failure, word) in failures {
            let ja = text(&*failure, Language::Ja);
            assert!(ja.contains(word) && ja.chars().any(|c| ('ぁ'..='ん').contains(&c)), "{ja}");
            assert_eq!(text(&*failure, Language::En), failure.to_string());
        }
        assert_eq!(text(&std::fmt::Error, Language::Ja), std::fmt::Error.to_string());
    }
}
