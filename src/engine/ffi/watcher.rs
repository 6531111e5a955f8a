//! llama.cpp's eval callback (`llama_context_params.cb_eval`): it sees every tensor of the graph by name, and the
//! output of block `il` is called `l_out-<il>`. There states are steered row by row, and then read.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use llama_cpp_sys_2::ggml_tensor;

use super::block_output::{BlockOutput, layer_of};
use super::capture::Capture;
use super::row_steering::RowSteering;

/// What the callback works on.
#[derive(Debug)]
pub(super) struct Watcher {
    n_layer: usize,
    n_embd: usize,
    pub capture: Capture,
    pub steering: RowSteering,
}

impl Watcher {
    pub fn new(n_layer: usize, n_embd: usize) -> Self {
        let (capture, steering) = (Capture::new(n_layer, n_embd), RowSteering::new(n_layer, n_embd));
        Self { n_layer, n_embd, capture, steering }
    }

    fn wants(&self, layer: usize) -> bool {
        self.capture.is_armed() || self.steering.wants(layer)
    }

    /// Steers, then reads: a hidden state is what the next block gets.
    ///
    /// # Safety
    /// `tensor` is computed, lives for the call, and nothing else touches it.
    unsafe fn take(&mut self, tensor: *mut ggml_tensor, layer: usize) {
        // A panic must not unwind into C++.
        let done = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: as promised by the caller.
            let mut output = unsafe { BlockOutput::of(tensor, layer, self.n_embd)? };
            if self.steering.wants(layer) {
                // SAFETY: as above.
                unsafe { self.steering.add(&mut output) }.inspect_err(|fault| self.steering.fail(fault.clone()))?;
            }
            // SAFETY: as above.
            if self.capture.is_armed() { unsafe { self.capture.keep(&output) } } else { Ok(()) }
        }));
        let fault = match done {
            Ok(Ok(())) => return,
            Ok(Err(fault)) => fault,
            Err(_) => format!("reading the hidden state of layer {layer} panicked"),
        };
        if self.steering.wants(layer) {
            self.steering.fail(fault.clone());
        }
        self.capture.fail(fault);
    }
}

/// Called by llama.cpp per node: with `ask` to learn whether we want it, then without once it is computed. Both
/// answers must be true for the node to be shown and for the graph to go on. When states are read it does not go on
/// after the last block: what is left is the product with the output matrix, and nobody reads the logits.
///
/// # Safety
/// `user_data` is a live [`Watcher`] that nothing else touches during the decode call.
pub(super) unsafe extern "C" fn on_tensor(tensor: *mut ggml_tensor, ask: bool, user_data: *mut c_void) -> bool {
    // SAFETY: see above; llama.cpp calls from the thread that called llama_decode, and `tensor` is live.
    let (watcher, layer) = unsafe {
        let watcher = &mut *user_data.cast::<Watcher>();
        let layer = layer_of(tensor, watcher.n_layer);
        (watcher, layer)
    };
    let Some(layer) = layer.filter(|layer| watcher.wants(*layer)) else { return !ask };
    if ask {
        return true;
    }
    // SAFETY: `ask` is false, so the tensor is computed.
    unsafe { watcher.take(tensor, layer) };
    layer + 1 < watcher.n_layer || !watcher.capture.is_armed()
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use llama_cpp_sys_2::GGML_TYPE_F32;

    use super::*;

    /// A node of a graph that is named like a block's output: `[rows, n_embd]`, without data.
    fn node(name: &CStr, n_embd: i64, rows: i64) -> ggml_tensor {
        // SAFETY: a plain struct of numbers and pointers, for which zeros are valid.
        let mut tensor: ggml_tensor = unsafe { std::mem::zeroed() };
        tensor.type_ = GGML_TYPE_F32;
        tensor.ne = [n_embd, rows, 1, 1];
        tensor.nb = [4, 4 * n_embd as usize, 4 * n_embd as usize, 4 * n_embd as usize];
        tensor.name.iter_mut().zip(name.to_bytes_with_nul()).for_each(|(to, from)| *to = *from as std::ffi::c_char);
        tensor
    }

    fn show(watcher: &mut Watcher, tensor: &mut ggml_tensor) -> bool {
        // SAFETY: both live for the call and nothing else touches them.
        unsafe { on_tensor(tensor, false, std::ptr::from_mut(watcher).cast()) }
    }

    fn armed() -> Watcher {
        let mut watcher = Watcher::new(2, 4);
        watcher.capture.begin(vec![0]);
        watcher.capture.arm(1, vec![0]);
        watcher
    }

    #[test]
    fn a_panic_stays_on_our_side_and_becomes_a_fault() {
        let mut watcher = armed();
        // Cannot be; so the row has no place to go to.
        watcher.capture.lose_states();
        assert!(show(&mut watcher, &mut node(c"l_out-0", 4, 1)), "the graph goes on");
        assert!(watcher.capture.take().unwrap_err().contains("layer 0 panicked"));
    }

    #[test]
    fn nodes_of_another_shape_are_faults_and_not_read() {
        for mut tensor in [node(c"l_out-0", 5, 1), node(c"l_out-0", 4, 3)] {
            let mut watcher = armed();
            show(&mut watcher, &mut tensor);
            assert!(watcher.capture.take().unwrap_err().contains("l_out-0"));
        }
        let mut other = armed();
        show(&mut other, &mut node(c"l_out-7", 4, 1));
        show(&mut other, &mut node(c"ffn_out-0", 4, 1));
        assert!(other.capture.take().unwrap_err().contains("never computed a tensor named l_out-0"));
    }
}
