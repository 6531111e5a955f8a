//! What conditions cost in time.

use serde::{Deserialize, Serialize};

use super::arm::Arm;

/// What a defence costs in time, measured on a few prompts one after another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// The conditions.
    pub arm: Arm,
    /// Prompts measured.
    pub n: usize,
    /// Median time from the question to the first token of the answer, in seconds.
    pub first_token_seconds: f64,
    /// Median speed of the answer, in tokens per second of decoding.
    pub tokens_per_second: f64,
    /// Median time of the whole answer, in seconds, all calls of the defence together.
    pub answer_seconds: f64,
}
