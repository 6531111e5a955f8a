//! The whole way from a dump to a vector.

use std::collections::HashSet;

use ndarray::Array1;

use super::contrast_classes::ContrastClasses;
use super::error::DeriveError;
use super::execution::{Execution, Progress};
use super::layers::LayerChoice;
use super::methods::{Method, NoDirection};
use super::split::Split;
use super::warning::{Warning, warnings};
use super::{scale, separation, sign, sparsify, workers};
use crate::dump::Dump;
use crate::vector::{ControlVector, Header, HeldOut, Keep, LayerStats, Scale, Sign, SparseLayer};

/// How a vector is made.
#[derive(Debug, Clone)]
pub struct DeriveConfig {
    /// How directions are found.
    pub method: Method,
    /// What α = 1 means.
    pub scale: Scale,
    /// Share that is kept, above 0 and at most 1: of the components, or of the energy for [`Keep::Energy`].
    pub sparsity: f32,
    /// How the components that are kept are chosen.
    pub keep: Keep,
    /// Which layers.
    pub layers: LayerChoice,
    /// Whether a fifth of the prompts is kept out of fitting, to say how well the vector does on others.
    pub hold_out: bool,
    /// Turn every direction around, for prompts whose sides are swapped.
    pub flip_sign: bool,
    /// What the vector stands for.
    pub concept: String,
    /// α to start with, if it is known.
    pub suggested_alpha: Option<f32>,
    /// Useful α, if known.
    pub alpha_range: Option<(f32, f32)>,
    /// Where it comes from, in free words.
    pub provenance: String,
    /// Seconds since 1970-01-01 UTC.
    pub created_unix: u64,
}

/// What came out.
#[derive(Debug)]
pub struct Derivation {
    /// The vector.
    pub vector: ControlVector,
    /// What speaks against it.
    pub warnings: Vec<Warning>,
    /// The whole direction of each layer of the vector, at its scale: `[n_embd]` each.
    pub directions: Vec<Array1<f64>>,
    /// Which layer of the vector tells the sides apart best, as a position in its list.
    pub best: usize,
    pub(super) split: Split,
}

/// One layer's whole direction.
struct Fitted {
    layer: usize,
    whole: Array1<f64>,
    gap: f64,
}

/// One layer's sparse direction and every row along it, `[n_prompts]`.
struct Measured {
    sparse: SparseLayer,
    projections: Vec<f64>,
}

/// Derives a vector from `dump`, layers side by side. The same dump and config give the same vector, however it is
/// carried out.
///
/// # Errors
/// Too few prompts on a side, states that do not differ, a method whose pairs are missing, no layer chosen, or it was
/// stopped.
pub fn derive(dump: &Dump, config: &DeriveConfig, execution: &Execution<'_>) -> Result<Derivation, DeriveError> {
    let whole = Split::whole(dump);
    check_classes(&whole, config.method)?;
    let split = if config.hold_out { Split::held_out(dump) } else { whole };
    let chosen = chosen_layers(dump, &config.layers)?;
    if matches!(config.layers, LayerChoice::Best(_)) && !split.is_held_out() {
        let reason = if config.hold_out { "fewer than 10 prompts on one side" } else { "all are fitted on" };
        return Err(DeriveError::NothingHeldOut { reason });
    }

    let threads = execution.threads.get();
    let budget = execution.memory / threads.min(chosen.len());
    let progress = Progress::new(execution.watch, 2 * chosen.len());
    let mut fitted = workers::each(chosen.len(), threads, |position| {
        let fitted = fit(dump, config, &split, chosen[position], budget)?;
        progress.step()?;
        Ok::<_, DeriveError>(fitted)
    })?;
    let measure_all = |fitted: &[Fitted], keep| {
        let directions: Vec<_> = fitted.iter().map(|fitted| &fitted.whole).collect();
        let kept = sparsify::kept(&directions, keep, f64::from(config.sparsity));
        workers::each(fitted.len(), threads, |position| {
            let measured = measure(dump, &split, &fitted[position], &kept[position]);
            progress.step()?;
            Ok::<_, DeriveError>(measured)
        })
    };
    let mut measured = match config.layers {
        LayerChoice::Best(n) => {
            // Which layers are best must be known before components compete over all of them.
            let keep = if config.keep == Keep::Global { Keep::TopK } else { config.keep };
            let measured = measure_all(&fitted, keep)?;
            let is_best = best_layers(&measured, n);
            let mut position = 0..;
            fitted.retain(|_| position.next().is_some_and(|position| is_best[position]));
            if config.keep == Keep::Global {
                measure_all(&fitted, config.keep)?
            } else {
                let mut position = 0..;
                let mut measured = measured;
                measured.retain(|_| position.next().is_some_and(|position| is_best[position]));
                measured
            }
        }
        _ => measure_all(&fitted, config.keep)?,
    };
    // A layer whose components are all small has none left if they compete with those of other layers.
    let is_kept: HashSet<u32> =
        measured.iter().filter(|m| !m.sparse.indices.is_empty()).map(|m| m.sparse.layer).collect();
    fitted.retain(|fitted| is_kept.contains(&narrow(fitted.layer)));
    measured.retain(|measured| is_kept.contains(&measured.sparse.layer));

    let best = (0..measured.len()).max_by(|a, b| score(&measured[*a]).total_cmp(&score(&measured[*b]))).unwrap_or(0);
    let (layers, projections): (Vec<_>, Vec<_>) = measured.into_iter().map(|m| (m.sparse, m.projections)).unzip();
    let mut warnings = warnings(dump, &layers, (layers[best].layer, &projections[best]));
    if config.hold_out && !split.is_held_out() {
        let (n_harmful, n_benign) = (split.fit.harmful.len(), split.fit.benign.len());
        warnings.push(Warning::NothingHeldOut { n_harmful, n_benign });
    }
    let vector = ControlVector { header: header(dump, config, &split), layers };
    let directions = fitted.into_iter().map(|fitted| fitted.whole).collect();
    Ok(Derivation { vector, warnings, directions, best, split })
}

/// The layers that get a direction. One that was asked for by number and has no states is not passed over in silence.
fn chosen_layers(dump: &Dump, choice: &LayerChoice) -> Result<Vec<usize>, DeriveError> {
    let wanted = choice.of(dump.n_layer());
    let chosen: Vec<usize> = wanted.iter().copied().filter(|layer| dump.has_layer(*layer)).collect();
    match (choice, wanted.iter().find(|layer| !dump.has_layer(**layer))) {
        (LayerChoice::Ranges(_), Some(layer)) => Err(DeriveError::NoStates { layer: *layer }),
        _ if chosen.is_empty() => Err(DeriveError::NoLayers { last: dump.n_layer() - 1, chosen: choice.to_string() }),
        _ => Ok(chosen),
    }
}

fn check_classes(whole: &Split, method: Method) -> Result<(), DeriveError> {
    let (n_harmful, n_benign) = (whole.fit.harmful.len(), whole.fit.benign.len());
    if n_harmful < 2 || n_benign < 2 {
        return Err(DeriveError::TooFewPrompts { n_harmful, n_benign });
    }
    if whole.fit.is_paired && n_harmful != n_benign {
        return Err(DeriveError::UnequalPairs { n_harmful, n_benign });
    }
    if method.needs_pairs && !whole.fit.is_paired {
        return Err(DeriveError::NeedsPairs { method: method.name });
    }
    Ok(())
}

/// Finds a layer's direction and gives it its sign and scale.
fn fit(dump: &Dump, config: &DeriveConfig, split: &Split, layer: usize, budget: usize) -> Result<Fitted, DeriveError> {
    let read = |row: usize, out: &mut [f32]| dump.read_state(row, layer, out);
    let classes = ContrastClasses::new(&read, &split.fit, dump.n_embd(), budget);
    let direction = config.method.find(&classes).map_err(|reason| match reason {
        NoDirection::Degenerate(reason) => DeriveError::Degenerate { layer, reason },
        NoDirection::NotConverged(residual) => DeriveError::NotConverged { layer, residual },
    })?;
    let difference = classes.difference();
    let direction = sign::towards_harmful(direction, &difference);
    let gap = difference.dot(&direction);
    if gap.partial_cmp(&classes.smallest_distance()) != Some(std::cmp::Ordering::Greater) {
        let reason = "both sides have the same mean along the direction";
        return Err(DeriveError::Degenerate { layer, reason });
    }
    let mut whole = scale::scaled(&direction, gap, config.scale);
    if config.flip_sign {
        whole = -whole;
    }
    Ok(Fitted { layer, whole, gap })
}

/// Puts every row on the sparse direction that the components `kept` make.
fn measure(dump: &Dump, split: &Split, fitted: &Fitted, kept: &[usize]) -> Measured {
    let values: Vec<f64> = kept.iter().map(|index| fitted.whole[*index]).collect();
    let mut state = vec![0.0; dump.n_embd()];
    let project = |row: usize| {
        dump.read_state(row, fitted.layer, &mut state);
        kept.iter().zip(&values).map(|(index, value)| f64::from(state[*index]) * value).sum::<f64>()
    };
    let projections: Vec<f64> = (0..dump.n_prompts()).map(project).collect();
    let along = |rows: &[usize]| rows.iter().map(|row| projections[*row]).collect::<Vec<_>>();
    let held_out = split.is_held_out().then(|| {
        let (harmful, benign) = (along(&split.harmful_held_out), along(&split.benign_held_out));
        HeldOut {
            auc: separation::auc(&harmful, &benign) as f32,
            fisher: separation::fisher_ratio(&harmful, &benign) as f32,
            cohens_d: separation::cohens_d(&harmful, &benign) as f32,
        }
    });
    let (harmful, benign) = (along(&split.fit.harmful), along(&split.fit.benign));
    let energy = values.iter().map(|value| value * value).sum::<f64>() / fitted.whole.dot(&fitted.whole);
    let stats = LayerStats {
        separation: separation::cohens_d(&harmful, &benign) as f32,
        energy_kept: energy as f32,
        gap: fitted.gap as f32,
        held_out,
    };
    let sparse = SparseLayer {
        layer: narrow(fitted.layer),
        indices: kept.iter().map(|index| narrow(*index)).collect(),
        values: values.iter().map(|value| *value as f32).collect(),
        stats,
    };
    Measured { sparse, projections }
}

/// How well a layer tells the sides apart: Cohen's d on held-out prompts, or on the others if none were held out. (AUC
/// is 1 at many layers and does not rank them.)
fn score(measured: &Measured) -> f32 {
    let stats = measured.sparse.stats;
    stats.held_out.map_or(stats.separation, |held_out| held_out.cohens_d).abs()
}

/// For each layer, whether it is one of the best `n`; of equals the first.
fn best_layers(measured: &[Measured], n: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..measured.len()).collect();
    order.sort_by(|a, b| score(&measured[*b]).total_cmp(&score(&measured[*a])));
    let mut is_best = vec![false; measured.len()];
    order.into_iter().take(n).for_each(|position| is_best[position] = true);
    is_best
}

fn header(dump: &Dump, config: &DeriveConfig, split: &Split) -> Header {
    let meta = dump.meta();
    // Several rows can be of one prompt, read at several tokens.
    let n_prompts = |rows: &[&[usize]]| {
        narrow(rows.iter().copied().flatten().map(|row| &meta.prompt_hashes[*row]).collect::<HashSet<_>>().len())
    };
    Header {
        model: meta.model.clone(),
        concept: config.concept.clone(),
        sign: Sign::PositiveIsSafer,
        method: config.method.name.to_owned(),
        scale: config.scale,
        sparsity: config.sparsity,
        keep: config.keep,
        n_harmful: n_prompts(&[&split.fit.harmful, &split.harmful_held_out]),
        n_benign: n_prompts(&[&split.fit.benign, &split.benign_held_out]),
        n_harmful_held_out: n_prompts(&[&split.harmful_held_out]),
        n_benign_held_out: n_prompts(&[&split.benign_held_out]),
        suggested_alpha: config.suggested_alpha,
        alpha_range: config.alpha_range,
        provenance: config.provenance.clone(),
        created_unix: config.created_unix,
        layers: vec![],
    }
}

/// Layers, widths and prompts are counted in files that fit into memory maps: they are below 2³².
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
