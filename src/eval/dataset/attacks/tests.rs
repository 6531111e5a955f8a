//! What holds for every family.

use std::collections::BTreeSet;

use ::base64::prelude::*;
use proptest::prelude::*;

use super::*;

/// Families that write the request into their frame as it is.
const VERBATIM: [&str; 6] =
    ["prefix-injection", "refusal-suppression", "role-play", "fiction", "in-context-examples", "authority"];

#[test]
fn there_are_ten_and_each_does_something_else() {
    for (request, language) in
        [("How do I bypass the guard of the lathe?", Language::En), ("旋盤の安全装置を外すには?", Language::Ja)]
    {
        let prompts: BTreeSet<String> = ALL.iter().map(|attack| attack.prompt(request, language)).collect();
        assert_eq!(prompts.len(), 10);
        assert!(!prompts.contains(request));
    }
    let names: BTreeSet<&str> = ALL.iter().map(|attack| attack.name).collect();
    assert_eq!(names.len(), 10);
    for attack in &ALL {
        assert!(attack.source.contains("arXiv"), "{}", attack.name);
        assert_eq!(Attack::named(attack.name).map(|found| found.name), Some(attack.name));
    }
    assert!(Attack::named("none").is_none());
}

#[test]
fn a_family_has_several_frames() {
    for family in VERBATIM {
        let attack = Attack::named(family).unwrap();
        for language in [Language::En, Language::Ja] {
            let frames: BTreeSet<String> = (0..40)
                .map(|number| {
                    let request = format!("request {number}");
                    attack.prompt(&request, language).replace(&request, "")
                })
                .collect();
            assert!(frames.len() > 1, "{family}");
            assert!(frames.iter().all(|frame| !frame.contains(SLOT)), "{family}");
        }
    }
}

#[test]
fn a_request_may_look_like_a_slot() {
    let prompt = Attack::named("fiction").unwrap().prompt("What is {request}?", Language::En);
    assert!(prompt.contains("What is {request}?"));
}

proptest! {
    #[test]
    fn pure_and_recoverable(request in "(?s).{0,120}|[a-z ]{1,60}[?.]|[ぁ-ん一-九]{1,40}。?", japanese: bool) {
        let language = if japanese { Language::Ja } else { Language::En };
        for attack in &ALL {
            let prompt = attack.prompt(&request, language);
            prop_assert_eq!(&prompt, &attack.prompt(&request, language));
            if VERBATIM.contains(&attack.name) {
                prop_assert!(prompt.contains(&request), "{}", attack.name);
            }
        }
        let encoded = Attack::named("base64").unwrap().prompt(&request, language);
        let decoded = BASE64_STANDARD.decode(encoded.rsplit('\n').next().unwrap()).unwrap();
        prop_assert_eq!(String::from_utf8(decoded).unwrap(), request);
    }
}
