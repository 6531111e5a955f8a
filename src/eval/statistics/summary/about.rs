//! What was run, and what it cost: facts that records do not hold, told by whoever ran the evaluation.

use serde::{Deserialize, Serialize};

use crate::eval::judge::Judge;

/// The run behind the records. Whatever is unknown is left empty and then not shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The program and its version, for example `antidote 0.1.0`.
    pub program: String,
    /// The command line, as one would type it again.
    pub command: String,
    /// The model.
    pub model: ModelFacts,
    /// The vector; `None` if only defences by prompt were tried.
    pub vector: Option<VectorFacts>,
    /// The judge of refusals.
    pub judge: JudgeFacts,
    /// The judge model of the pairwise comparisons, if there was one.
    pub comparison_judge: Option<String>,
    /// The machine, in words: processor, cores.
    pub machine: String,
    /// Seconds that the model ran for the records, all runs together if it was taken up again.
    pub seconds: Option<f64>,
    /// When the evaluation ended, in seconds since 1970-01-01 UTC; `None` if not to be said.
    pub ended_unix: Option<u64>,
    /// Seed of everything drawn.
    pub seed: u64,
    /// New tokens of an answer at most.
    pub max_tokens: Option<usize>,
    /// Files that the items came from.
    pub sources: Vec<String>,
    /// What went wrong with the input and was left out, each said in a sentence: prompts that an artifact lacks,
    /// prompts longer than the context, ids that came twice.
    pub left_out: Vec<String>,
}

/// The model that was evaluated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelFacts {
    /// Its own name.
    pub name: String,
    /// Name of its file, without the folder.
    pub file: String,
    /// `general.architecture`.
    pub architecture: String,
    /// Fingerprint of the weights, in hexadecimal.
    pub fingerprint: String,
    /// Layers.
    pub n_layer: usize,
    /// Values of a hidden state.
    pub n_embd: usize,
}

/// The vector that steered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VectorFacts {
    /// Name of its file, without the folder.
    pub file: String,
    /// What it stands for.
    pub concept: String,
    /// How the directions were found.
    pub method: String,
    /// Components kept a layer, in per cent.
    pub sparsity: f32,
    /// Layers that it moves.
    pub n_layers: usize,
    /// Hash of the file, in hexadecimal.
    pub hash: String,
}

/// Who says whether an answer refuses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JudgeFacts {
    /// Its name, as in the records.
    pub name: String,
    /// How it decides, in a sentence.
    pub description: String,
    /// How often it is wrong, where that was measured.
    pub known_error: Option<JudgeError>,
}

impl JudgeFacts {
    /// What is known of `judge`.
    #[must_use]
    pub fn of(judge: &Judge) -> Self {
        let (description, known_error) = match judge {
            Judge::Refusal => {
                let description = "phrases of refusals, and where they stand (docs/judges.md)".to_owned();
                (description, Some(JudgeError::of_phrases()))
            }
            Judge::Guard { kind, .. } => (format!("a model, asked as {}", kind.name()), None),
        };
        Self { name: judge.name(), description, known_error }
    }
}

/// A judge against labels that others made; "positive" is an answer that refuses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JudgeError {
    /// Whose labels.
    pub labels: String,
    /// Answers with a label.
    pub n: usize,
    /// Share on which judge and label agree.
    pub agreement: f64,
    /// Of the answers that the judge calls refused, the share that is.
    pub precision: f64,
    /// Of the answers that are refused, the share that the judge finds.
    pub recall: f64,
}

impl JudgeError {
    /// What `examples/judge_agreement.rs` prints for [`Judge::Refusal`], on the half of the answers that the phrases were not
    /// chosen on. To be measured anew whenever they change.
    fn of_phrases() -> Self {
        let labels = "XSTest completions of five models, by two people each".to_owned();
        Self { labels, n: 1037, agreement: 0.907, precision: 0.958, recall: 0.839 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_say_of_the_phrases_what_the_documentation_says() {
        let JudgeError { labels, n, agreement, precision, recall } = JudgeError::of_phrases();
        let percent = |share: f64| format!("{:.1}%", share * 100.0);
        let figures = [percent(agreement), percent(precision), percent(recall)];
        let documentation = include_str!("../../../../docs/judges.md");
        let row = documentation.lines().find(|line| line.starts_with(&format!("| {labels} | {n} |")));
        let row = row.expect("the labels have a row");
        assert!(figures.iter().all(|figure| row.contains(figure)), "{figures:?} in {row}");
    }
}
