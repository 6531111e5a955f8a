//! The safety-utility trade-off, measured: attacks, defences, judges, sweeps over α and sparsity k, the report.
//!
//! What is asked is an [`Item`], under which conditions is an [`Arm`], what came of it is a [`Record`]: a line of a
//! JSONL file that holds all that is needed to judge it again without the model. Everything shown is computed from
//! records.

pub mod attacks;
pub mod defences;
pub mod judges;
pub mod plan;
pub mod report;
pub mod run;
pub mod statistics;

mod arm;
mod dice;
mod item;
mod journal;
mod language;
mod lines;
mod record;
mod summary;

pub use arm::{Arm, NO_DEFENCE};
pub use item::{Item, Kind};
pub use journal::{Journal, JournalError, Key, RECORDS, RUN};
pub use language::language_of;
pub use record::{Answered, Choice, Comparison, Likelihood, Record, Verdict};
pub use summary::{
    About, AgainstPlain, ArmSummary, Asked, Attacks, Cost, Counts, CurvePoint, DefenceDuel, EqualDsr, Family, Goals,
    JudgeError, JudgeFacts, Level, ModelFacts, OnCurve, Recommendation, Sample, Shown, Summary, VectorFacts, Why,
    recommend,
};
