//! Chat templates of public model families, rendered as jinja2 renders them the way transformers sets it up
//! (`tests/golden/templates/make_renderings.py` made the expected texts).

use crate::common::run;

use std::collections::BTreeMap;
use std::path::PathBuf;

use antidote::prompt::{Message, Role, Template, Variables};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    now: i64,
    bos_token: String,
    eos_token: String,
    renderings: Vec<Rendering>,
}

#[derive(Deserialize)]
struct Rendering {
    template: String,
    case: String,
    messages: Vec<GoldenMessage>,
    variables: Variables,
    rendered: Option<String>,
    refused: Option<String>,
}

#[derive(Deserialize)]
struct GoldenMessage {
    role: String,
    content: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/templates")
}

fn messages(golden: &[GoldenMessage]) -> Vec<Message> {
    let role = |name: &str| match name {
        "system" => Role::System,
        "user" => Role::User,
        _ => Role::Assistant,
    };
    golden.iter().map(|message| Message::new(role(&message.role), &message.content)).collect()
}

/// Run again by the test below, in a process whose clock stands still.
#[test]
fn every_template_renders_as_in_transformers() {
    let golden: Golden = serde_json::from_slice(&std::fs::read(folder().join("renderings.json")).unwrap()).unwrap();
    if std::env::var("SOURCE_DATE_EPOCH").as_deref() != Ok(&golden.now.to_string()) {
        let this_test = std::env::current_exe().unwrap();
        let mut again = std::process::Command::new(this_test);
        again.args(["programs::chat_templates::every_template_renders_as_in_transformers", "--exact", "--nocapture"]);
        let ran = run(again.env("SOURCE_DATE_EPOCH", golden.now.to_string()), b"").succeeds();
        assert!(ran.stdout.contains("1 passed"), "the test has another name: {ran:?}");
        return;
    }
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = vec![];
    for case in &golden.renderings {
        let source = std::fs::read_to_string(folder().join(&case.template)).unwrap();
        let template = Template::new(Some(&source), golden.bos_token.clone(), golden.eos_token.clone());
        let template = template.unwrap_or_else(|error| panic!("{}: {error}", case.template));
        let rendered = template.with_variables(case.variables.clone()).render(&messages(&case.messages));
        let is_right = match (&rendered, &case.rendered, &case.refused) {
            (Ok(ours), Some(theirs), None) => ours.text() == theirs && !ours.system_merged(),
            // Python's caller gets an error, ours the system prompt in the first message.
            (Ok(ours), None, Some(_)) => ours.system_merged(),
            (Err(error), None, Some(reason)) => error.to_string().contains(reason),
            _ => false,
        };
        if !is_right {
            let theirs = case.rendered.as_ref().or(case.refused.as_ref());
            wrong.push(format!("{}, {}:\n  ours:   {rendered:?}\n  theirs: {theirs:?}", case.template, case.case));
        }
        *families.entry(&case.template).or_default() += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(families.len() >= 8, "{families:?}");
    let templates = std::fs::read_dir(folder()).unwrap().filter_map(Result::ok);
    let templates = templates.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "jinja")).count();
    assert_eq!(families.len(), templates, "a template has no renderings: run make_renderings.py");
}
