//! A node of the graph that is a block's output.

use std::ffi::CStr;

use llama_cpp_sys_2::{GGML_TYPE_F32, ggml_backend_buffer_is_host, ggml_tensor};

/// The output of a block, computed: `[n_rows, n_embd]`, F32.
#[derive(Debug)]
pub(super) struct BlockOutput {
    pub tensor: *mut ggml_tensor,
    pub layer: usize,
    pub n_rows: usize,
    /// Bytes from one row to the next.
    pub stride: usize,
}

/// The layer of which `tensor` is the block's output: the number in its name `l_out-<il>`, below `n_layer`.
///
/// # Safety
/// `tensor` is a live node of a graph.
pub(super) unsafe fn layer_of(tensor: *mut ggml_tensor, n_layer: usize) -> Option<usize> {
    // SAFETY: a live tensor, whose name ends with a zero.
    let name = unsafe { CStr::from_ptr((*tensor).name.as_ptr()) };
    let layer: usize = name.to_str().ok()?.strip_prefix("l_out-")?.parse().ok()?;
    (layer < n_layer).then_some(layer)
}

impl BlockOutput {
    /// Looks at `tensor`, the output of block `layer`.
    ///
    /// # Errors
    /// It does not hold rows of `n_embd` floats.
    ///
    /// # Safety
    /// `tensor` is a computed tensor that lives as long as the result is used.
    pub unsafe fn of(tensor: *mut ggml_tensor, layer: usize, n_embd: usize) -> Result<Self, String> {
        // SAFETY: the caller promises a live tensor.
        let (kind, ne, nb) = unsafe { ((*tensor).type_, (*tensor).ne, (*tensor).nb) };
        if kind != GGML_TYPE_F32 || usize::try_from(ne[0]) != Ok(n_embd) || nb[0] != size_of::<f32>() {
            return Err(format!("l_out-{layer} is not F32 rows of {n_embd} values"));
        }
        Ok(Self { tensor, layer, n_rows: usize::try_from(ne[1]).unwrap_or(0), stride: nb[1] })
    }

    /// The row's `n_embd` floats where they lie, to be changed in place; `None` if they are not in the program's memory.
    ///
    /// # Safety
    /// `row` is below `n_rows`, `n_embd` is the length of a row, and nothing else touches the tensor while the slice
    /// lives.
    pub unsafe fn row_mut(&mut self, row: usize, n_embd: usize) -> Option<&mut [f32]> {
        // SAFETY: a live tensor (see `of`); a buffer that is there is live as well.
        unsafe {
            let buffer = (*self.tensor).buffer;
            if buffer.is_null() || !ggml_backend_buffer_is_host(buffer) || (*self.tensor).data.is_null() {
                return None;
            }
            let start = (*self.tensor).data.cast::<u8>().add(row * self.stride).cast::<f32>();
            Some(std::slice::from_raw_parts_mut(start, n_embd))
        }
    }
}
