//! What a count of prompts says, and how sure it is: rates, means and paired comparisons, each with its 95% interval.
//!
//! Prompts count as drawn independently. They are not quite: one request in ten frames of attack is ten prompts about
//! one thing, so the true intervals of figures over several families are somewhat wider.

mod estimate;
mod paired;
mod rate;
pub mod summary;

pub use estimate::Estimate;
pub use paired::Paired;
pub use rate::Rate;

/// The standard normal distribution's 97.5% point: half of a 95% interval in standard errors.
const Z: f64 = 1.959_963_984_540_054;
