//! A vector for people: what `antidote inspect` shows.

use std::fmt;

use serde::Serialize;

use super::header::{LayerEntry, Scale};
use super::sv::SvFile;

/// Width of the longest bar.
const BAR: usize = 20;

/// What is worth knowing about a vector; shown as text or serialised.
#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    file: String,
    bytes: usize,
    /// Bytes of the same directions, whole, as a control-vector GGUF (its tensors alone).
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
    method: &'a str,
    scale: Scale,
    sparsity: f32,
    architecture: &'a str,
    model_name: &'a str,
    n_layer: u32,
    n_embd: u32,
    n_harmful: u32,
    n_benign: u32,
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
            dense_bytes: header.layers.len() * header.n_embd as usize * size_of::<f32>(),
            created: created.map(|time| time.to_string()),
            fingerprint: header.fingerprint.to_string(),
            header: HeaderView {
                concept: &header.concept,
                method: &header.method,
                scale: header.scale,
                sparsity: header.sparsity,
                architecture: &header.architecture,
                model_name: &header.model_name,
                n_layer: header.n_layer,
                n_embd: header.n_embd,
                n_harmful: header.n_harmful,
                n_benign: header.n_benign,
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
        let header = &self.header;
        let mut line = |name: &str, value: &dyn fmt::Display| writeln!(f, "{name:<16} {value}");
        line("file", &format_args!("{} ({} bytes)", self.file, self.bytes))?;
        line("concept", &header.concept)?;
        line("model", &format_args!("{} ({})", header.model_name, header.architecture))?;
        line("shape", &format_args!("{} layers × {}", header.n_layer, header.n_embd))?;
        line("fingerprint", &self.fingerprint)?;
        let scale = match header.scale {
            Scale::Gap => "gap: at α = 1 the whole direction moves mean benign onto mean harmful",
            Scale::Unit => "unit: the whole direction has length 1",
        };
        line("method", &header.method)?;
        line("scale", &scale)?;
        line("made from", &format_args!("{} harmful and {} benign prompts", header.n_harmful, header.n_benign))?;
        match header.suggested_alpha {
            Some(alpha) => line("suggested α", &alpha)?,
            None => line("suggested α", &"none: find one for your model before you rely on it")?,
        }
        if let Some((low, high)) = header.alpha_range {
            line("useful α", &format_args!("{low} to {high}"))?;
        }
        line("created", &self.created.as_deref().unwrap_or("unknown"))?;
        if !header.provenance.is_empty() {
            line("provenance", &header.provenance)?;
        }
        let share = 100.0 * self.bytes as f64 / self.dense_bytes.max(1) as f64;
        let kept = header.sparsity * 100.0;
        line("size", &format_args!("{share:.1}% of the same vector kept whole ({kept:.1}% of the components)"))?;
        writeln!(f)?;
        writeln!(f, "layer  components  energy kept    norm  separation (Cohen's d)")?;
        let longest = self.layers.iter().map(|layer| layer.entry.stats.separation.abs()).fold(f32::EPSILON, f32::max);
        for LayerSummary { entry, norm } in &self.layers {
            let stats = entry.stats;
            let bar = "█".repeat((stats.separation.abs() / longest * BAR as f32).round() as usize);
            let (layer, n, energy) = (entry.layer, entry.n_components, stats.energy_kept * 100.0);
            writeln!(f, "{layer:>5}  {n:>10}  {energy:>10.1}%  {norm:>6.2}  {:>6.2} {bar}", stats.separation)?;
        }
        Ok(())
    }
}
