//! Does a vector belong to a model?

use std::path::PathBuf;

use super::fingerprint::Fingerprint;
use super::model_id::ModelId;
use super::sv::SvFile;

/// A vector that was made for another model. Steering with it would push in a meaningless direction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Incompatible {
    /// It was imported without a model.
    #[error(
        "{} was imported without its model, so the weights it is for are unknown; bind it to its model first \
         (antidote-derive bind)", .path.display()
    )]
    Unbound {
        /// The vector file.
        path: PathBuf,
    },
    /// Another kind of model.
    #[error(
        "{} was made for architecture {vector:?}, but this model is {model:?}; derive a vector from this model \
         (antidote dump, antidote-derive)", .path.display()
    )]
    Architecture {
        /// The vector file.
        path: PathBuf,
        /// What it was made for.
        vector: String,
        /// What the model is.
        model: String,
    },
    /// Another size.
    #[error(
        "{} was made for {} layers × {}, but this model has {} × {}; derive a vector from this model \
         (antidote dump, antidote-derive)", .path.display(), .vector.0, .vector.1, .model.0, .model.1
    )]
    Shape {
        /// The vector file.
        path: PathBuf,
        /// Layers and width it was made for.
        vector: (usize, usize),
        /// Layers and width of the model.
        model: (usize, usize),
    },
    /// The same shape, other weights: a fine-tune, or another version.
    #[error(
        "{} was made from other weights: its fingerprint is {vector}, this model's is {model}; use a vector made from \
         this model, in any quantisation, or derive one (antidote dump, antidote-derive)", .path.display()
    )]
    Fingerprint {
        /// The vector file.
        path: PathBuf,
        /// Weights it was made from.
        vector: String,
        /// Weights of the model.
        model: String,
    },
}

impl SvFile {
    /// Checks that this vector was made from `model`. A model without a fingerprint (no norm weights) fits no vector.
    ///
    /// # Errors
    /// What differs, both sides named.
    pub fn check_model(&self, model: &ModelId) -> Result<(), Incompatible> {
        let own = &self.header().model;
        let path = self.path().to_owned();
        if own.fingerprint.is_unbound() {
            return Err(Incompatible::Unbound { path });
        }
        if own.architecture != model.architecture {
            let (vector, model) = (own.architecture.clone(), model.architecture.clone());
            return Err(Incompatible::Architecture { path, vector, model });
        }
        let shape = |id: &ModelId| (id.n_layer as usize, id.n_embd as usize);
        if shape(own) != shape(model) {
            return Err(Incompatible::Shape { path, vector: shape(own), model: shape(model) });
        }
        if own.fingerprint != model.fingerprint {
            let model = match model.fingerprint {
                Fingerprint::UNBOUND => "unknown (it has no norm weights)".to_owned(),
                fingerprint => fingerprint.short(),
            };
            return Err(Incompatible::Fingerprint { path, vector: own.fingerprint.short(), model });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::samples;

    #[test]
    fn a_vector_fits_its_own_model_and_no_other() {
        let file = SvFile::from_bytes(&samples::small().encode().unwrap()).unwrap();
        let fingerprint = file.header().model.fingerprint;
        let check = |architecture: &str, n_layer, n_embd, fingerprint: Option<Fingerprint>| {
            let (architecture, name) = (architecture.to_owned(), "any".to_owned());
            let fingerprint = fingerprint.unwrap_or(Fingerprint::UNBOUND);
            let model = ModelId { architecture, name, fingerprint, n_layer, n_embd };
            file.check_model(&model).map_err(|incompatible| incompatible.to_string())
        };
        assert_eq!(check("llama", 4, 8, Some(fingerprint)), Ok(()));
        let says = |answer: Result<(), String>, words: &[&str]| {
            let text = answer.unwrap_err();
            assert!(words.iter().all(|word| text.contains(word)) && text.contains("antidote-derive"), "{text}");
        };
        says(check("qwen2", 4, 8, Some(fingerprint)), &["llama", "qwen2"]);
        says(check("llama", 5, 8, Some(fingerprint)), &["4 layers × 8", "5 × 8"]);
        says(check("llama", 4, 16, Some(fingerprint)), &["4 layers × 8", "4 × 16"]);
        let other = Fingerprint([9; 32]);
        says(check("llama", 4, 8, Some(other)), &[&fingerprint.short(), &other.short()]);
        says(check("llama", 4, 8, None), &[&fingerprint.short(), "unknown"]);
    }

    #[test]
    fn an_unbound_vector_fits_no_model() {
        let mut vector = samples::small();
        vector.header.model.fingerprint = Fingerprint::UNBOUND;
        let file = SvFile::from_bytes(&vector.encode().unwrap()).unwrap();
        for fingerprint in [Fingerprint([9; 32]), Fingerprint::UNBOUND] {
            let model = ModelId { fingerprint, ..file.header().model.clone() };
            let text = file.check_model(&model).unwrap_err().to_string();
            assert!(text.contains("antidote-derive bind"), "{text}");
        }
    }
}
