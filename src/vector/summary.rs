//! A vector for people: what `antidote inspect` shows.

use std::fmt;

use serde::Serialize;

use super::header::{HeldOut, Keep, LayerEntry, Scale, Sign};
use super::sv::SvFile;

/// Width of the longest bar.
const BAR: usize = 20;

/// What is worth knowing about a vector; shown as text or serialised.
#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    file: String,
    bytes: usize,
    /// Bytes of the same directions kept whole, as the F32 tensors of a control-vector GGUF.
    dense_bytes: usize,
    created: Option<String>,
    fingerprint: String,
    #[serde(flatten)]
    header: HeaderView<'a>,
    layers: Vec<LayerSummary>,
}

#[derive(Debug, Serialize)]
struct HeaderView<'a> {
    concept: &'a str,
    sign: Sign,
    method: &'a str,
    scale: Scale,
    sparsity: f32,
    keep: Keep,
    architecture: &'a str,
    model_name: &'a str,
    n_layer: u32,
    n_embd: u32,
    n_harmful: u32,
    n_benign: u32,
    n_harmful_held_out: u32,
    n_benign_held_out: u32,
    suggested_alpha: Option<f32>,
    alpha_range: Option<(f32, f32)>,
    provenance: &'a str,
}

#[derive(Debug, Serialize)]
struct LayerSummary {
    #[serde(flatten)]
    entry: LayerEntry,
    /// Length of the sparse direction: how far α = 1 moves the hidden state.
    norm: f32,
}

impl SvFile {
    /// This vector, for people.
    #[must_use]
    pub fn summary(&self) -> Summary<'_> {
        let header = self.header();
        let created = i64::try_from(header.created_unix).ok().filter(|seconds| *seconds > 0);
        let created = created.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        let norm = |view: super::LayerView<'_>| view.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        Summary {
            file: self.path().display().to_string(),
            bytes: self.n_bytes(),
            dense_bytes: header.layers.len() * header.model.n_embd as usize * size_of::<f32>(),
            created: created.map(|time| time.to_string()),
            fingerprint: header.model.fingerprint.to_string(),
            header: HeaderView {
                concept: &header.concept,
                sign: header.sign,
                method: &header.method,
                scale: header.scale,
                sparsity: header.sparsity,
                keep: header.keep,
                architecture: &header.model.architecture,
                model_name: &header.model.name,
                n_layer: header.model.n_layer,
                n_embd: header.model.n_embd,
                n_harmful: header.n_harmful,
                n_benign: header.n_benign,
                n_harmful_held_out: header.n_harmful_held_out,
                n_benign_held_out: header.n_benign_held_out,
                suggested_alpha: header.suggested_alpha,
                alpha_range: header.alpha_range,
                provenance: &header.provenance,
            },
            layers: header
                .layers
                .iter()
                .zip(self.layers())
                .map(|(entry, view)| LayerSummary { entry: *entry, norm: norm(view) })
                .collect(),
        }
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_fields(f)?;
        writeln!(f)?;
        self.write_layers(f)
    }
}

impl Summary<'_> {
    fn write_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = &self.header;
        let mut line = |name: &str, value: &dyn fmt::Display| writeln!(f, "{name:<16} {value}");
        line("file", &self.file)?;
        line("concept", &Plain(header.concept))?;
        line("model", &format_args!("{} ({})", Plain(header.model_name), Plain(header.architecture)))?;
        line("shape", &format_args!("{} layers × {}", header.n_layer, header.n_embd))?;
        line("fingerprint", &self.fingerprint)?;
        line("method", &Plain(header.method))?;
        let percent = header.sparsity * 100.0;
        match header.keep {
            Keep::TopK => line("sparsity", &format_args!("{percent:.1}% of the components kept"))?,
            Keep::Global => line("sparsity", &format_args!("{percent:.1}% of all layers' components kept"))?,
            Keep::Energy => line("sparsity", &format_args!("{percent:.1}% of each layer's energy kept"))?,
        }
        let sign = match header.sign {
            Sign::PositiveIsSafer => "positive α is safer",
            Sign::Unstated => "not stated: find out which direction is safer before relying on it",
        };
        line("sign", &sign)?;
        let scale = match header.scale {
            Scale::Gap => "gap: at α = 1 the full direction moves the mean benign state onto the mean harmful one",
            Scale::Unit => "unit: the full direction has length 1",
            Scale::AsImported => "as imported: the length in the original file",
        };
        line("scale", &scale)?;
        line("made from", &format_args!("{} harmful and {} benign prompts", header.n_harmful, header.n_benign))?;
        match (header.n_harmful_held_out, header.n_benign_held_out) {
            (0, 0) => line("held out", &"none: performance on other prompts is unknown")?,
            (harmful, benign) => {
                line("held out", &format_args!("{harmful} harmful and {benign} benign prompts of these"))?
            }
        }
        match header.suggested_alpha {
            Some(alpha) => line("suggested α", &alpha)?,
            None => line("suggested α", &"none: find one before relying on it (antidote eval --write)")?,
        }
        if let Some((low, high)) = header.alpha_range {
            line("useful α", &format_args!("{low} to {high}"))?;
        }
        line("created", &self.created.as_deref().unwrap_or("unknown"))?;
        if !header.provenance.is_empty() {
            line("provenance", &Plain(header.provenance))?;
        }
        let share = 100.0 * self.bytes as f64 / self.dense_bytes.max(1) as f64;
        let (bytes, dense) = (self.bytes, self.dense_bytes);
        line("size", &format_args!("{bytes} bytes, {share:.1}% of a control-vector GGUF with all components ({dense})"))
    }

    fn write_layers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_held_out = self.layers.iter().any(|layer| layer.entry.stats.held_out.is_some());
        if is_held_out {
            writeln!(f, "{:>36}  {:>8}  {:>27}", "", "fitted", "on held-out prompts")?;
            writeln!(f, "layer  components  energy kept      norm  Cohen's d     AUC    Fisher  Cohen's d")?;
        } else {
            writeln!(f, "layer  components  energy kept      norm  separation (Cohen's d)")?;
        }
        let longest = self.layers.iter().map(LayerSummary::shown_separation).fold(f32::EPSILON, f32::max);
        for layer in &self.layers {
            let LayerSummary { entry, norm } = layer;
            let stats = entry.stats;
            let bar = "█".repeat((layer.shown_separation() / longest * BAR as f32).round() as usize);
            let (number, n, energy) = (entry.layer, entry.n_components, stats.energy_kept * 100.0);
            let start = format!("{number:>5}  {n:>10}  {energy:>10.1}%  {norm:>8.3}");
            let line = match stats.held_out {
                Some(HeldOut { auc, fisher, cohens_d }) => {
                    format!("{start}  {:>9.2}  {auc:>6.3}  {fisher:>8.2}  {cohens_d:>9.2} {bar}", stats.separation)
                }
                None => format!("{start}  {:>6.2} {bar}", stats.separation),
            };
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

impl LayerSummary {
    /// What the bar shows: the separation of held-out prompts, or of the fitted ones if none were held out.
    fn shown_separation(&self) -> f32 {
        let stats = self.entry.stats;
        stats.held_out.map_or(stats.separation, |held_out| held_out.cohens_d).abs()
    }
}

/// Text of a file on one line: what could move a terminal's cursor or change its colours is spelt out.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|c| if c.is_control() { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::samples;

    fn file(change: impl FnOnce(&mut crate::vector::ControlVector)) -> SvFile {
        let mut vector = samples::small();
        change(&mut vector);
        SvFile::from_bytes(&vector.encode().unwrap()).unwrap()
    }

    #[test]
    fn people_see_every_field_and_layer() {
        let file = file(|vector| {
            vector.layers[1].stats.held_out = Some(HeldOut { auc: 1.0, fisher: 12.5, cohens_d: 5.0 });
        });
        let expected = "\
file             (memory)
concept          refusal
model            Sample (llama)
shape            4 layers × 8
fingerprint      00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9
method           pca
sparsity         5.0% of the components kept
sign             positive α is safer
scale            gap: at α = 1 the full direction moves the mean benign state onto the mean harmful one
made from        200 harmful and 300 benign prompts
held out         40 harmful and 60 benign prompts of these
suggested α      0.5
useful α         0.25 to 1
created          2025-11-24T16:00:00Z
provenance       made for a test
size             SIZE bytes, SHARE% of a control-vector GGUF with all components (64)

                                        fitted          on held-out prompts
layer  components  energy kept      norm  Cohen's d     AUC    Fisher  Cohen's d
    1           3        75.0%     2.291       1.50   0.875      0.50       1.25 █████
    3           1        75.0%     1.000       1.50   1.000     12.50       5.00 ████████████████████
";
        let share = format!("{:.1}", file.n_bytes() as f64 / 0.64);
        let expected = expected.replace("SIZE", &file.n_bytes().to_string()).replace("SHARE", &share);
        assert_eq!(file.summary().to_string(), expected);
    }

    #[test]
    fn what_is_unknown_is_said_to_be() {
        let file = file(|vector| {
            vector.header.suggested_alpha = None;
            vector.header.alpha_range = None;
            vector.header.created_unix = 0;
            (vector.header.n_harmful_held_out, vector.header.n_benign_held_out) = (0, 0);
            vector.layers.iter_mut().for_each(|layer| layer.stats.held_out = None);
        });
        let text = file.summary().to_string();
        assert!(text.contains("held out         none"), "{text}");
        assert!(text.contains("separation (Cohen's d)\n    1           3        75.0%     2.291    1.50 ██"), "{text}");
        assert!(text.contains("suggested α      none: find one"), "{text}");
        assert!(text.contains("created          unknown"), "{text}");
        assert!(!text.contains("useful α"), "{text}");
    }

    #[test]
    fn a_file_cannot_drive_the_terminal() {
        let file = file(|vector| {
            vector.header.provenance = "a\n\u{1b}[31mb".to_owned();
            vector.header.created_unix = u64::MAX;
        });
        let text = file.summary().to_string();
        assert!(text.contains(r"provenance       a\n\u{1b}[31mb"), "{text}");
        assert!(text.contains("created          unknown"), "{text}");
    }

    #[test]
    fn programs_see_the_same() {
        let json = serde_json::to_value(file(|_| {}).summary()).unwrap();
        assert_eq!(json["concept"], "refusal");
        assert_eq!(json["sign"], "positive-is-safer");
        assert_eq!(json["scale"], "gap");
        assert_eq!(json["alpha_range"], serde_json::json!([0.25, 1.0]));
        assert_eq!(json["dense_bytes"], 64);
        assert_eq!(json["layers"][0]["layer"], 1);
        assert_eq!(json["layers"][0]["n_components"], 3);
        assert_eq!(json["layers"][1]["norm"], 1.0);
        assert_eq!(json["layers"][1]["stats"]["separation"], 1.5);
        assert_eq!(json["layers"][1]["stats"]["held_out"]["auc"], 0.875);
        assert_eq!((&json["keep"], &json["n_benign_held_out"]), (&"top-k".into(), &60.into()));
    }
}
