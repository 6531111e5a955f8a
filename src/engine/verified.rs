//! Vectors that were tried on a model. Nothing else can steer it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::error::EngineError;
use super::model::Model;
use super::self_test;
use super::steering::PartialSteering;
use crate::vector::SvFile;

/// A vector that fits a model and was seen to act on it: made for its weights, in reach of llama.cpp's control vector,
/// and live at every layer that it names, or at those of [`Self::partial`]. Only [`Model::verify`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedVector(Arc<Verified>);

#[derive(Debug)]
struct Verified {
    file: Arc<SvFile>,
    model: Arc<Model>,
    partial: Option<PartialSteering>,
    id: u64,
    /// Whether the eval callback gives the control vector's logits; found out when it is first asked.
    goes_by_row: OnceLock<bool>,
}

/// How a vector is tried.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trial {
    /// Strength that the vector will have, so that one that breaks the model is refused at once; at 0 it is tried at 1.
    pub alpha: f32,
    /// Whether a vector that is applied at some of its layers only is no error.
    pub allow_partial: bool,
}

impl Model {
    /// Tries `vector` on this model: it must be made for these weights, name layers that llama.cpp can steer, and
    /// change the logits; the graph must add it at every layer that it names. Takes about as long as three tokens.
    ///
    /// # Errors
    /// [`EngineError::WrongModel`], [`EngineError::LayerOutOfReach`], [`EngineError::Alpha`];
    /// [`EngineError::NotLive`] if it changes nothing, [`EngineError::NotFinite`] if it breaks the model,
    /// [`EngineError::PartlyLive`] if it is applied at some of its layers only and the trial does not allow that.
    pub fn verify(self: &Arc<Self>, vector: &Arc<SvFile>, trial: Trial) -> Result<VerifiedVector, EngineError> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let name = || vector.header().concept.clone();
        if !trial.alpha.is_finite() {
            return Err(EngineError::Alpha { name: name(), alpha: trial.alpha });
        }
        if let Some(fault) = self.fingerprint_fault() {
            return Err(EngineError::NoFingerprint { path: self.path().to_owned(), fault: fault.to_owned() });
        }
        vector.check_model(&self.id())?;
        // Before the model is tried: it would be blamed for what the file lacks.
        if vector.layers().all(|view| view.iter().all(|(_, value)| value == 0.0)) {
            return Err(EngineError::ZeroVector { path: vector.path().to_owned() });
        }
        // A direction for layer 0 beside others is the self-test's business; alone it would leave nothing to steer.
        if vector.layers().all(|view| view.layer == 0) {
            let (path, last) = (vector.path().to_owned(), self.n_layer() - 1);
            return Err(EngineError::LayerOutOfReach { path, layer: 0, last });
        }
        let unverified = |partial| {
            VerifiedVector(Arc::new(Verified {
                file: Arc::clone(vector),
                model: Arc::clone(self),
                partial,
                id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
                goes_by_row: OnceLock::new(),
            }))
        };
        let partial = self_test::run(self, unverified(None), trial)?;
        Ok(unverified(partial))
    }
}

impl VerifiedVector {
    /// The vector's file.
    #[must_use]
    pub fn file(&self) -> &Arc<SvFile> {
        &self.0.file
    }

    /// The layers at which it is applied and not, if it is applied at some only.
    #[must_use]
    pub fn partial(&self) -> Option<&PartialSteering> {
        self.0.partial.as_ref()
    }

    /// Whether it was verified on `model`, or on another load of the same weights.
    #[must_use]
    pub fn is_for(&self, model: &Model) -> bool {
        let own = &*self.0.model;
        std::ptr::eq(own, model) || (own.path() == model.path() && own.fingerprint() == model.fingerprint())
    }

    /// Tells vectors apart for as long as the process lives.
    pub(super) fn id(&self) -> u64 {
        self.0.id
    }

    /// Whether the eval callback, adding this vector row by row, gives the logits that the control vector gives on this
    /// model. Tried when it is first asked; what cannot be tried counts as no.
    pub(super) fn can_go_by_row(&self) -> bool {
        *self.0.goes_by_row.get_or_init(|| {
            self_test::goes_by_row(&self.0.model, self).unwrap_or_else(|error| {
                tracing::warn!("steering row by row cannot be tried: {error}");
                false
            })
        })
    }
}
