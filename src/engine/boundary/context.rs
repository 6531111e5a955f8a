//! A llama.cpp context: the KV cache of a model and the calls that work on it.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use llama_cpp_2::model::LlamaModel;
use llama_cpp_sys_2 as sys;

use super::batch::Batch;
use super::eval_callback::{Capture, on_tensor};
use crate::engine::error::EngineError;
use crate::engine::model::Model;
use crate::engine::options::{CacheType, ContextOptions, FlashAttention};

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
    /// The interrupt flag was raised. What the cache holds of this batch is unspecified: remove it.
    Interrupted,
}

/// A context on a model, with `n_seq_max` sequences in one KV cache.
///
/// The lifetime keeps the model alive for as long as the context; not `Send`, because llama.cpp's contexts are bound
/// to one thread at a time and nothing here needs to move them.
#[derive(Debug)]
pub(in crate::engine) struct Context<'model> {
    pub(super) raw: NonNull<sys::llama_context>,
    model: &'model Model,
    /// Read by llama.cpp's abort callback, raised from signal handlers and other threads; held so that it outlives
    /// the context.
    interrupt: Arc<AtomicBool>,
    /// Owned through a raw pointer, because llama.cpp holds the same pointer. Null without capture.
    capture: *mut Capture,
    n_batch: usize,
    n_outputs_max: usize,
}

impl<'model> Context<'model> {
    /// Makes a context (`llama_init_from_model`).
    ///
    /// # Errors
    /// llama.cpp refused, most often because the KV cache could not be allocated.
    pub fn new(
        model: &'model Model,
        options: &ContextOptions,
        interrupt: Arc<AtomicBool>,
    ) -> Result<Self, EngineError> {
        let capture = if options.capture {
            Box::into_raw(Box::new(Capture::new(model.n_layer(), model.n_embd())))
        } else {
            std::ptr::null_mut()
        };
        // SAFETY: returns a plain struct of defaults.
        let mut params = unsafe { sys::llama_context_default_params() };
        params.n_ctx = options.n_ctx;
        params.n_batch = options.n_batch;
        params.n_ubatch = options.n_batch;
        params.n_seq_max = options.n_seq_max;
        // Room for the logits that are asked for instead of those of every token: hundreds of MiB with a large vocabulary.
        params.n_outputs_max = options.n_outputs_max;
        // One cache for all sequences keeps the rows of a micro-batch in batch order, which capture relies on: it asks
        // for it.
        params.kv_unified = options.unified_cache;
        params.n_threads = options.threads;
        params.n_threads_batch = options.threads;
        params.flash_attn_type = match options.flash_attention {
            FlashAttention::Auto => sys::LLAMA_FLASH_ATTN_TYPE_AUTO,
            FlashAttention::On => sys::LLAMA_FLASH_ATTN_TYPE_ENABLED,
            FlashAttention::Off => sys::LLAMA_FLASH_ATTN_TYPE_DISABLED,
        };
        let cache_type = match options.cache_type {
            CacheType::F16 => sys::GGML_TYPE_F16,
            CacheType::F32 => sys::GGML_TYPE_F32,
            CacheType::Q8_0 => sys::GGML_TYPE_Q8_0,
        };
        params.type_k = cache_type;
        params.type_v = cache_type;
        params.no_perf = true;
        if !capture.is_null() {
            params.cb_eval = Some(on_tensor);
            params.cb_eval_user_data = capture.cast();
        }
        params.abort_callback = Some(on_abort_question);
        params.abort_callback_data = Arc::as_ptr(&interrupt).cast_mut().cast();

        // SAFETY: the model outlives the context by lifetime; the callbacks' data outlive it because `drop` frees
        // the context first.
        let raw = unsafe { sys::llama_init_from_model(raw_model(model.llama()), params) };
        let Some(raw) = NonNull::new(raw) else {
            free_capture(capture);
            return Err(EngineError::Context {
                n_ctx: options.n_ctx,
                complaints: crate::engine::logs::last_complaints(),
            });
        };
        // llama.cpp makes it smaller where the cache is shorter, and ends the process when it is given more.
        // SAFETY: `raw` is live.
        let n_batch = unsafe { sys::llama_n_batch(raw.as_ptr()) }.min(options.n_batch) as usize;
        Ok(Self { raw, model, interrupt, capture, n_batch, n_outputs_max: options.n_outputs_max as usize })
    }

    pub fn model(&self) -> &'model Model {
        self.model
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

    /// Runs the model over a batch (`llama_decode`), adding it to the cache.
    ///
    /// # Errors
    /// The cache is full, or llama.cpp failed.
    pub fn decode(&mut self, batch: &mut Batch) -> Result<Decoded, EngineError> {
        // llama.cpp ends the process when it is given more than it was made for.
        let n_outputs = batch.output_rows().count();
        if batch.is_empty() || batch.len() > self.n_batch || n_outputs > self.n_outputs_max {
            return Err(EngineError::BatchShape {
                rows: batch.len(),
                outputs: n_outputs,
                n_batch: self.n_batch,
                n_outputs_max: self.n_outputs_max,
            });
        }
        if !self.capture.is_null() {
            let wanted = batch.output_rows().collect();
            // SAFETY: ours alone between decode calls.
            unsafe { (*self.capture).arm(batch.len(), wanted) };
        }
        // SAFETY: the batch's arrays live and stay put for the call, and llama.cpp copies what it keeps.
        let code = unsafe { sys::llama_decode(self.raw.as_ptr(), batch.as_raw()) };
        match code {
            0 => Ok(Decoded::Done),
            1 => Err(EngineError::CacheFull { n_ctx: self.n_ctx(), n_tokens: batch.len() }),
            2 => Ok(Decoded::Interrupted),
            _ => Err(EngineError::Decode { code, complaints: crate::engine::logs::last_complaints() }),
        }
    }

    /// As [`Self::decode`], where an interruption is an error as well.
    ///
    /// # Errors
    /// Those of [`Self::decode`], and [`EngineError::Interrupted`].
    pub fn decode_whole(&mut self, batch: &mut Batch) -> Result<(), EngineError> {
        if self.interrupt.load(Ordering::Relaxed) || self.decode(batch)? == Decoded::Interrupted {
            return Err(EngineError::Interrupted);
        }
        Ok(())
    }

    /// Logits of row `row` of the last batch, which must have asked for output: `[n_vocab]`.
    pub fn logits(&mut self, row: usize) -> Option<&[f32]> {
        let row = i32::try_from(row).ok()?;
        // SAFETY: llama.cpp answers null for a row without output; otherwise n_vocab floats that stay valid until
        // the next decode call, which needs `&mut self`.
        unsafe {
            let logits = sys::llama_get_logits_ith(self.raw.as_ptr(), row);
            (!logits.is_null()).then(|| std::slice::from_raw_parts(logits, self.model.n_vocab()))
        }
    }

    /// From now on the hidden states of rows that ask for output are kept: the n-th such row goes into slot `slots[n]`,
    /// and rows that share a slot are averaged.
    pub fn begin_states(&mut self, slots: Vec<usize>) {
        if !self.capture.is_null() {
            // SAFETY: ours alone between decode calls.
            unsafe { (*self.capture).begin(slots) };
        }
    }

    /// Hidden states kept since [`Self::begin_states`]: `[slots, n_layer, n_embd]`. Logits are not computed in a
    /// context with capture.
    ///
    /// # Errors
    /// The context was made without capture, or a layer was never shown.
    pub fn take_states(&mut self) -> Result<Vec<f32>, EngineError> {
        if self.capture.is_null() {
            return Err(EngineError::Capture("this context was made without capture".to_owned()));
        }
        // SAFETY: ours alone between decode calls.
        unsafe { (*self.capture).take() }.map_err(EngineError::Capture)
    }

    /// Adds `rows` (`[n_layer − 1, n_embd]`, starting at layer 1) to the outputs of blocks `first..=last` from the
    /// next decode call on (`llama_set_adapter_cvec`).
    ///
    /// # Errors
    /// llama.cpp refused it.
    pub fn set_control_vector(&mut self, rows: &[f32], first: usize, last: usize) -> Result<(), EngineError> {
        set_control_vector(self.raw, self.model, rows, first, last)
    }

    /// Takes the control vector out: from the next decode call on the graph is the plain model's.
    pub fn clear_control_vector(&mut self) {
        // SAFETY: a null vector clears; the other arguments are ignored.
        unsafe { sys::llama_set_adapter_cvec(self.raw.as_ptr(), std::ptr::null(), 0, 0, 0, 0) };
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

    /// Puts everything that sequence `from` has in the cache in place of what `to` has (`llama_memory_seq_cp`).
    pub fn copy_sequence(&mut self, from: usize, to: usize) {
        let (Ok(from), Ok(to)) = (i32::try_from(from), i32::try_from(to)) else { return };
        // SAFETY: `raw` is live; the caller's sequences are below n_seq_max; whole sequences may be copied in every
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
        let (Ok(sequence), Ok(from)) = (i32::try_from(sequence), i32::try_from(from)) else { return false };
        // SAFETY: as above.
        unsafe {
            let memory = sys::llama_get_memory(self.raw.as_ptr());
            !memory.is_null() && sys::llama_memory_seq_rm(memory, sequence, from, -1)
        }
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: freed once, before the callbacks' data.
        unsafe { sys::llama_free(self.raw.as_ptr()) };
        free_capture(self.capture);
    }
}

/// See [`Context::set_control_vector`]; `raw` is a live context on `model`.
pub(super) fn set_control_vector(
    raw: NonNull<sys::llama_context>,
    model: &Model,
    rows: &[f32],
    first: usize,
    last: usize,
) -> Result<(), EngineError> {
    let n_embd = model.n_embd();
    debug_assert!(first >= 1 && last < model.n_layer() && rows.len() == n_embd * (model.n_layer() - 1));
    let as_i32 = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
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

fn free_capture(capture: *mut Capture) {
    if !capture.is_null() {
        // SAFETY: made by Box::into_raw in `new` and freed once.
        drop(unsafe { Box::from_raw(capture) });
    }
}

/// llama.cpp asks between graph nodes whether to stop.
///
/// # Safety
/// `data` is the [`AtomicBool`] behind the context's interrupt flag, which it keeps alive.
pub(super) unsafe extern "C" fn on_abort_question(data: *mut c_void) -> bool {
    // SAFETY: see above.
    unsafe { (*data.cast::<AtomicBool>()).load(Ordering::Relaxed) }
}
