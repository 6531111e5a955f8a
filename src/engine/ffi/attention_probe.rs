//! How fast this processor computes fused attention (`ggml_flash_attn_ext`) and plain attention, deep in a conversation:
//! two graphs of one layer and one token, no model needed. The ratio is a matter of the processor and of how ggml was
//! compiled for it.

use std::time::{Duration, Instant};

use llama_cpp_sys_2 as sys;

/// A layer of a common small model: numbers a head, heads, and positions in the cache.
const HEAD: i64 = 64;
const N_HEAD: i64 = 8;
const N_KV: i64 = 1024;
/// Each graph is computed so often, in turn; what counts is its fastest time.
const RUNS: usize = 8;

/// Times for the same attention, fused and plain.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct AttentionTimes {
    pub fused: Duration,
    pub plain: Duration,
}

/// Measures on one thread, in some milliseconds. `None` if ggml has no code for this processor. llama.cpp's backend must
/// be there.
pub(in crate::engine) fn measure_attention() -> Option<AttentionTimes> {
    // SAFETY: every pointer comes from ggml and is used while what it belongs to lives: the tensors and graphs until
    // `ggml_free`, their data until the buffer is freed, the backend until the end. A null pointer of a step leads out
    // before it is used. Tensors are cleared, so no number is read that was not written.
    unsafe {
        let backend = sys::ggml_backend_init_by_type(sys::GGML_BACKEND_DEVICE_TYPE_CPU, std::ptr::null());
        if backend.is_null() {
            return None;
        }
        compute_on_one_thread(backend);
        let context = sys::ggml_init(sys::ggml_init_params {
            mem_size: 16 * sys::ggml_tensor_overhead() + 2 * sys::ggml_graph_overhead(),
            mem_buffer: std::ptr::null_mut(),
            no_alloc: true,
        });
        let times = if context.is_null() { None } else { times(backend, context) };
        sys::ggml_free(context);
        sys::ggml_backend_free(backend);
        times
    }
}

/// ggml's processor backend takes four threads otherwise, which would measure how they wait for each other.
///
/// # Safety
/// `backend` must be live.
unsafe fn compute_on_one_thread(backend: sys::ggml_backend_t) {
    type SetThreads = unsafe extern "C" fn(sys::ggml_backend_t, std::ffi::c_int);
    // SAFETY: the caller promises a live backend, and each of these belongs to it. Under this name ggml gives a function
    // of this type (`ggml_backend_set_n_threads_t`), or null; a pointer to a function is as large as one to data here.
    unsafe {
        let registry = sys::ggml_backend_dev_backend_reg(sys::ggml_backend_get_device(backend));
        let function = sys::ggml_backend_reg_get_proc_address(registry, c"ggml_backend_set_n_threads".as_ptr());
        if !function.is_null() {
            std::mem::transmute::<*mut std::ffi::c_void, SetThreads>(function)(backend, 1);
        }
    }
}

/// # Safety
/// `backend` and `context` must be live, and the context of the size that [`measure_attention`] gives it.
unsafe fn times(backend: sys::ggml_backend_t, context: *mut sys::ggml_context) -> Option<AttentionTimes> {
    let scale = 1.0 / (HEAD as f32).sqrt();
    // SAFETY: the caller promises both; the shapes are those that llama.cpp gives these operations in `build_attn_mha`.
    unsafe {
        let tensor = |kind, shape: [i64; 3]| sys::ggml_new_tensor_3d(context, kind, shape[0], shape[1], shape[2]);
        let query = tensor(sys::GGML_TYPE_F32, [HEAD, 1, N_HEAD]);
        let keys = tensor(sys::GGML_TYPE_F16, [HEAD, N_KV, N_HEAD]);
        let values = tensor(sys::GGML_TYPE_F16, [HEAD, N_KV, N_HEAD]);
        let turned_values = tensor(sys::GGML_TYPE_F16, [N_KV, HEAD, N_HEAD]);
        let mask = tensor(sys::GGML_TYPE_F16, [N_KV, 1, 1]);

        let weights = sys::ggml_soft_max_ext(context, sys::ggml_mul_mat(context, keys, query), mask, scale, 0.0);
        let plain = sys::ggml_new_graph(context);
        sys::ggml_build_forward_expand(plain, sys::ggml_mul_mat(context, turned_values, weights));
        let fused = sys::ggml_new_graph(context);
        let attended = sys::ggml_flash_attn_ext(context, query, keys, values, mask, scale, 0.0, 0.0);
        sys::ggml_build_forward_expand(fused, attended);

        let buffer = sys::ggml_backend_alloc_ctx_tensors(context, backend);
        if buffer.is_null() {
            return None;
        }
        sys::ggml_backend_buffer_clear(buffer, 0);
        let time_of = |graph| {
            let begun = Instant::now();
            let code = sys::ggml_backend_graph_compute(backend, graph);
            (code == sys::GGML_STATUS_SUCCESS).then(|| begun.elapsed())
        };
        let runs: Option<Vec<_>> = (0..RUNS).map(|_| Some((time_of(fused)?, time_of(plain)?))).collect();
        sys::ggml_backend_buffer_free(buffer);
        let (fused, plain): (Vec<_>, Vec<_>) = runs?.into_iter().unzip();
        Some(AttentionTimes { fused: fused.into_iter().min()?, plain: plain.into_iter().min()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_take_time() {
        crate::engine::model::backend().unwrap();
        let times = measure_attention().unwrap();
        assert!(times.fused > Duration::ZERO && times.plain > Duration::ZERO, "{times:?}");
    }
}
