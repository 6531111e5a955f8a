//! The safety-utility trade-off, measured: attacks, defences, judges, sweeps over α and sparsity k, the report.
//!
//! What is asked is an [`Item`], under which conditions is an [`Arm`], what came of it is a [`Record`]: a line of a
//! JSONL file that holds all that is needed to judge it again without the model. Everything shown is computed from
//! records.

pub mod dataset;
pub mod generate;
pub mod judge;
pub mod refusal;
pub mod report;
pub mod statistics;

mod arm;
mod cost;
mod item;
mod journal;
mod lines;
mod record;
mod rng;
mod search;

pub use arm::{Arm, NO_DEFENCE};
pub use cost::Cost;
pub use item::{Item, Kind};
pub use journal::{Journal, JournalError, Key, RECORDS, RUN};
pub use record::{Answered, Choice, Comparison, Flaw, Likelihood, Outcome, Record, Verdict};
pub use search::{Found, Search};
pub use statistics::summary::{
    About, ArmSummary, Asked, Attacks, Counts, CurvePoint, EqualDsr, Family, Goals, JudgeError, JudgeFacts, Level,
    ModelFacts, OnCurve, PairedComparison, Recommendation, Sample, Shown, Summary, VectorFacts, VersusBaseline, Why,
    recommend,
};
