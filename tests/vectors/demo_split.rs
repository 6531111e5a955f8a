//! Training never sees the demo's test bed: the split's files, and the generator of the training data itself.
//! Needs python3, which the generator is written in.

use crate::common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use common::{Ran, root};
use serde_json::Value;

fn demo() -> std::path::PathBuf {
    root().join("models/demo")
}

/// Runs a script of models/demo with the standard library alone.
fn python(script: &str, argument: &Path) -> Ran {
    common::run(Command::new("python3").arg("-B").arg(demo().join(script)).arg(argument), b"")
}

fn side(name: &str) -> Value {
    let text = std::fs::read_to_string(demo().join("split").join(name)).expect("the split is written down");
    serde_json::from_str(&text).expect("JSON")
}

/// Every text below a value, with the path of keys to it: a phrasing may be in two lists, as "please" is.
fn texts(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.insert(format!("{path}{text}"));
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, path, into)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| texts(value, &format!("{path}{key}/"), into)),
        _ => panic!("only texts are split, not {value}"),
    }
}

fn texts_of(side: &Value, part: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    texts(&side[part], "", &mut found);
    found
}

#[test]
fn a_fifth_is_held_out_and_nothing_is_on_both_sides() {
    let (train, test) = (side("train.json"), side("test.json"));
    for part in ["machines", "acts", "phrasings"] {
        let (seen, unseen) = (texts_of(&train, part), texts_of(&test, part));
        assert_eq!(seen.intersection(&unseen).collect::<Vec<_>>(), Vec::<&String>::new(), "{part}");
        let share = unseen.len() as f64 / (seen.len() + unseen.len()) as f64;
        assert!((0.17..=0.25).contains(&share), "{part}: {share}");
    }
    let (seen, unseen) = (texts_of(&train, "attacks"), texts_of(&test, "attacks"));
    assert!(seen.is_disjoint(&unseen));
    for language in ["en", "ja"] {
        let families = |side: &Value, is_composed: bool| {
            let names = side["attacks"][language].as_object().unwrap().keys();
            names.filter(|name| name.ends_with("_COMPOSED") == is_composed).count()
        };
        assert_eq!((families(&train, false), families(&test, false)), (7, 10), "three families are held out whole");
        assert_eq!((families(&train, true), families(&test, true)), (7, 7), "the others have composed frames too");
    }
}

#[test]
fn every_word_of_a_held_out_machine_or_act_is_met_in_training() {
    let (train, test) = (side("train.json"), side("test.json"));
    for part in ["machines", "acts"] {
        let names = |side: &Value| -> Vec<String> {
            side[part].as_array().unwrap().iter().map(|entry| entry["en"].as_str().unwrap().to_owned()).collect()
        };
        let known: BTreeSet<String> = names(&train).iter().flat_map(|n| n.split(' ').map(str::to_owned)).collect();
        for name in names(&test) {
            assert!(name.split(' ').all(|word| known.contains(word)), "{name}");
        }
    }
}

#[test]
fn the_generator_of_the_training_data_leaks_nothing() {
    let ran = python("leaks.py", Path::new("5000")).succeeds();
    assert!(ran.stdout.contains("0 leaks"), "{ran:?}");
}

#[test]
fn the_committed_files_are_what_the_scripts_write() {
    for (script, folder) in [("split.py", "split"), ("prompts.py", "prompts")] {
        let made = tempfile::tempdir().unwrap();
        python(script, made.path()).succeeds();
        let names = common::files_in(&demo().join(folder));
        assert_eq!(common::files_in(made.path()), names);
        for name in names {
            let read = |folder: &Path| std::fs::read(folder.join(&name)).unwrap();
            assert!(read(made.path()) == read(&demo().join(folder)), "{name} is not what {script} writes");
        }
    }
}
