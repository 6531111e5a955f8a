//! Reading hidden states while llama.cpp computes: its eval callback (`llama_context_params.cb_eval`) sees every
//! tensor of the graph by name, and the output of block `il` is called `l_out-<il>`.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use llama_cpp_sys_2::{GGML_TYPE_F32, ggml_backend_tensor_get, ggml_tensor};

/// What the callback is told to keep, and what it has kept.
#[derive(Debug)]
pub(super) struct Capture {
    n_layer: usize,
    n_embd: usize,
    /// `[slots, n_layer, n_embd]`: a slot holds one token's states or the sum of several.
    states: Vec<f32>,
    /// The slot of every token that is kept, in the order in which they come.
    slots: Vec<usize>,
    /// Of these, how many have come before this decode call.
    n_kept: usize,
    /// Tokens that go into each slot.
    n_tokens: Vec<u32>,
    /// Rows in the batch of the decode call.
    n_rows: usize,
    /// The rows to keep.
    wanted: Vec<usize>,
    /// Which layers were shown in this decode call.
    seen: Vec<bool>,
    fault: Option<String>,
    /// One token's state at one layer, to be added to others: `[n_embd]`.
    addend: Vec<f32>,
}

impl Capture {
    pub fn new(n_layer: usize, n_embd: usize) -> Self {
        Self {
            n_layer,
            n_embd,
            states: vec![],
            slots: vec![],
            n_kept: 0,
            n_tokens: vec![],
            n_rows: 0,
            wanted: vec![],
            seen: vec![],
            fault: None,
            addend: vec![0.0; n_embd],
        }
    }

    /// Gets ready for the decode calls of one group of prompts. The tokens that ask for output go into `slots`, in
    /// their order, whichever decode call they come in.
    pub fn begin(&mut self, slots: Vec<usize>) {
        let n_slots = slots.iter().max().map_or(0, |last| last + 1);
        self.states.clear();
        self.states.resize(n_slots * self.n_layer * self.n_embd, 0.0);
        self.n_tokens.clear();
        self.n_tokens.resize(n_slots, 0);
        slots.iter().for_each(|slot| self.n_tokens[*slot] += 1);
        self.slots = slots;
        self.n_kept = 0;
        self.wanted.clear();
        self.fault = None;
    }

    /// Gets ready for a decode call of `n_rows` rows of which `wanted` are kept.
    pub fn arm(&mut self, n_rows: usize, wanted: Vec<usize>) {
        self.settle();
        if self.n_kept + wanted.len() > self.slots.len() {
            self.fault = Some("more tokens asked for output than were announced".to_owned());
        }
        self.n_rows = n_rows;
        self.seen.clear();
        self.seen.resize(self.n_layer, false);
        self.wanted = wanted;
    }

    /// Closes the last decode call.
    fn settle(&mut self) {
        if let Some(layer) = self.seen.iter().position(|seen| !seen).filter(|_| !self.wanted.is_empty()) {
            self.fault.get_or_insert_with(|| {
                format!(
                    "the graph of this architecture never computed a tensor named l_out-{layer}, so the hidden state \
                     of layer {layer} cannot be read"
                )
            });
        }
        self.n_kept += self.wanted.len();
        self.wanted.clear();
    }

    /// What was kept since [`Self::begin`]: `[slots, n_layer, n_embd]`, the mean of each slot's tokens.
    ///
    /// # Errors
    /// What went wrong in the callback, or the first layer that llama.cpp never showed.
    pub fn take(&mut self) -> Result<Vec<f32>, String> {
        self.settle();
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let mut states = std::mem::take(&mut self.states);
        let slots = states.chunks_exact_mut((self.n_layer * self.n_embd).max(1));
        for (slot, n_tokens) in slots.zip(&self.n_tokens).filter(|(_, n_tokens)| **n_tokens > 1) {
            slot.iter_mut().for_each(|value| *value /= *n_tokens as f32);
        }
        Ok(states)
    }

    /// Whether this tensor is a block's output, and of which layer.
    fn layer_of(&self, name: &CStr) -> Option<usize> {
        let layer: usize = name.to_str().ok()?.strip_prefix("l_out-")?.parse().ok()?;
        (layer < self.n_layer && !self.wanted.is_empty()).then_some(layer)
    }

    /// Copies the wanted rows of `tensor` (`[rows, n_embd]`, F32), the output of block `layer`.
    ///
    /// # Safety
    /// `tensor` must be a computed tensor that lives for the call.
    unsafe fn keep(&mut self, tensor: *mut ggml_tensor, layer: usize) -> Result<(), String> {
        // SAFETY: the caller promises a live tensor.
        let (kind, ne, nb) = unsafe { ((*tensor).type_, (*tensor).ne, (*tensor).nb) };
        let rows = usize::try_from(ne[1]).unwrap_or(0);
        if kind != GGML_TYPE_F32 || usize::try_from(ne[0]) != Ok(self.n_embd) || nb[0] != size_of::<f32>() {
            return Err(format!("l_out-{layer} is not F32 rows of {} values", self.n_embd));
        }
        for (kept, &row) in self.wanted.iter().enumerate() {
            // After the last block's attention only the rows that ask for output go on, in batch order; they are
            // the wanted ones.
            let row = if rows == self.n_rows {
                row
            } else if rows == self.wanted.len() {
                kept
            } else {
                return Err(format!("l_out-{layer} has {rows} rows where the batch has {}", self.n_rows));
            };
            let Some(&slot) = self.slots.get(self.n_kept + kept) else { return Ok(()) };
            let start = (slot * self.n_layer + layer) * self.n_embd;
            let goal = &mut self.states[start..start + self.n_embd];
            let is_alone = self.n_tokens[slot] == 1;
            let read = if is_alone { &mut *goal } else { &mut self.addend[..] };
            // SAFETY: row < rows, so the range read lies in the tensor, and `read` has n_embd floats.
            unsafe {
                ggml_backend_tensor_get(tensor, read.as_mut_ptr().cast(), row * nb[1], self.n_embd * size_of::<f32>());
            }
            if !is_alone {
                goal.iter_mut().zip(&self.addend).for_each(|(sum, value)| *sum += value);
            }
        }
        self.seen[layer] = true;
        Ok(())
    }
}

/// Called by llama.cpp per node: with `ask` to learn whether we want it, then without once it is computed. Both
/// answers must be true for the node to be shown and for the graph to go on. After the last block it does not go on:
/// what is left is the product with the output matrix, and nobody reads the logits.
///
/// # Safety
/// `user_data` is a live [`Capture`] that nothing else touches during the decode call.
pub(super) unsafe extern "C" fn on_tensor(tensor: *mut ggml_tensor, ask: bool, user_data: *mut c_void) -> bool {
    // SAFETY: see above; llama.cpp calls from the thread that called llama_decode, and `tensor` is live.
    let (capture, name) = unsafe { (&mut *user_data.cast::<Capture>(), CStr::from_ptr((*tensor).name.as_ptr())) };
    let Some(layer) = capture.layer_of(name) else { return !ask };
    if ask {
        return true;
    }
    // A panic must not unwind into C++.
    // SAFETY: `ask` is false, so the tensor is computed.
    let kept = catch_unwind(AssertUnwindSafe(|| unsafe { capture.keep(tensor, layer) }));
    match kept {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => capture.fault = Some(fault),
        Err(_) => capture.fault = Some(format!("reading the hidden state of layer {layer} panicked")),
    }
    layer + 1 < capture.n_layer
}

#[cfg(test)]
mod tests {
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

    fn show(capture: &mut Capture, tensor: &mut ggml_tensor) -> bool {
        // SAFETY: both live for the call and nothing else touches them.
        unsafe { on_tensor(tensor, false, std::ptr::from_mut(capture).cast()) }
    }

    fn armed() -> Capture {
        let mut capture = Capture::new(2, 4);
        capture.begin(vec![0]);
        capture.arm(1, vec![0]);
        capture
    }

    #[test]
    fn a_panic_stays_on_our_side_and_becomes_a_fault() {
        let mut capture = armed();
        // Cannot be; so the row has no place to go to.
        capture.states.clear();
        assert!(show(&mut capture, &mut node(c"l_out-0", 4, 1)), "the graph goes on");
        assert!(capture.take().unwrap_err().contains("layer 0 panicked"));
    }

    #[test]
    fn nodes_of_another_shape_are_faults_and_not_read() {
        for mut tensor in [node(c"l_out-0", 5, 1), node(c"l_out-0", 4, 3)] {
            let mut capture = armed();
            show(&mut capture, &mut tensor);
            assert!(capture.take().unwrap_err().contains("l_out-0"));
        }
        let mut other = armed();
        show(&mut other, &mut node(c"l_out-7", 4, 1));
        show(&mut other, &mut node(c"ffn_out-0", 4, 1));
        assert!(other.take().unwrap_err().contains("never computed a tensor named l_out-0"));
    }
}
