//! A sequence's part of the cache.

use crate::engine::model::Token;
use crate::engine::options::Speculation;
use crate::engine::steering::SteeringRows;

use super::placement::View;
use super::prompt_lookup::PromptLookup;
use super::running::{Job, Running};

/// What a part of the cache holds, and the request that works on it.
pub(super) struct Slot {
    /// Its tokens, by position.
    pub cached: Vec<Token>,
    /// What they were processed under; `None` if under several.
    pub rows: Option<SteeringRows>,
    pub running: Option<Running>,
    pub lookup: PromptLookup,
}

impl Slot {
    pub fn new(speculation: Speculation) -> Self {
        Self {
            cached: vec![],
            rows: Some(SteeringRows::default()),
            running: None,
            lookup: PromptLookup::new(speculation),
        }
    }

    pub fn clear(&mut self) {
        self.cut(0);
    }

    /// Counts the first `n` tokens only.
    pub fn cut(&mut self, n: usize) {
        self.cached.truncate(n);
    }

    /// How many of its tokens `job` could start from.
    pub fn common(&self, job: &Job) -> usize {
        let is_usable = job.reuse.across_steering || self.rows.as_ref() == Some(&job.rows);
        if !is_usable {
            return 0;
        }
        let common = self.cached.iter().zip(&job.prompt).take_while(|(cached, wanted)| cached == wanted).count();
        common.min(job.reuse.at_most).min(job.first_output())
    }

    pub fn view(&self, job: &Job) -> View {
        View { is_idle: self.running.is_none(), common: self.common(job), held: self.cached.len() }
    }

    /// What is processed into it from here on is steered by `rows`.
    pub fn steer(&mut self, rows: &SteeringRows) {
        self.rows = match &self.rows {
            _ if self.cached.is_empty() => Some(rows.clone()),
            Some(same) if same == rows => Some(rows.clone()),
            _ => None,
        };
    }
}
