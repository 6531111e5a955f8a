//! What can go wrong while a model is loaded or runs.

use std::path::PathBuf;

use super::constraint::SchemaError;
use crate::vector;

/// An error of the engine. Each message says what was wrong, where, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The model file cannot be opened.
    #[error("cannot read the model {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a GGUF that can be used.
    #[error("{} cannot be used as a model: {source}", .path.display())]
    Gguf {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        source: crate::gguf::GgufError,
    },
    /// The file is well-formed but is not a language model that generates text.
    #[error("{} cannot be used as a chat model: {reason}", .path.display())]
    Unsuitable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The machine has too little free memory.
    #[error(
        "not enough memory for {}: about {} MiB are required ({weights_mib} for the weights, {cache_mib} for the KV \
         cache, {compute_mib} to compute) but only {available_mib} MiB are available",
        .path.display(), weights_mib + cache_mib + compute_mib
    )]
    Memory {
        /// The file.
        path: PathBuf,
        /// The tensors of the model.
        weights_mib: u64,
        /// The KV cache.
        cache_mib: u64,
        /// Buffers for one micro-batch.
        compute_mib: u64,
        /// What the system says is free.
        available_mib: u64,
    },
    /// llama.cpp did not load the model.
    #[error("llama.cpp could not load {}{}", .path.display(), said(.complaints))]
    Load {
        /// The file.
        path: PathBuf,
        /// The last lines of llama.cpp's log.
        complaints: Vec<String>,
    },
    /// llama.cpp did not make a context.
    #[error("llama.cpp could not make a context of {n_ctx} tokens{}", said(.complaints))]
    Context {
        /// The length asked for.
        n_ctx: u32,
        /// The last lines of llama.cpp's log.
        complaints: Vec<String>,
    },
    /// A decode call failed.
    #[error("llama.cpp failed to compute (code {code}){}", said(.complaints))]
    Decode {
        /// What `llama_decode` returned.
        code: i32,
        /// The last lines of llama.cpp's log.
        complaints: Vec<String>,
    },
    /// A decode call of a shape that the context was not made for: a mistake in this program.
    #[error(
        "a batch of {rows} rows with {outputs} outputs does not fit a context made for {n_batch} and {n_outputs_max}"
    )]
    BatchShape {
        /// Rows given.
        rows: usize,
        /// Of these, rows that ask for output.
        outputs: usize,
        /// Rows that fit.
        n_batch: usize,
        /// Outputs that fit.
        n_outputs_max: usize,
    },
    /// No room in the KV cache.
    #[error("the context is full: no room for {n_tokens} more tokens in {n_ctx}")]
    CacheFull {
        /// Size of the cache.
        n_ctx: usize,
        /// Tokens that did not fit.
        n_tokens: usize,
    },
    /// The prompt alone is longer than the context.
    #[error("the prompt has {n_prompt} tokens but the context holds {n_ctx}")]
    PromptTooLong {
        /// Tokens of the prompt.
        n_prompt: usize,
        /// Size of the context.
        n_ctx: usize,
    },
    /// A prompt without any token.
    #[error("the prompt is empty: there is nothing to answer")]
    EmptyPrompt,
    /// A grammar that llama.cpp does not understand.
    #[error("the grammar cannot be used: {why}{}", said(.complaints))]
    Grammar {
        /// What the bindings say.
        why: String,
        /// What llama.cpp says.
        complaints: Vec<String>,
    },
    /// A JSON schema that cannot be enforced.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A constraint that this model cannot follow, or not any longer.
    #[error("{why}")]
    Constraint {
        /// What happened.
        why: String,
    },
    /// Stopped from outside.
    #[error("interrupted")]
    Interrupted,
    /// Hidden states could not be read.
    #[error("cannot read hidden states: {0}")]
    Capture(String),
    /// The model's output matrix cannot be read.
    #[error("{} cannot be used to explain a vector: {reason}", .path.display())]
    Lens {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The vector was made for another model.
    #[error(transparent)]
    WrongModel(#[from] vector::Incompatible),
    /// The vector names a layer that llama.cpp cannot steer.
    #[error(
        "{} steers layer {layer}, but llama.cpp can steer layers 1 to {last} of this model", .path.display()
    )]
    LayerOutOfReach {
        /// The vector file.
        path: PathBuf,
        /// The layer it names.
        layer: u32,
        /// The last layer that can be steered.
        last: usize,
    },
    /// llama.cpp did not take the vector.
    #[error("llama.cpp refused the control vector (code {code}); nothing is steered, so nothing is answered")]
    ControlVectorRefused {
        /// What `llama_set_adapter_cvec` returned.
        code: i32,
    },
    /// Steering by a vector that was not tried on this model.
    #[error("{} was not verified on this model, so it may not steer it", .path.display())]
    NotVerified {
        /// The vector file.
        path: PathBuf,
    },
    /// Rows of a decode call were not steered as they should have been; nothing of it was used.
    #[error("steering was lost while the model ran ({fault}); nothing is answered")]
    SteeringLost {
        /// What the eval callback found.
        fault: String,
    },
    /// The thread that runs the model has ended.
    #[error("the model's thread has ended; start the program again")]
    Gone,
    /// The model cannot be told from others.
    #[error("{}: no vector can be checked against this model: {fault}", .path.display())]
    NoFingerprint {
        /// The model's file.
        path: PathBuf,
        /// Why.
        fault: String,
    },
    /// The vector is all zeros.
    #[error("{} steers nothing: all its values are zero; make the vector again", .path.display())]
    ZeroVector {
        /// The vector file.
        path: PathBuf,
    },
    /// The vector went in and changed nothing.
    #[error(
        "steering has no effect on this model: with {} at α = {alpha} its logits are the same as without. llama.cpp \
         takes control vectors for the architecture '{architecture}' but does not apply them. Nothing would be \
         protected", .path.display()
    )]
    NotLive {
        /// The vector file.
        path: PathBuf,
        /// The model's architecture.
        architecture: String,
        /// α of the probe.
        alpha: f32,
    },
    /// The vector is applied at some of its layers only.
    #[error(
        "steering reaches this model at some layers only: of {}, llama.cpp applies the layers {} but not {} ({}). The vector \
         was not made to work like this", .path.display(), list(.applied), list(.not_applied),
        why_not(.architecture, .not_applied)
    )]
    PartlyLive {
        /// The vector file.
        path: PathBuf,
        /// The model's architecture.
        architecture: String,
        /// Layers that are applied.
        applied: Vec<u32>,
        /// Layers that are not.
        not_applied: Vec<u32>,
    },
    /// The vector breaks the model.
    #[error(
        "steering breaks this model: with {} at α = {alpha} its logits are not finite, or all alike; lower α, or derive the vector \
         again from this model", .path.display()
    )]
    NotFinite {
        /// The vector file.
        path: PathBuf,
        /// α of the probe.
        alpha: f32,
    },
    /// The model put out something that is no number, or nothing that tells tokens apart.
    #[error("the model's output is not finite, or the same for every token, at α = {alpha}{}", if *.alpha == 0.0 {
        ": the model's file may be damaged"
    } else {
        ": it is steered too hard; lower α"
    })]
    OutputNotFinite {
        /// The α of largest magnitude.
        alpha: f32,
    },
    /// α is not a number.
    #[error("α = {alpha} for {name} is not a finite number; use something like 0.3 (0 is the plain model)")]
    Alpha {
        /// The vector.
        name: String,
        /// The value.
        alpha: f32,
    },
}

impl EngineError {
    /// The same error for another request of the same decode call.
    pub(super) fn for_another(&self) -> Self {
        match self {
            Self::CacheFull { n_ctx, n_tokens } => Self::CacheFull { n_ctx: *n_ctx, n_tokens: *n_tokens },
            Self::Decode { code, complaints } => Self::Decode { code: *code, complaints: complaints.clone() },
            Self::SteeringLost { fault } => Self::SteeringLost { fault: fault.clone() },
            Self::ControlVectorRefused { code } => Self::ControlVectorRefused { code: *code },
            Self::Capture(fault) => Self::Capture(fault.clone()),
            other => Self::Decode { code: 0, complaints: vec![other.to_string()] },
        }
    }
}

/// Layers as text.
fn list(layers: &[u32]) -> String {
    layers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn why_not(architecture: &str, not_applied: &[u32]) -> String {
    match not_applied {
        [0] => "its control vectors begin at layer 1".to_owned(),
        _ => format!("the directions there are all zeros, or the architecture '{architecture}' leaves them out"),
    }
}

/// llama.cpp's own words, if it left any.
fn said(complaints: &[String]) -> String {
    if complaints.is_empty() { String::new() } else { format!("; it said: {}", complaints.join(" / ")) }
}
