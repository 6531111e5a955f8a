//! What is going to be dumped, and what of it must be the same for an unfinished dump to go on.

use super::element::Element;
use super::meta::{DumpMeta, Label};

/// Hex digits that stand for something long when two plans are compared.
const DIGITS: usize = 12;

/// Everything about a dump but its states.
#[derive(Debug, Clone, PartialEq)]
pub struct DumpPlan {
    /// Which model and prompts.
    pub meta: DumpMeta,
    /// Each row's side: `[n_rows]`.
    pub labels: Vec<Label>,
    /// How states are stored.
    pub element: Element,
    /// Whatever else the states depend on to the last bit, as names and values for people: the model's file, the size
    /// of a batch. An unfinished dump goes on only under the same ones.
    pub conditions: Vec<(String, String)>,
}

/// A thing in which two plans differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub what: String,
    /// What it was when the unfinished dump was begun.
    pub then: String,
    /// What it is now.
    pub now: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, then, now } = self;
        write!(f, "{what} was {then} and is {now}")
    }
}

/// Names and values that must be the same, in the order in which they are told.
pub(super) type Terms = Vec<(String, String)>;

impl DumpPlan {
    /// What must be the same for an unfinished dump to go on; `header` is the one that the dump will have.
    pub(super) fn terms(&self, header: &str) -> Terms {
        let meta = &self.meta;
        let optional = |hash: &Option<String>| match hash {
            Some(hash) => format!("one with the hash {}…", &hash[..DIGITS.min(hash.len())]),
            None => "none".to_owned(),
        };
        let digest = |bytes: &[u8]| format!("{}…", &blake3::hash(bytes).to_hex()[..DIGITS]);
        let model = format!("'{}' ({}, {})", meta.model.name, meta.model.architecture, meta.model.fingerprint);
        let prompts = digest(meta.prompt_hashes.concat().as_bytes());
        let labels: Vec<u8> = self.labels.iter().map(|label| label.to_byte()).collect();
        let named = [
            ("the model", model),
            ("--type", self.element.to_string()),
            ("--token", meta.token.to_string()),
            ("the chat template", optional(&meta.template_hash)),
            ("--system", optional(&meta.system_hash)),
            ("--response-prefix", optional(&meta.response_prefix_hash)),
            ("pairing", if meta.is_paired { "on" } else { "off" }.to_owned()),
            ("the list of prompts", format!("{} rows with the hash {prompts}", self.labels.len())),
            ("the list of labels", format!("one with the hash {}", digest(&labels))),
        ];
        let named = named.into_iter().map(|(what, value)| (what.to_owned(), value));
        // Whatever has no name of its own.
        let rest = ("the dump's header".to_owned(), format!("one with the hash {}", digest(header.as_bytes())));
        named.chain(self.conditions.iter().cloned()).chain([rest]).collect()
    }
}

/// Where `now` is not what it was `then`; nothing if they are the same.
pub(super) fn differences(then: &Terms, now: &Terms) -> Vec<Difference> {
    const GONE: &str = "not said";
    let find = |terms: &Terms, what: &str| terms.iter().find(|term| term.0 == what).map(|term| term.1.clone());
    let mut differences: Vec<Difference> = vec![];
    for (what, value) in now {
        let before = find(then, what);
        if before.as_ref() != Some(value) {
            let then = before.unwrap_or_else(|| GONE.to_owned());
            differences.push(Difference { what: what.clone(), then, now: value.clone() });
        }
    }
    for (what, value) in then.iter().filter(|term| find(now, &term.0).is_none()) {
        differences.push(Difference { what: what.clone(), then: value.clone(), now: GONE.to_owned() });
    }
    // The header follows from the rest, so it is worth a word only where it stands alone.
    if differences.len() > 1 {
        differences.retain(|difference| difference.what != "the dump's header");
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(pairs: &[(&str, &str)]) -> Terms {
        pairs.iter().map(|(what, value)| ((*what).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn differences_are_named_with_both_values() {
        let then = terms(&[("--type", "f32"), ("--batch", "512"), ("the dump's header", "a"), ("old", "1")]);
        let now = terms(&[("--type", "f16"), ("--batch", "512"), ("the dump's header", "b"), ("new", "2")]);
        assert_eq!(differences(&then, &then), []);
        let told: Vec<_> = differences(&then, &now).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["--type was f32 and is f16", "new was not said and is 2", "old was 1 and is not said"]);
    }
}
