//! A llama.cpp context: the KV cache of a model and the calls that work on it.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

use llama_cpp_2::model::LlamaModel;
use llama_cpp_sys_2 as sys;

use super::batch::Batch;
use super::watcher::{Watcher, on_tensor};
use crate::engine::cancel::CancelToken;
use crate::engine::context_params::ContextParams;
use crate::engine::error::EngineError;
use crate::engine::model::Model;
use crate::engine::options::{CacheType, FlashAttention};
use crate::engine::steering::SteeringRows;

// The raw model pointer is read out of `&LlamaModel`, which is `#[repr(transparent)]` over one non-null pointer in
// the pinned version. If a new version breaks that, this does not compile.
const _: () = assert!(size_of::<LlamaModel>() == size_of::<*mut sys::llama_model>());
const _: () = assert!(align_of::<LlamaModel>() == align_of::<*mut sys::llama_model>());
const _: () = assert!(size_of::<Option<LlamaModel>>() == size_of::<LlamaModel>());

pub(super) fn raw_model(model: &LlamaModel) -> *mut sys::llama_model {
    // SAFETY: transparent over a non-null pointer, as asserted above and written in llama-cpp-2 0.1.160's model.rs.
    unsafe { *std::ptr::from_ref(model).cast::<*mut sys::llama_model>() }
}

/// How a decode call ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Decoded {
    Done,
    /// It was cancelled. What the cache holds of this batch is unspecified: remove it.
    Cancelled,
}

/// By what the rows of a decode call are steered.
#[derive(Debug)]
pub(in crate::engine) enum Steer<'a> {
    /// All alike, by llama.cpp's control vector.
    Alike(&'a SteeringRows),
    /// Each row of the batch by its own, in the eval callback. The rows must come to the graph in the order of the
    /// batch: one row a sequence and sequences that follow each other, or rows of one sequence only, or a unified cache.
    ByRow(Vec<SteeringRows>),
}

/// How a batch is decoded.
#[derive(Debug)]
pub(in crate::engine) struct Call<'a> {
    pub steer: Steer<'a>,
    /// Stops the call in the middle, within one node of the graph.
    pub cancel: Option<&'a CancelToken>,
    /// Whether the states of rows that ask for output are kept ([`Context::begin_states`]); logits are not computed then.
    pub capture: bool,
}

/// A context on a model, with `n_slots` sequences in its KV cache. It owns what steers it and makes every decode call.
#[derive(Debug)]
pub(in crate::engine) struct Context {
    pub(super) raw: NonNull<sys::llama_context>,
    model: Arc<Model>,
    /// What the abort callback asks; owned through a raw pointer, because llama.cpp holds the same pointer.
    cancel: *mut Option<CancelToken>,
    /// Owned in the same way. Null in a context that nothing is watched in.
    watcher: *mut Watcher,
    /// `[n_layer − 1, n_embd]`: the control vector as llama.cpp takes it; empty before the first one.
    dense: Vec<f32>,
    /// What the control vector adds now; `None` if nobody knows.
    applied: Option<SteeringRows>,
    n_batch: usize,
    n_outputs: usize,
    n_slots: usize,
}

// SAFETY: llama.cpp's contexts have no ties to the thread that made them (no thread-local state; OpenMP gives every
// calling thread a team of its own), the model behind the pointer is shared and never changed, and the two pointers are
// owned by this value alone. It is not `Sync`: one thread at a time.
unsafe impl Send for Context {}

impl Context {
    /// Makes a context (`llama_init_from_model`).
    ///
    /// # Errors
    /// llama.cpp refused, most often because the KV cache could not be allocated.
    pub fn new(model: &Arc<Model>, wanted: &ContextParams) -> Result<Self, EngineError> {
        let watcher = if wanted.watch {
            Box::into_raw(Box::new(Watcher::new(model.n_layer(), model.n_embd())))
        } else {
            std::ptr::null_mut()
        };
        let cancel = Box::into_raw(Box::new(None));
        // SAFETY: returns a plain struct of defaults.
        let mut params = unsafe { sys::llama_context_default_params() };
        params.n_ctx = wanted.n_ctx;
        params.n_batch = wanted.n_batch;
        params.n_ubatch = wanted.n_batch;
        params.n_seq_max = wanted.n_slots;
        // Room for the logits that are asked for instead of those of every token: hundreds of MiB with a large vocabulary.
        params.n_outputs_max = wanted.n_outputs;
        params.kv_unified = wanted.unified_cache;
        params.n_threads = wanted.threads;
        params.n_threads_batch = wanted.threads;
        params.flash_attn_type = match wanted.flash_attention {
            FlashAttention::Auto => sys::LLAMA_FLASH_ATTN_TYPE_AUTO,
            FlashAttention::On => sys::LLAMA_FLASH_ATTN_TYPE_ENABLED,
            FlashAttention::Off => sys::LLAMA_FLASH_ATTN_TYPE_DISABLED,
        };
        let cache_type = match wanted.cache_type {
            CacheType::F16 => sys::GGML_TYPE_F16,
            CacheType::F32 => sys::GGML_TYPE_F32,
            CacheType::Q8_0 => sys::GGML_TYPE_Q8_0,
        };
        params.type_k = cache_type;
        params.type_v = cache_type;
        params.no_perf = true;
        if !watcher.is_null() {
            params.cb_eval = Some(on_tensor);
            params.cb_eval_user_data = watcher.cast();
        }
        params.abort_callback = Some(on_abort_question);
        params.abort_callback_data = cancel.cast();

        let operation = model.operation();
        // SAFETY: the context keeps the model alive; the callbacks' data outlive it because `drop` frees the context
        // first.
        let raw = unsafe { sys::llama_init_from_model(raw_model(model.llama()), params) };
        let Some(raw) = NonNull::new(raw) else {
            free(watcher);
            free(cancel);
            return Err(EngineError::Context { n_ctx: wanted.n_ctx, complaints: operation.complaints() });
        };
        // llama.cpp makes it smaller where the cache is shorter, and ends the process when it is given more.
        // SAFETY: `raw` is live.
        let n_batch = unsafe { sys::llama_n_batch(raw.as_ptr()) }.min(wanted.n_batch) as usize;
        Ok(Self {
            raw,
            model: Arc::clone(model),
            cancel,
            watcher,
            dense: vec![],
            applied: Some(SteeringRows::default()),
            n_batch,
            n_outputs: wanted.n_outputs as usize,
            n_slots: wanted.n_slots as usize,
        })
    }

    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Tokens that fit into the cache, all sequences together.
    pub fn n_ctx(&self) -> usize {
        // SAFETY: `raw` is live.
        unsafe { sys::llama_n_ctx(self.raw.as_ptr()) as usize }
    }

    /// Tokens that fit into the cache of one sequence (`llama_n_ctx_seq`).
    pub fn n_ctx_of_sequence(&self) -> usize {
        // SAFETY: `raw` is live.
        unsafe { sys::llama_n_ctx_seq(self.raw.as_ptr()) as usize }
    }

    /// Rows that one decode call takes.
    pub fn n_batch(&self) -> usize {
        self.n_batch
    }

    /// Rows of one decode call that can ask for output.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// Whether the eval callback sees this context's graphs.
    pub fn is_watched(&self) -> bool {
        !self.watcher.is_null()
    }

    /// Runs the model over a batch (`llama_decode`), adding it to the cache. What it computed is steered as `call` says,
    /// or this is an error.
    ///
    /// # Errors
    /// The cache is full, steering could not be applied, or llama.cpp failed.
    pub fn decode(&mut self, batch: &mut Batch, call: Call<'_>) -> Result<Decoded, EngineError> {
        // llama.cpp ends the process when it is given more than it was made for.
        let outputs: Vec<usize> = batch.output_rows().collect();
        if batch.is_empty() || batch.len() > self.n_batch || outputs.len() > self.n_outputs {
            return Err(EngineError::BatchShape {
                rows: batch.len(),
                outputs: outputs.len(),
                n_batch: self.n_batch,
                n_outputs_max: self.n_outputs,
            });
        }
        let operation = self.model.operation();
        match call.steer {
            Steer::Alike(rows) => self.set_control_vector(rows)?,
            Steer::ByRow(_) => self.set_control_vector(&SteeringRows::default())?,
        }
        let by_row = match call.steer {
            Steer::Alike(_) => vec![],
            Steer::ByRow(rows) => rows,
        };
        if self.watcher.is_null() && (call.capture || by_row.iter().any(|row| !row.is_plain())) {
            return Err(EngineError::Capture("this context was made without a callback".to_owned()));
        }
        if !self.watcher.is_null() {
            // SAFETY: ours alone between decode calls.
            let watcher = unsafe { &mut *self.watcher };
            if call.capture {
                watcher.capture.arm(batch.len(), outputs.clone())
            } else {
                watcher.capture.disarm()
            }
            watcher.steering.arm(by_row, outputs);
        }
        // SAFETY: ours alone between decode calls.
        unsafe { *self.cancel = call.cancel.cloned() };
        // SAFETY: the batch's arrays live and stay put for the call, and llama.cpp copies what it keeps.
        let code = unsafe { sys::llama_decode(self.raw.as_ptr(), batch.as_raw()) };
        // SAFETY: ours alone between decode calls.
        unsafe { *self.cancel = None };
        match code {
            0 => self.steered(call.capture),
            1 => Err(EngineError::CacheFull { n_ctx: self.n_ctx(), n_tokens: batch.len() }),
            2 => Ok(Decoded::Cancelled),
            _ => Err(EngineError::Decode { code, complaints: operation.complaints() }),
        }
    }

    /// Whether every row was steered as it should be. States that cannot be read are told by [`Self::take_states`].
    fn steered(&mut self, is_captured: bool) -> Result<Decoded, EngineError> {
        if !self.watcher.is_null() {
            // SAFETY: ours alone between decode calls.
            let finished = unsafe { (*self.watcher).steering.finish() };
            if let Err(fault) = finished
                && !is_captured
            {
                return Err(EngineError::SteeringLost { fault });
            }
        }
        Ok(Decoded::Done)
    }

    /// Logits of row `row` of the last batch, which must have asked for output: `[n_vocab]`.
    ///
    /// # Errors
    /// It did not.
    pub fn logits(&mut self, row: usize) -> Result<&[f32], EngineError> {
        let operation = self.model.operation();
        let row = i32::try_from(row).unwrap_or(i32::MAX);
        // SAFETY: llama.cpp answers null for a row without output; otherwise n_vocab floats that stay valid until
        // the next decode call, which needs `&mut self`.
        unsafe {
            let logits = sys::llama_get_logits_ith(self.raw.as_ptr(), row);
            if logits.is_null() {
                return Err(EngineError::Decode { code: 0, complaints: operation.complaints() });
            }
            Ok(std::slice::from_raw_parts(logits, self.model.n_vocab()))
        }
    }

    /// From now on the hidden states of rows that ask for output, in calls that keep them, are kept: the n-th such row
    /// goes into slot `slots[n]`, and rows that share a slot are averaged.
    pub fn begin_states(&mut self, slots: Vec<usize>) {
        if !self.watcher.is_null() {
            // SAFETY: ours alone between decode calls.
            unsafe { (*self.watcher).capture.begin(slots) };
        }
    }

    /// Hidden states kept since [`Self::begin_states`]: `[slots, n_layer, n_embd]`.
    ///
    /// # Errors
    /// The context was made without a callback, or a layer was never shown.
    pub fn take_states(&mut self) -> Result<Vec<f32>, EngineError> {
        if self.watcher.is_null() {
            return Err(EngineError::Capture("this context was made without a callback".to_owned()));
        }
        // SAFETY: ours alone between decode calls.
        unsafe { (*self.watcher).capture.take() }.map_err(EngineError::Capture)
    }

    /// Lets llama.cpp's control vector add `rows` from the next decode call on (`llama_set_adapter_cvec`). What steers
    /// nothing is taken out, not added as zeros: at α = 0 the graph is then the plain model's, to the bit. llama.cpp
    /// reserves its graph anew at every change, so what is there already is left alone.
    fn set_control_vector(&mut self, rows: &SteeringRows) -> Result<(), EngineError> {
        if self.applied.as_ref() == Some(rows) {
            return Ok(());
        }
        self.applied = None;
        let n_embd = self.model.n_embd();
        self.dense.resize(n_embd * (self.model.n_layer() - 1), 0.0);
        match rows.scatter(n_embd, &mut self.dense) {
            Some((first, last)) => set_control_vector(self.raw, &self.model, &self.dense, first, last)?,
            // SAFETY: a null vector clears; the other arguments are ignored.
            None => unsafe {
                sys::llama_set_adapter_cvec(self.raw.as_ptr(), std::ptr::null(), 0, 0, 0, 0);
            },
        }
        self.applied = Some(rows.clone());
        Ok(())
    }

    /// Empties the cache. What it held is masked from now on, not overwritten: that would take as long as the cache is
    /// large.
    pub fn clear_cache(&mut self) {
        self.clear_memory(false);
    }

    /// Empties the cache and overwrites it with zeros: after output that was not finite, because a masked NaN is still
    /// one when it is multiplied by the mask's zero.
    pub fn wipe_cache(&mut self) {
        self.clear_memory(true);
    }

    fn clear_memory(&mut self, overwrite: bool) {
        // SAFETY: `raw` is live; the memory belongs to it and may be null (models without one).
        unsafe {
            let memory = sys::llama_get_memory(self.raw.as_ptr());
            if !memory.is_null() {
                sys::llama_memory_clear(memory, overwrite);
            }
        }
    }

    /// Puts everything that sequence `from` has in the cache in place of what `to` has (`llama_memory_seq_cp`). In a
    /// cache with a part for each sequence the whole part is copied, with the next decode call.
    pub fn copy_sequence(&mut self, from: usize, to: usize) {
        // llama.cpp ends the process when it is given others.
        if from >= self.n_slots || to >= self.n_slots {
            debug_assert!(false, "sequences {from} and {to} of {}", self.n_slots);
            return;
        }
        let (from, to) = (as_i32(from), as_i32(to));
        // SAFETY: `raw` is live; both sequences are below n_seq_max, as checked; whole sequences may be copied in every
        // kind of memory.
        unsafe {
            let memory = sys::llama_get_memory(self.raw.as_ptr());
            if !memory.is_null() && from != to {
                sys::llama_memory_seq_rm(memory, to, -1, -1);
                sys::llama_memory_seq_cp(memory, from, to, -1, -1);
            }
        }
    }

    /// Removes positions `from..` of `sequence` from the cache. False if this kind of cache cannot do that (a
    /// recurrent state has no positions): then clear it and start over.
    #[must_use]
    pub fn truncate_sequence(&mut self, sequence: usize, from: usize) -> bool {
        if sequence >= self.n_slots {
            debug_assert!(false, "sequence {sequence} of {}", self.n_slots);
            return false;
        }
        let (sequence, from) = (as_i32(sequence), as_i32(from));
        // SAFETY: `raw` is live; the sequence is below n_seq_max, as checked.
        unsafe {
            let memory = sys::llama_get_memory(self.raw.as_ptr());
            !memory.is_null() && sys::llama_memory_seq_rm(memory, sequence, from, -1)
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: freed once, before the callbacks' data and the model.
        unsafe { sys::llama_free(self.raw.as_ptr()) };
        free(self.watcher);
        free(self.cancel);
    }
}

/// Puts `rows` (`[n_layer − 1, n_embd]`, starting at layer 1) in as the control vector of layers `first..=last`; `raw`
/// is a live context on `model`.
pub(super) fn set_control_vector(
    raw: NonNull<sys::llama_context>,
    model: &Model,
    rows: &[f32],
    first: usize,
    last: usize,
) -> Result<(), EngineError> {
    let n_embd = model.n_embd();
    debug_assert!(first >= 1 && last < model.n_layer() && rows.len() == n_embd * (model.n_layer() - 1));
    // SAFETY: `rows` lives for the call, in which llama.cpp copies it.
    let code = unsafe {
        sys::llama_set_adapter_cvec(
            raw.as_ptr(),
            rows.as_ptr(),
            rows.len(),
            as_i32(n_embd),
            as_i32(first),
            as_i32(last),
        )
    };
    if code == 0 { Ok(()) } else { Err(EngineError::ControlVectorRefused { code }) }
}

fn as_i32(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn free<T>(data: *mut T) {
    if !data.is_null() {
        // SAFETY: made by Box::into_raw in `Context::new` and freed once.
        drop(unsafe { Box::from_raw(data) });
    }
}

/// llama.cpp asks between graph nodes whether to stop.
///
/// # Safety
/// `data` is the context's `cancel`, which is changed between decode calls only.
unsafe extern "C" fn on_abort_question(data: *mut c_void) -> bool {
    // SAFETY: see above.
    unsafe { (*data.cast::<Option<CancelToken>>()).as_ref().is_some_and(CancelToken::is_cancelled) }
}
