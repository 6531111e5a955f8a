//! Steering row by row: every row of a decode call may have a steering of its own, added to block outputs in place
//! while llama.cpp computes. It costs the components that are added and nothing else; the control vector knows one
//! strength for a whole call.

use super::block_output::BlockOutput;
use crate::engine::steering::SteeringRows;

/// What the rows of the decode call are steered by.
#[derive(Debug)]
pub(super) struct RowSteering {
    n_embd: usize,
    /// `[rows of the batch]`; empty if no row is steered.
    rows: Vec<SteeringRows>,
    /// Rows of the batch that ask for output: those that the last layer has.
    outputs: Vec<usize>,
    /// Layers that some row is steered at, and whether they came by: `[n_layer]`.
    layers: Vec<Layer>,
    fault: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Layer {
    Unsteered,
    Awaited,
    Done,
}

impl RowSteering {
    pub fn new(n_layer: usize, n_embd: usize) -> Self {
        Self { n_embd, rows: vec![], outputs: vec![], layers: vec![Layer::Unsteered; n_layer], fault: None }
    }

    /// Gets ready for a decode call whose row `i` is steered by `rows[i]`; `outputs` are its rows that ask for output.
    pub fn arm(&mut self, rows: Vec<SteeringRows>, outputs: Vec<usize>) {
        self.disarm();
        for row in rows.iter().flat_map(SteeringRows::layers) {
            if let Some(layer) = self.layers.get_mut(row.layer) {
                *layer = Layer::Awaited;
            }
        }
        (self.rows, self.outputs) = (rows, outputs);
    }

    /// Gets ready for a decode call in which nothing is added here.
    pub fn disarm(&mut self) {
        self.rows.clear();
        self.outputs.clear();
        self.layers.fill(Layer::Unsteered);
        self.fault = None;
    }

    /// Whether some row is steered at `layer`.
    pub fn wants(&self, layer: usize) -> bool {
        self.layers.get(layer).is_some_and(|layer| *layer != Layer::Unsteered)
    }

    /// Notes that something went wrong in the callback.
    pub fn fail(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    /// After the decode call: was every row steered at every layer that it should be?
    ///
    /// # Errors
    /// What went wrong. What was computed is then steered in part or not at all and must not be used.
    pub fn finish(&mut self) -> Result<(), String> {
        let missed = self.layers.iter().position(|layer| *layer == Layer::Awaited);
        match (self.fault.take(), missed) {
            (Some(fault), _) => Err(fault),
            (None, Some(layer)) => Err(format!("the graph never computed a tensor named l_out-{layer}")),
            (None, None) => Ok(()),
        }
    }

    /// Adds each row's steering at this layer.
    ///
    /// # Safety
    /// `output` must describe a computed tensor that lives for the call and that nothing else touches.
    pub unsafe fn add(&mut self, output: &mut BlockOutput) -> Result<(), String> {
        let (layer, n_embd) = (output.layer, self.n_embd);
        let is_whole = output.n_rows == self.rows.len();
        if !is_whole && output.n_rows != self.outputs.len() {
            return Err(format!("l_out-{layer} has {} rows where the batch has {}", output.n_rows, self.rows.len()));
        }
        for place in 0..output.n_rows {
            let row = if is_whole { place } else { self.outputs[place] };
            let Some(added) = self.rows[row].at(layer) else { continue };
            // SAFETY: place < n_rows, and a row has n_embd floats (see `BlockOutput::of`).
            let Some(state) = (unsafe { output.row_mut(place, n_embd) }) else {
                return Err(format!("l_out-{layer} is not in the program's memory"));
            };
            for (index, value) in added.indices.iter().zip(&added.values) {
                state[*index as usize] += value;
            }
        }
        self.layers[layer] = Layer::Done;
        Ok(())
    }
}
