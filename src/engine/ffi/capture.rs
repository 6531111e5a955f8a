//! Reading hidden states while llama.cpp computes: copies of the rows of block outputs.

use llama_cpp_sys_2::{ggml_backend_tensor_get, ggml_tensor};

use super::block_output::BlockOutput;

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

    /// Whether this decode call is one of those whose states are kept.
    pub fn is_armed(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Gets ready for a decode call of which nothing is kept.
    pub fn disarm(&mut self) {
        self.settle();
    }

    /// Notes that something went wrong in the callback.
    pub fn fail(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    /// Copies the wanted rows of a block's output.
    ///
    /// # Safety
    /// `output` must describe a computed tensor that lives for the call.
    pub unsafe fn keep(&mut self, output: &BlockOutput) -> Result<(), String> {
        let tensor: *mut ggml_tensor = output.tensor;
        let layer = output.layer;
        let is_whole = output.n_rows == self.n_rows;
        if !is_whole && output.n_rows != self.wanted.len() {
            return Err(format!("l_out-{layer} has {} rows where the batch has {}", output.n_rows, self.n_rows));
        }
        for (kept, &row) in self.wanted.iter().enumerate() {
            // After the last block's attention only the rows that ask for output go on, in batch order; they are
            // the wanted ones.
            let row = if is_whole { row } else { kept };
            let Some(&slot) = self.slots.get(self.n_kept + kept) else { return Ok(()) };
            let start = (slot * self.n_layer + layer) * self.n_embd;
            let goal = &mut self.states[start..start + self.n_embd];
            let is_alone = self.n_tokens[slot] == 1;
            let read = if is_alone { &mut *goal } else { &mut self.addend[..] };
            // SAFETY: row < n_rows, so the range read lies in the tensor, and `read` has n_embd floats.
            unsafe {
                ggml_backend_tensor_get(
                    tensor,
                    read.as_mut_ptr().cast(),
                    row * output.stride,
                    self.n_embd * size_of::<f32>(),
                );
            }
            if !is_alone {
                goal.iter_mut().zip(&self.addend).for_each(|(sum, value)| *sum += value);
            }
        }
        self.seen[layer] = true;
        Ok(())
    }

    #[cfg(test)]
    pub fn lose_states(&mut self) {
        self.states.clear();
    }
}
