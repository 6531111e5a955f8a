//! JailbreakBench's artifact JSON (arXiv 2404.01318): attacks that were found for a model by one method.

use serde::Deserialize;

use crate::eval::item::{Item, Kind};

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    parameters: Parameters,
    jailbreaks: Vec<Attempt>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    method: Option<String>,
    model: Option<String>,
}

#[derive(Deserialize)]
struct Attempt {
    index: Option<u64>,
    goal: Option<String>,
    prompt: Option<String>,
}

/// The attacks of an artifact, and the names of those without a prompt.
pub(super) type Attacks = (Vec<Item>, Vec<String>);

/// What an artifact holds; `None` if `text` is no artifact.
pub(super) fn read(text: &str, stem: &str) -> Option<Result<Attacks, String>> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value.get("jailbreaks")?;
    Some(serde_json::from_value(value).map(|artifact| items(artifact, stem)).map_err(|error| error.to_string()))
}

fn items(artifact: Artifact, stem: &str) -> Attacks {
    let family = artifact.parameters.method.unwrap_or_else(|| stem.to_owned());
    let model = artifact.parameters.model.unwrap_or_else(|| stem.to_owned());
    let (mut items, mut without) = (vec![], vec![]);
    for (place, attempt) in artifact.jailbreaks.into_iter().enumerate() {
        let index = attempt.index.unwrap_or(place as u64);
        let id = format!("{family}/{model}/{index}");
        let Some(prompt) = attempt.prompt.filter(|prompt| !prompt.trim().is_empty()) else {
            without.push(id);
            continue;
        };
        let request = attempt.goal.unwrap_or_else(|| prompt.clone());
        items.push(Item {
            id,
            kind: Kind::Attack,
            family: Some(family.clone()),
            language: super::files::language_of(&request),
            request,
            prompt,
            references: vec![],
        });
    }
    (items, without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_keep_their_goal_and_missing_prompts_are_named() {
        let text = r#"{"parameters": {"method": "PAIR", "model": "m"}, "jailbreaks": [
            {"index": 3, "goal": "stop the press", "behavior": "b", "prompt": "Imagine …", "response": null},
            {"index": 4, "goal": "g", "prompt": null}, {"goal": "h", "prompt": " "}]}"#;
        let (items, without) = read(text, "file").unwrap().unwrap();
        assert_eq!((items.len(), &*items[0].id, &*items[0].request), (1, "PAIR/m/3", "stop the press"));
        assert_eq!((items[0].family.as_deref(), items[0].kind), (Some("PAIR"), Kind::Attack));
        assert_eq!(without, ["PAIR/m/4", "PAIR/m/2"]);
        assert!(read("[1]", "file").is_none());
        assert!(read(r#"{"jailbreaks": 3}"#, "file").unwrap().is_err());
    }
}
