//! From a model, a test bed and a folder to an evaluation that can run.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::prompting::Prompting;
use super::{EvalError, Evaluation, Observer, Vector};
use crate::engine::{
    CancelToken, ContextOptions, ContextParams, EngineError, Model, Scheduler, Scorer, Trial, slots_that_fit,
};
use crate::eval::dataset::{SkipReason, Skipped, TestBed};
use crate::eval::journal::Journal;
use crate::files::sampled_hash;
use crate::prompt::Template;
use crate::vector::SvFile;

/// Tokens that a defence may add to a prompt, and still find room.
const ROOM_FOR_DEFENCES: usize = 512;

/// How the model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// System prompt in front of every question.
    pub system: Option<String>,
    /// New tokens of an answer at most.
    pub max_tokens: usize,
    /// Texts that end an answer.
    pub stop: Vec<String>,
    /// Seed of what defences draw.
    pub seed: u64,
    /// Answers whose likelihood is measured.
    pub n_likelihood: usize,
    /// Prompts answered at once; as many as memory suggests, if `None`.
    pub n_slots: Option<u32>,
}

/// Everything that an evaluation needs.
pub struct Ready<'a> {
    /// The model.
    pub model: &'a Arc<Model>,
    /// Its template.
    pub template: Template,
    /// One conversation's context: its length is the longest that a question and its answer may have.
    pub context: ContextOptions,
    /// How it is asked.
    pub settings: Settings,
    /// What it is asked.
    pub bed: TestBed,
    /// The vector to steer with.
    pub vector: Option<Arc<SvFile>>,
    /// Components kept a layer that will be asked for, in per cent: checked before anything runs.
    pub sparsities: Vec<f32>,
    /// Stops it.
    pub cancel: CancelToken,
    /// Told how far it is.
    pub observer: Observer<'a>,
}

impl<'a> Ready<'a> {
    /// Opens the journal in `folder` and makes the contexts. Items that are longer than the context are taken out and
    /// named.
    ///
    /// # Errors
    /// The vector does not fit the model or is too sparse, no item fits into the context, the template refuses an item,
    /// or the folder cannot be used.
    pub fn open(mut self, folder: &Path) -> Result<Evaluation<'a>, EvalError> {
        let vector = self.vector()?;
        let longest = self.leave_out_what_is_too_long()?;
        let journal = Journal::open(folder, &self.pins()?)?;
        let wanted = longest + self.settings.max_tokens + ROOM_FOR_DEFENCES;
        let n_ctx = self.context.n_ctx.min(u32::try_from(wanted).unwrap_or(u32::MAX));
        let n_slots = self.settings.n_slots.unwrap_or_else(|| slots_that_fit(self.model, n_ctx, &self.context));
        // llama.cpp rounds the length up; what does not fit must not depend on that.
        let many = ContextParams::for_many(self.model, &self.context, n_slots, n_ctx);
        let scheduler = Scheduler::new(self.model, many)?;
        let scorer = Scorer::new(self.model, &self.context, &self.cancel)?;
        Ok(Evaluation {
            model: self.model,
            template: self.template,
            settings: self.settings,
            bed: self.bed,
            vector,
            scheduler,
            scorer,
            scores: HashMap::new(),
            journal,
            cancel: self.cancel,
            observer: self.observer,
        })
    }

    fn vector(&self) -> Result<Option<Vector>, EvalError> {
        let Some(file) = &self.vector else { return Ok(None) };
        let whole = file.to_control_vector();
        let has = whole.density() * 100.0;
        // A layer has a whole number of components, so a file of "5%" may have a little more or less.
        let room = 100.0 / f64::from(whole.header.model.n_embd.max(1));
        if let Some(wanted) = self.sparsities.iter().find(|wanted| f64::from(**wanted) > has + room) {
            return Err(EvalError::TooSparse { path: file.path().to_owned(), wanted: *wanted, has });
        }
        let verified = self.model.verify(file, Trial::default())?;
        Ok(Some(Vector { verified, whole, pruned: HashMap::new() }))
    }

    /// Takes out what is longer than the context. Returns the tokens of the longest prompt.
    fn leave_out_what_is_too_long(&mut self) -> Result<usize, EvalError> {
        let n_ctx = self.context.n_ctx as usize;
        let prompting = Prompting::new(self.model, &self.template, self.settings.system.as_deref());
        let (mut longest, mut left_out) = (0, vec![]);
        let items = std::mem::take(&mut self.bed.items);
        for item in items {
            let n = prompting.plain(&item.prompt, &item.id)?.len();
            // One place is for the first token of the answer.
            if n < n_ctx {
                longest = longest.max(n);
                self.bed.items.push(item);
            } else {
                left_out.push(item.id);
            }
        }
        let has_items = !self.bed.items.is_empty();
        if !left_out.is_empty() && !has_items {
            return Err(EvalError::NothingFits { n_ctx });
        }
        let mut too_long = vec![];
        let questions = std::mem::take(&mut self.bed.questions);
        for question in questions {
            if prompting.plain(&question.prompt(), &question.id)?.len() < n_ctx {
                self.bed.questions.push(question);
            } else {
                too_long.push(question.id);
            }
        }
        self.bed.skipped.extend(Skipped::of(SkipReason::TooLong, "prompts", left_out));
        self.bed.skipped.extend(Skipped::of(SkipReason::TooLong, "questions", too_long));
        Ok(longest)
    }

    /// Everything that decides what a record says, beside the arm.
    fn pins(&self) -> Result<Map<String, Value>, EvalError> {
        let path = self.model.path();
        let file = sampled_hash(path).map_err(|source| EngineError::Open { path: path.to_owned(), source })?;
        let vector = self.vector.as_deref().map(hash_of_components);
        let pins = json!({
            "program": concat!("antidote ", env!("CARGO_PKG_VERSION")),
            "model": self.model.name(),
            "fingerprint": self.model.fingerprint().map(|fingerprint| fingerprint.to_string()),
            "model_file": file.to_hex().to_string(),
            "vector": vector,
            "template": hash_of(&self.template.source()),
            "system": self.settings.system,
            "ctx": self.context.n_ctx,
            "max_tokens": self.settings.max_tokens,
            "stop": self.settings.stop,
            "seed": self.settings.seed,
            "items": self.bed.items.len(),
            "items_hash": hash_of(&self.bed.items),
            "questions_hash": hash_of(&self.bed.questions),
            "likelihoods": self.settings.n_likelihood,
        });
        let mut pins = pins.as_object().cloned().unwrap_or_default();
        pins.sort_keys();
        Ok(pins)
    }
}

fn hash_of(value: &impl serde::Serialize) -> String {
    blake3::hash(&serde_json::to_vec(value).unwrap_or_default()).to_hex().to_string()
}

/// What steers, and not what the header says of it: writing a recommended α into the file must not make another of it.
fn hash_of_components(vector: &SvFile) -> String {
    let mut hasher = blake3::Hasher::new();
    for view in vector.layers() {
        hasher.update(&view.layer.to_le_bytes());
        for (index, value) in view.iter() {
            hasher.update(&(index as u64).to_le_bytes());
            hasher.update(&value.to_le_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}
