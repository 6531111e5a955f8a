//! Chat templates that stand in for public model families, and what templates use of Python, rendered as jinja2 renders
//! them the way transformers sets it up (`tests/golden/templates/make_renderings.py` made the expected texts).

use crate::common::run;

use std::collections::BTreeMap;
use std::path::PathBuf;

use antidote::prompt::{Message, Rendered, Role, Template, TemplateError, Variables};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    now: i64,
    bos_token: String,
    eos_token: String,
    cases: BTreeMap<String, Case>,
    families: BTreeMap<String, BTreeMap<String, Theirs>>,
    constructs: BTreeMap<String, Construct>,
}

#[derive(Deserialize)]
struct Case {
    messages: Vec<GoldenMessage>,
    variables: Variables,
}

#[derive(Deserialize)]
struct GoldenMessage {
    role: String,
    content: String,
}

/// What Python makes of one case.
#[derive(Debug, Deserialize)]
struct Theirs {
    rendered: Option<String>,
    refused: Option<String>,
    /// With contents as lists of parts, because it leaves out texts.
    parts: Option<String>,
    /// With the system prompt in the first question.
    merged: Option<String>,
    /// Both.
    merged_parts: Option<String>,
}

#[derive(Deserialize)]
struct Construct {
    source: String,
    #[serde(flatten)]
    theirs: Theirs,
}

/// The passages of `constructs.jinja` that do not yet come out as in Python. What is mended leaves this list.
const UNLIKE_PYTHON: &[&str] = &[
    "a function is callable",
    "a macro takes more than it names",
    "a text in bytes",
    "escaping for HTML",
    "indent by a text, and blank lines",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/templates")
}

fn golden() -> Golden {
    serde_json::from_slice(&std::fs::read(folder().join("renderings.json")).unwrap()).unwrap()
}

fn messages(golden: &[GoldenMessage]) -> Vec<Message> {
    let role = |name: &str| match name {
        "system" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => panic!("renderings.json: nobody is called '{name}'"),
    };
    golden.iter().map(|message| Message::new(role(&message.role), &message.content)).collect()
}

/// Whether what came out is what should.
fn agree(ours: &Result<Rendered, TemplateError>, theirs: &Theirs) -> bool {
    let merged = theirs.merged.as_deref().or(theirs.merged_parts.as_deref());
    let whole = theirs.parts.as_deref().or(theirs.rendered.as_deref());
    match ours {
        Ok(ours) if ours.system_merged() => merged == Some(ours.text()),
        Ok(ours) => merged.is_none() && whole == Some(ours.text()),
        Err(error) => merged.is_none() && theirs.refused.as_ref().is_some_and(|why| error.to_string().contains(why)),
    }
}

/// Whether the clock of this process stands still at the moment of the renderings. If not, `test` has been run again in
/// one whose clock does.
fn clock_stands_still(golden: &Golden, test: &str) -> bool {
    if std::env::var("SOURCE_DATE_EPOCH").as_deref() == Ok(&golden.now.to_string()) {
        return true;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args([&*format!("programs::chat_templates::{test}"), "--exact", "--nocapture"]);
    let ran = run(again.env("SOURCE_DATE_EPOCH", golden.now.to_string()), b"").succeeds();
    assert!(ran.stdout.contains("1 passed"), "the test has another name: {ran:?}");
    false
}

#[test]
fn every_family_renders_as_in_transformers() {
    let golden = golden();
    if !clock_stands_still(&golden, "every_family_renders_as_in_transformers") {
        return;
    }
    let constructs = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let mut wrong = vec![];
    for (family, renderings) in &golden.families {
        let source = std::fs::read_to_string(folder().join(family)).unwrap();
        let row = format!("\n| `{}` |", family.trim_end_matches(".jinja"));
        assert!(constructs.contains(&row), "{family} has no row in the table of README.md");
        for (name, theirs) in renderings {
            let case = &golden.cases[name];
            let template = Template::new(Some(&source), golden.bos_token.clone(), golden.eos_token.clone());
            let template = template.unwrap_or_else(|error| panic!("{family}: {error}"));
            let ours = template.with_variables(case.variables.clone()).render(&messages(&case.messages));
            if !agree(&ours, theirs) {
                wrong.push(format!("{family}, {name}:\n  ours:   {ours:?}\n  theirs: {theirs:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let templates = std::fs::read_dir(folder()).unwrap().filter_map(Result::ok);
    let templates = templates.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "jinja")).count();
    assert_eq!(golden.families.len() + 1, templates, "a template has no renderings: run make_renderings.py");
}

/// Each passage of `constructs.jinja` by itself.
#[test]
fn what_templates_use_of_python_works_as_in_python() {
    let golden = golden();
    let talk = [("user", "a"), ("assistant", "b"), ("user", "c")];
    let talk = talk.map(|(role, content)| GoldenMessage { role: role.to_owned(), content: content.to_owned() });
    let mut wrong = vec![];
    for (name, construct) in &golden.constructs {
        let ours = Template::new(Some(&construct.source), golden.bos_token.clone(), golden.eos_token.clone())
            .and_then(|template| template.render(&messages(&talk)));
        match (agree(&ours, &construct.theirs), UNLIKE_PYTHON.contains(&&**name)) {
            (false, false) => wrong.push(format!("{name}:\n  ours:   {ours:?}\n  theirs: {:?}", construct.theirs)),
            (true, true) => wrong.push(format!("{name}: as in Python now; take it from the list")),
            _ => {}
        }
    }
    for name in UNLIKE_PYTHON.iter().filter(|name| !golden.constructs.contains_key(**name)) {
        wrong.push(format!("{name}: no passage is called so"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(golden.constructs.len() > UNLIKE_PYTHON.len());
}
