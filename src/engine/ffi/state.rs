//! What a context's cache holds, as bytes: to go on in another context.

use llama_cpp_sys_2 as sys;

use super::context::Context;
use crate::engine::error::EngineError;
use crate::engine::model::Model;

impl Context {
    /// What the cache holds of `sequence` (`llama_state_seq_get_data`): the numbers themselves, so that a context with
    /// the same cache type goes on as this one would have, to the bit.
    pub fn sequence_state(&mut self, sequence: i32) -> Vec<u8> {
        // SAFETY: `raw` is live, and `state` has the room that llama.cpp asked for.
        unsafe {
            let mut state = vec![0; sys::llama_state_seq_get_size(self.raw.as_ptr(), sequence)];
            let n = sys::llama_state_seq_get_data(self.raw.as_ptr(), state.as_mut_ptr(), state.len(), sequence);
            state.truncate(n);
            state
        }
    }

    /// Puts what [`Self::sequence_state`] gave into this cache (`llama_state_seq_set_data`).
    ///
    /// # Errors
    /// It does not fit.
    pub fn restore_sequence(&mut self, sequence: i32, state: &[u8]) -> Result<(), EngineError> {
        let operation = self.model().operation();
        let is_restored = !state.is_empty() && {
            // SAFETY: `raw` is live; llama.cpp reads no further than the length it is given.
            unsafe { sys::llama_state_seq_set_data(self.raw.as_ptr(), state.as_ptr(), state.len(), sequence) > 0 }
        };
        if is_restored {
            return Ok(());
        }
        let n_ctx = u32::try_from(self.n_ctx()).unwrap_or(u32::MAX);
        Err(EngineError::Context { n_ctx, complaints: operation.complaints() })
    }
}

/// Whether every token of the cache can be copied: not of a running state, and not where attention has a window
/// (`llama_model_n_swa`), because what lies outside of it now is left out of the copy and missing once the
/// conversation is cut.
pub(in crate::engine) fn state_is_whole(model: &Model) -> bool {
    // SAFETY: the model lives for the call.
    let window = unsafe { sys::llama_model_n_swa(super::context::raw_model(model.llama())) };
    window == 0 && !model.is_recurrent()
}
