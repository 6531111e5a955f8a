//! Reports of small summaries.
