//! Steering as a value: which vectors, how strongly. Only vectors that [`Model::verify`](super::Model::verify) has tried
//! on a model can be in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::EngineError;
use super::model::Model;
use super::verified::VerifiedVector;

/// One vector and the strength it is applied with.
#[derive(Debug, Clone)]
pub struct SteeringVector {
    /// What people call it, for example `refusal`.
    pub name: String,
    /// The vector.
    pub vector: VerifiedVector,
    /// Strength; 0 is the plain model, positive is safer.
    pub alpha: f32,
}

/// The vectors that steer. Their effects add up: h ← h + Σ α·(d ⊙ mask) at every layer that a vector names
/// (Jailbreak Antidote, section 3).
#[derive(Debug, Clone, Default)]
pub struct Steering {
    vectors: Vec<SteeringVector>,
}

/// A vector that steers at some of its layers only, which was allowed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PartialSteering {
    /// What the vector is called.
    pub name: String,
    /// The layers at which it is applied, ascending.
    #[serde(rename = "applied_layers")]
    pub applied: Vec<u32>,
    /// The layers that it names and at which nothing is added, ascending.
    #[serde(rename = "not_applied_layers")]
    pub not_applied: Vec<u32>,
}

impl Steering {
    /// Steers by `vectors`.
    #[must_use]
    pub fn new(vectors: Vec<SteeringVector>) -> Self {
        Self { vectors }
    }

    /// The vectors with their strengths.
    #[must_use]
    pub fn vectors(&self) -> &[SteeringVector] {
        &self.vectors
    }

    /// The vectors that steer at some of their layers only: none, unless verifying them allowed it. Whoever shows
    /// answers must show this.
    #[must_use]
    pub fn partial(&self) -> Vec<PartialSteering> {
        let partial = |vector: &SteeringVector| {
            let found = vector.vector.partial()?;
            Some(PartialSteering { name: vector.name.clone(), ..found.clone() })
        };
        self.vectors.iter().filter_map(partial).collect()
    }

    /// Sets α of the vector called `name`, or of all. Returns how many vectors that was.
    pub fn set_alpha(&mut self, name: Option<&str>, alpha: f32) -> usize {
        let mut changed = 0;
        for vector in self.vectors.iter_mut().filter(|vector| name.is_none_or(|name| vector.name == name)) {
            vector.alpha = alpha;
            changed += 1;
        }
        changed
    }

    /// Whether this is the plain model: no vector, or every α exactly 0.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.vectors.iter().all(|vector| vector.alpha == 0.0)
    }

    /// Checks that every vector was verified on `model` and has a finite α.
    ///
    /// # Errors
    /// [`EngineError::NotVerified`], [`EngineError::Alpha`].
    pub(super) fn check(&self, model: &Model) -> Result<(), EngineError> {
        for steering in &self.vectors {
            if !steering.alpha.is_finite() {
                return Err(EngineError::Alpha { name: steering.name.clone(), alpha: steering.alpha });
            }
            if !steering.vector.is_for(model) {
                return Err(EngineError::NotVerified { path: steering.vector.file().path().to_owned() });
            }
        }
        Ok(())
    }

    /// Everything added up, as the engine applies it.
    pub(super) fn added_up(&self) -> SteeringRows {
        let moving = || self.vectors.iter().filter(|vector| vector.alpha != 0.0);
        let mut layers: BTreeMap<usize, BTreeMap<u32, f32>> = BTreeMap::new();
        for steering in moving() {
            for view in steering.vector.file().layers().filter(|view| view.layer > 0) {
                let layer = layers.entry(view.layer as usize).or_default();
                for (index, value) in view.iter() {
                    *layer.entry(index as u32).or_insert(0.0) += steering.alpha * value;
                }
            }
        }
        let row = |(layer, components): (usize, BTreeMap<u32, f32>)| LayerRow {
            layer,
            indices: components.keys().copied().collect(),
            values: components.into_values().collect(),
        };
        let strongest = self.vectors.iter().map(|vector| vector.alpha);
        SteeringRows(Arc::new(AddedUp {
            key: moving().map(|vector| (vector.vector.id(), vector.alpha.to_bits())).collect(),
            strongest_alpha: strongest.max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0),
            vectors: moving().map(|vector| vector.vector.clone()).collect(),
            layers: layers.into_iter().map(row).collect(),
        }))
    }
}

/// What is added to hidden states under a [`Steering`]: at each layer one sparse row. Two compare as equal if the same
/// vectors steer with the same strengths: cached states of one are those of the other.
#[derive(Debug, Clone)]
pub(super) struct SteeringRows(Arc<AddedUp>);

#[derive(Debug)]
struct AddedUp {
    /// Vectors and the bits of their α, in order; those at 0 steer nothing and are left out.
    key: Vec<(u64, u32)>,
    strongest_alpha: f32,
    vectors: Vec<VerifiedVector>,
    layers: Vec<LayerRow>,
}

/// What is added at one layer: Σ α·(d ⊙ mask), components in ascending order.
#[derive(Debug)]
pub(super) struct LayerRow {
    pub layer: usize,
    pub indices: Vec<u32>,
    pub values: Vec<f32>,
}

impl Default for SteeringRows {
    fn default() -> Self {
        Steering::default().added_up()
    }
}

impl PartialEq for SteeringRows {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.key == other.0.key
    }
}

impl SteeringRows {
    /// Rows in ascending order of layers; none under the plain model.
    pub fn layers(&self) -> &[LayerRow] {
        &self.0.layers
    }

    /// The row of `layer`, if there is one.
    pub fn at(&self, layer: usize) -> Option<&LayerRow> {
        self.0.layers.binary_search_by_key(&layer, |row| row.layer).ok().map(|place| &self.0.layers[place])
    }

    /// What is added at `layer` alone.
    pub fn only_at(&self, layer: usize) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let row = self.at(layer);
        let row = row.map(|row| LayerRow { layer, indices: row.indices.clone(), values: row.values.clone() });
        Self(Arc::new(AddedUp {
            // No vector has the number 0, so this is like no steering.
            key: vec![(0, NEXT.fetch_add(1, Ordering::Relaxed) as u32)],
            strongest_alpha: self.0.strongest_alpha,
            vectors: self.0.vectors.clone(),
            layers: row.into_iter().collect(),
        }))
    }

    /// Whether nothing is added anywhere.
    pub fn is_plain(&self) -> bool {
        self.0.layers.is_empty()
    }

    /// Whether the eval callback can add it on this model; else only the control vector can. Tried when first asked.
    pub fn can_go_by_row(&self) -> bool {
        self.0.vectors.iter().all(VerifiedVector::can_go_by_row)
    }

    /// The α of largest magnitude, for messages; 0 without a vector.
    pub fn strongest_alpha(&self) -> f32 {
        self.0.strongest_alpha
    }

    /// Writes the rows into `dense` (`[n_layer − 1, n_embd]`, starting at layer 1, as llama.cpp's control vector wants
    /// them). Returns the first and last layer that is moved; `None` if none is.
    pub fn scatter(&self, n_embd: usize, dense: &mut [f32]) -> Option<(usize, usize)> {
        dense.fill(0.0);
        for row in self.layers() {
            let goal = &mut dense[(row.layer - 1) * n_embd..][..n_embd];
            row.indices.iter().zip(&row.values).for_each(|(index, value)| goal[*index as usize] = *value);
        }
        Some((self.layers().first()?.layer, self.layers().last()?.layer))
    }
}
