//! Steering as a value: which vectors, how strongly.

use std::sync::Arc;

use super::boundary::Context;
use super::error::EngineError;
use super::model::Model;
use crate::vector::SvFile;

/// One vector and the strength it is applied with.
#[derive(Debug, Clone)]
pub struct SteeringVector {
    /// What people call it, for example `refusal`.
    pub name: String,
    /// The vector.
    pub vector: Arc<SvFile>,
    /// Strength; 0 is the plain model, positive is safer.
    pub alpha: f32,
}

/// The vectors that steer a session. Their effects add up: h ← h + Σ α·(d ⊙ mask) at every layer that a vector names
/// (Jailbreak Antidote, section 3).
#[derive(Debug, Clone, Default)]
pub struct Steering {
    vectors: Vec<SteeringVector>,
    allows_partial: bool,
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
        Self { vectors, allows_partial: false }
    }

    /// The same, but a vector that is applied at some of its layers only is no error: a session then says so
    /// ([`Session::partial`](super::Session::partial)).
    #[must_use]
    pub fn allowing_partial(self, allows_partial: bool) -> Self {
        Self { allows_partial, ..self }
    }

    /// Whether a vector may be applied at some of its layers only.
    #[must_use]
    pub fn allows_partial(&self) -> bool {
        self.allows_partial
    }

    /// The vectors with their strengths.
    #[must_use]
    pub fn vectors(&self) -> &[SteeringVector] {
        &self.vectors
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

    /// Checks that every vector fits `model`: made for these weights, in reach of llama.cpp's control vector, and
    /// with a finite α.
    ///
    /// # Errors
    /// [`EngineError::WrongModel`], [`EngineError::LayerOutOfReach`], [`EngineError::Alpha`].
    pub fn check(&self, model: &Model) -> Result<(), EngineError> {
        for steering in &self.vectors {
            if !steering.alpha.is_finite() {
                return Err(EngineError::Alpha { name: steering.name.clone(), alpha: steering.alpha });
            }
            let vector = &steering.vector;
            vector.check_model(&model.id())?;
            // A direction for layer 0 beside others is the live check's business; alone it would leave nothing to steer.
            if vector.layers().all(|view| view.layer == 0) {
                let (path, last) = (vector.path().to_owned(), model.n_layer() - 1);
                return Err(EngineError::LayerOutOfReach { path, layer: 0, last });
            }
        }
        Ok(())
    }

    /// The strongest α, for messages; 0 if there is no vector.
    pub(super) fn strongest_alpha(&self) -> f32 {
        self.vectors.iter().map(|vector| vector.alpha).max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0)
    }

    /// Lets `context` steer by these vectors from the next token on; `dense` (`[n_layer − 1, n_embd]`) is where they are
    /// added up. What steers nothing is taken out, not added as zeros: at α = 0 the graph is then the plain model's, to
    /// the bit.
    ///
    /// # Errors
    /// llama.cpp refused the vector.
    pub(super) fn apply(&self, context: &mut Context<'_>, dense: &mut [f32]) -> Result<(), EngineError> {
        match self.scatter(context.model().n_embd(), dense) {
            Some((first, last)) => context.set_control_vector(dense, first, last),
            None => {
                context.clear_control_vector();
                Ok(())
            }
        }
    }

    /// Adds everything up into `dense` (`[n_layer − 1, n_embd]`, starting at layer 1, as llama.cpp's control vector
    /// wants it). Returns the first and last layer that is moved; `None` if none is, as under the plain model.
    pub(super) fn scatter(&self, n_embd: usize, dense: &mut [f32]) -> Option<(usize, usize)> {
        dense.fill(0.0);
        let mut span: Option<(usize, usize)> = None;
        for steering in self.vectors.iter().filter(|vector| vector.alpha != 0.0) {
            for view in steering.vector.layers().filter(|view| view.layer > 0) {
                let layer = view.layer as usize;
                let row = &mut dense[(layer - 1) * n_embd..][..n_embd];
                for (index, value) in view.iter() {
                    row[index] += steering.alpha * value;
                }
                span = Some(span.map_or((layer, layer), |(first, last)| (first.min(layer), last.max(layer))));
            }
        }
        span
    }
}
