//! The boundary to llama.cpp: the only `unsafe` of the engine.
//!
//! `llama-cpp-2` keeps its context pointer to itself and knows neither control vectors nor the eval callback, so the
//! context is ours, over `llama-cpp-sys-2`. Models, vocabularies and samplers stay on the safe crate.
#![allow(unsafe_code)]

mod abort;
mod attention_probe;
mod batch;
mod block_output;
mod capture;
mod context;
mod dequantise;
mod graph_probe;
mod log;
#[cfg(test)]
mod quantise;
mod row_steering;
mod state;
mod watcher;

pub use abort::{Abort, on_abort};
pub(super) use attention_probe::measure_attention;
pub(super) use batch::Batch;
pub(super) use context::{Call, Context, Decoded, Steer};
pub(super) use dequantise::Dequantiser;
pub(super) use graph_probe::GraphProbe;
pub(super) use log::divert as divert_log;
pub(super) use state::state_is_whole;
