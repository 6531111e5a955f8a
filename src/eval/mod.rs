//! The safety-utility trade-off, measured: attacks, defences, judges, sweeps over α and sparsity k, the report.
//!
//! What is asked is an [`Item`], under which conditions is an [`Arm`], what came of it is a [`Record`]: a line of a
//! JSONL file that holds all that is needed to judge it again without the model. Everything shown is computed from
//! records.

pub mod attacks;
pub mod defences;
pub mod judges;

mod arm;
mod dice;
mod item;
mod language;
mod record;

pub use arm::{Arm, NO_DEFENCE};
pub use item::{Item, Kind};
pub use language::language_of;
pub use record::{Answered, Choice, Comparison, Likelihood, Record, Verdict};
