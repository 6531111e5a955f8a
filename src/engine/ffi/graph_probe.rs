//! What a model's graph adds to each block's output, read out of the graph itself.
//!
//! Where an architecture applies control vectors, the node called `l_out-<il>` is the sum of the block's output and
//! that layer's row (llama.cpp: `llama_adapter_cvec::apply_to`). The eval callback is asked about every node before
//! anything is computed, so looking takes as long as building a graph: no weight is read.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use llama_cpp_sys_2 as sys;

use super::batch::Batch;
use super::context::raw_model;
use crate::engine::error::EngineError;
use crate::engine::model::{Model, Token};

/// What the callback has seen.
#[derive(Debug)]
struct Seen {
    n_embd: usize,
    /// `[n_layer]`: the row that is added to the output of each block; `None` where none is.
    rows: Vec<Option<Vec<f32>>>,
    /// The last layer of interest: once its node has come by, computing would be for nothing.
    last: usize,
    stop: Arc<AtomicBool>,
}

/// A small context of its own, in which graphs are built and looked at and never run to their end.
#[derive(Debug)]
pub(in crate::engine) struct GraphProbe<'model> {
    raw: NonNull<sys::llama_context>,
    model: &'model Model,
    /// Owned through a raw pointer, because llama.cpp holds the same pointer.
    seen: *mut Seen,
    stop: Arc<AtomicBool>,
}

impl<'model> GraphProbe<'model> {
    /// Makes a context for one token (`llama_init_from_model`).
    ///
    /// # Errors
    /// llama.cpp refused.
    pub fn new(model: &'model Model) -> Result<Self, EngineError> {
        /// llama.cpp makes the cache longer if it wants to.
        const N_CTX: u32 = 8;
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Box::into_raw(Box::new(Seen {
            n_embd: model.n_embd(),
            rows: vec![None; model.n_layer()],
            last: 0,
            stop: stop.clone(),
        }));
        // SAFETY: returns a plain struct of defaults.
        let mut params = unsafe { sys::llama_context_default_params() };
        params.n_ctx = N_CTX;
        params.n_batch = 1;
        params.n_ubatch = 1;
        params.n_seq_max = 1;
        params.n_outputs_max = 1;
        params.n_threads = 1;
        params.n_threads_batch = 1;
        params.flash_attn_type = sys::LLAMA_FLASH_ATTN_TYPE_DISABLED;
        params.no_perf = true;
        params.cb_eval = Some(on_node);
        params.cb_eval_user_data = seen.cast();
        params.abort_callback = Some(on_abort_question);
        params.abort_callback_data = Arc::as_ptr(&stop).cast_mut().cast();
        let operation = model.operation();
        // SAFETY: the model outlives the context by lifetime; the callbacks' data outlive it because `drop` frees
        // the context first.
        let raw = unsafe { sys::llama_init_from_model(raw_model(model.llama()), params) };
        let Some(raw) = NonNull::new(raw) else {
            free(seen);
            return Err(EngineError::Context { n_ctx: N_CTX, complaints: operation.complaints() });
        };
        Ok(Self { raw, model, seen, stop })
    }

    /// Puts `dense` (`[n_layer − 1, n_embd]`, starting at layer 1) in as the control vector of layers `first..=last`
    /// and builds the graph of one token. Gives `[n_layer]`: the row that the graph adds to the output of each block,
    /// `None` where it adds none, or in a way that is not recognised.
    ///
    /// # Errors
    /// llama.cpp refused the vector or failed.
    pub fn added_rows(
        &mut self,
        dense: &[f32],
        first: usize,
        last: usize,
        token: Token,
    ) -> Result<Vec<Option<Vec<f32>>>, EngineError> {
        let operation = self.model.operation();
        super::context::set_control_vector(self.raw, self.model, dense, first, last)?;
        self.stop.store(false, Ordering::Relaxed);
        // SAFETY: ours alone between decode calls.
        let seen = unsafe { &mut *self.seen };
        seen.last = last;
        seen.rows.fill(None);
        let mut batch = Batch::default();
        batch.push(token, 0, 0, true);
        // SAFETY: `raw` is live; the memory belongs to it and may be null; the batch's arrays live and stay put for
        // the call.
        let code = unsafe {
            let memory = sys::llama_get_memory(self.raw.as_ptr());
            if !memory.is_null() {
                sys::llama_memory_clear(memory, false);
            }
            sys::llama_decode(self.raw.as_ptr(), batch.as_raw())
        };
        match code {
            // 2: stopped, as it should be.
            // SAFETY: ours alone between decode calls.
            0 | 2 => Ok(unsafe { &*self.seen }.rows.clone()),
            _ => Err(EngineError::Decode { code, complaints: operation.complaints() }),
        }
    }
}

impl Drop for GraphProbe<'_> {
    fn drop(&mut self) {
        // SAFETY: freed once, before the callbacks' data.
        unsafe { sys::llama_free(self.raw.as_ptr()) };
        free(self.seen);
    }
}

fn free(seen: *mut Seen) {
    // SAFETY: made by Box::into_raw in `new` and freed once.
    drop(unsafe { Box::from_raw(seen) });
}

impl Seen {
    /// Notes what `tensor` adds, if it is a block's output.
    ///
    /// # Safety
    /// `tensor` must be a node of a graph, alive for the call.
    unsafe fn look(&mut self, tensor: *mut sys::ggml_tensor) {
        // SAFETY: the caller promises a live tensor, whose name ends with a zero.
        let name = unsafe { CStr::from_ptr((*tensor).name.as_ptr()) };
        let layer = name.to_str().ok().and_then(|name| name.strip_prefix("l_out-")?.parse::<usize>().ok());
        let Some(layer) = layer.filter(|layer| *layer < self.rows.len()) else { return };
        // SAFETY: as above; the sources of a sum are live as long as it is.
        self.rows[layer] = unsafe { self.addend(tensor) };
        if layer == self.last {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// The row of `n_embd` floats that `tensor` adds to its first source; `None` if it is no such sum.
    ///
    /// # Safety
    /// As for [`Self::look`].
    unsafe fn addend(&self, tensor: *mut sys::ggml_tensor) -> Option<Vec<f32>> {
        // SAFETY: the caller promises a live tensor.
        let (op, row) = unsafe { ((*tensor).op, (*tensor).src[1]) };
        if op != sys::GGML_OP_ADD || row.is_null() {
            return None;
        }
        // SAFETY: a live source, see above.
        let (row_op, kind, ne, nb, data) = unsafe { ((*row).op, (*row).type_, (*row).ne, (*row).nb, (*row).data) };
        // What is still to be computed holds nothing yet.
        let is_there = row_op == sys::GGML_OP_NONE && !data.is_null();
        let is_row = usize::try_from(ne[0]) == Ok(self.n_embd) && ne[1..] == [1; 3] && nb[0] == size_of::<f32>();
        if kind != sys::GGML_TYPE_F32 || !is_row || !is_there {
            return None;
        }
        let mut values = vec![0.0; self.n_embd];
        // SAFETY: the row holds n_embd floats, and so does `values`.
        unsafe {
            sys::ggml_backend_tensor_get(row, values.as_mut_ptr().cast(), 0, self.n_embd * size_of::<f32>());
        }
        Some(values)
    }
}

/// Called by llama.cpp with `ask` for every node before it is computed. The answer is always no: nothing is to be
/// shown.
///
/// # Safety
/// `user_data` is a live [`Seen`] that nothing else touches during the decode call.
unsafe extern "C" fn on_node(tensor: *mut sys::ggml_tensor, ask: bool, user_data: *mut c_void) -> bool {
    if ask {
        // SAFETY: see above; llama.cpp calls from the thread that called llama_decode, and `tensor` is a live node.
        let seen = unsafe { &mut *user_data.cast::<Seen>() };
        // A panic must not unwind into C++. What it kept from being seen counts as not there.
        // SAFETY: as above.
        let _ = catch_unwind(AssertUnwindSafe(|| unsafe { seen.look(tensor) }));
    }
    !ask
}

/// llama.cpp asks between graph nodes whether to stop.
///
/// # Safety
/// `data` is the probe's `stop`, which it keeps alive.
unsafe extern "C" fn on_abort_question(data: *mut c_void) -> bool {
    // SAFETY: see above.
    unsafe { (*data.cast::<AtomicBool>()).load(Ordering::Relaxed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{ContextOptions, LoadOptions};

    fn rows(name: &str) -> (Vec<f32>, Vec<Option<Vec<f32>>>, usize) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/architectures").join(name);
        let options = ContextOptions::for_chat(Model::outline(&path).unwrap(), None);
        let model = Model::load(&path, &options, LoadOptions::default()).unwrap();
        let n = model.n_embd() * (model.n_layer() - 1);
        let dense: Vec<f32> = (0..n).map(|index| index as f32 / 8.0 - 3.0).collect();
        let mut probe = GraphProbe::new(&model).unwrap();
        let last = model.n_layer() - 1;
        // Twice, as with two vectors.
        probe.added_rows(&dense, 1, 1, Token(5)).unwrap();
        (dense.clone(), probe.added_rows(&dense, 1, last, Token(5)).unwrap(), model.n_embd())
    }

    #[test]
    fn the_graph_adds_each_row_at_its_layer() {
        for name in ["llama.gguf", "gemma3.gguf", "deepseek2.gguf", "gpt-oss.gguf", "falcon.gguf", "mamba2.gguf"] {
            let (dense, rows, n_embd) = rows(name);
            assert_eq!(rows[0], None, "{name}: nothing can be added at layer 0");
            for (index, expected) in dense.chunks_exact(n_embd).enumerate() {
                assert_eq!(rows[index + 1].as_deref(), Some(expected), "{name}: layer {}", index + 1);
            }
        }
    }

    #[test]
    fn a_graph_without_control_vectors_adds_none() {
        assert!(rows("plamo2.gguf").1.iter().all(Option::is_none));
    }
}
