//! Writing a dump row by row, so that a kill at any point costs no more than the rows in hand.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::element::Element;
use super::error::DumpError;
use super::journal::{Hash, Journal, Record, begin_proof};
use super::layout::Layout;
use super::meta::{DumpMeta, Label};
use super::plan::DumpPlan;
use super::unfinished::{Held, Unfinished, Whole};

/// Rows that are younger than this may be lost when the power fails; a kill loses none. Waiting for the disk more often
/// would cost more than the rows are worth.
const SYNC_EVERY: Duration = Duration::from_secs(10);

/// What to do with an unfinished dump of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Go on with it if it was begun as the same dump; refuse if as another.
    Resume,
    /// Throw it away.
    Over,
}

/// What was there when a dump began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or nothing that was wanted.
    Nothing,
    /// Rows that are whole and kept.
    Rows,
    /// Rows that are whole and kept, and behind them some that are not: the power failed, or the disk.
    CutShort,
    /// A file that nothing can be made of; it was begun again.
    Damaged,
}

/// A dump in the making. It appears at its place when [`DumpWriter::finish`] returns. Dropped before, it leaves an
/// unfinished dump that [`DumpWriter::begin`] goes on with, or nothing if no row had come. It holds the labels and the
/// rows in hand.
#[derive(Debug)]
pub struct DumpWriter {
    unfinished: Unfinished,
    journal: Journal,
    layout: Layout,
    path: PathBuf,
    element: Element,
    n_layer: usize,
    n_embd: usize,
    n_written: usize,
    n_records: usize,
    /// The last record's.
    proof: Hash,
    found: Found,
    synced: Instant,
    /// There is no unfinished dump any more.
    is_finished: bool,
    /// The rows in hand as they are stored.
    bytes: Vec<u8>,
}

impl DumpWriter {
    /// Starts an F32 dump at `path` of as many rows as there are `labels`; `meta` names each of them. An unfinished
    /// dump of that name is thrown away.
    ///
    /// # Errors
    /// As for [`Self::begin`].
    pub fn create(path: &Path, meta: &DumpMeta, labels: Vec<Label>) -> Result<Self, DumpError> {
        let plan = DumpPlan { meta: meta.clone(), labels, element: Element::F32, conditions: vec![] };
        Self::begin(path, &plan, Begin::Over)
    }

    /// Starts the dump at `path`, or goes on with it: the first [`Self::n_written`] rows are there already.
    ///
    /// # Errors
    /// The folder cannot be written to, no file can hold such a dump, another process is writing it, or the unfinished
    /// dump of that name was begun as another one.
    pub fn begin(path: &Path, plan: &DumpPlan, begin: Begin) -> Result<Self, DumpError> {
        let path = path.to_owned();
        let layout = match Layout::of(plan) {
            Ok(layout) => layout,
            Err(reason) => return Err(DumpError::Announced { path, reason }),
        };
        if path.file_name().is_none() {
            let reason = "there is a folder of that name".to_owned();
            return Err(DumpError::Announced { path, reason });
        }
        let failed = |source| DumpError::Write { path: path.clone(), source };
        let terms = plan.terms(&layout.header);
        let Some(mut unfinished) = Unfinished::open(&path).map_err(failed)? else {
            let unfinished = Unfinished::path_of(&path);
            return Err(DumpError::Busy { path, unfinished });
        };
        let held = match begin {
            Begin::Resume => unfinished.held(&layout, &terms).map_err(failed)?,
            Begin::Over => Held::Nothing,
        };
        let (journal, whole, found) = match held {
            Held::Other(differences) => {
                let unfinished = unfinished.path().to_owned();
                return Err(DumpError::Differs { path, unfinished, differences });
            }
            Held::Rows(whole) => {
                unfinished.write_fixed(&layout).map_err(failed)?;
                let found = if whole.is_cut_short { Found::CutShort } else { Found::Rows };
                (Journal::new(layout.end(), &terms).0, whole, found)
            }
            held => {
                let laid_out = unfinished.lay_out(&layout, &terms);
                let journal = laid_out.inspect_err(|_| unfinished.remove()).map_err(failed)?;
                let proof = journal.seed();
                let found = if held == Held::Damaged { Found::Damaged } else { Found::Nothing };
                (journal, Whole { n_rows: 0, n_records: 0, proof, is_cut_short: false }, found)
            }
        };
        Ok(Self {
            unfinished,
            journal,
            layout,
            path,
            element: plan.element,
            n_layer: plan.meta.model.n_layer as usize,
            n_embd: plan.meta.model.n_embd as usize,
            n_written: whole.n_rows,
            n_records: whole.n_records,
            proof: whole.proof,
            found,
            synced: Instant::now(),
            is_finished: false,
            bytes: vec![],
        })
    }

    /// Rows that are whole.
    #[must_use]
    pub fn n_written(&self) -> usize {
        self.n_written
    }

    /// What was there at the beginning.
    #[must_use]
    pub fn found(&self) -> Found {
        self.found
    }

    /// Where the unfinished dump lies.
    #[must_use]
    pub fn unfinished_path(&self) -> &Path {
        self.unfinished.path()
    }

    /// Writes the next rows, `[rows, n_layer, n_embd]` with at least one row; they are kept or lost together.
    ///
    /// # Errors
    /// They are no whole rows, more than were announced, not finite or too large for the number format, or the disk is
    /// full. None of them is kept then, and those before are.
    pub fn push(&mut self, states: &[f32]) -> Result<(), DumpError> {
        let row_length = self.n_layer * self.n_embd;
        if states.is_empty() || !states.len().is_multiple_of(row_length) {
            let (path, prompt) = (self.path.clone(), self.n_written + 1);
            return Err(DumpError::RowLength { path, prompt, given: states.len(), announced: row_length });
        }
        let rows = self.n_written..self.n_written + states.len() / row_length;
        if rows.end > self.layout.n_rows {
            return Err(self.row_count(rows.end));
        }
        self.bytes.resize(states.len() * self.element.size(), 0);
        if let Some(wrong) = self.element.narrow(states, &mut self.bytes) {
            let (path, prompt) = (self.path.clone(), self.n_written + wrong / row_length + 1);
            let (layer, value) = (wrong % row_length / self.n_embd, states[wrong]);
            if value.is_finite() {
                return Err(DumpError::TooLarge { path, prompt, layer, value, element: self.element });
            }
            return Err(DumpError::NotFinite { path, prompt, layer });
        }
        self.write(rows.start, rows.end).map_err(|source| self.write_error(source))
    }

    /// First the rows, then the record that says so.
    fn write(&mut self, first: usize, n_rows: usize) -> io::Result<()> {
        self.unfinished.write_at(self.layout.row(first), &self.bytes)?;
        if self.synced.elapsed() >= SYNC_EVERY {
            self.unfinished.sync()?;
            self.synced = Instant::now();
        }
        let proof = *begin_proof(&self.proof, n_rows).update(&self.bytes).finalize().as_bytes();
        let record = Record { n_rows, proof };
        self.unfinished.write_at(self.journal.record_at(self.n_records), &record.to_bytes())?;
        self.proof = proof;
        self.n_records += 1;
        self.n_written = n_rows;
        Ok(())
    }

    /// Puts the dump in its place.
    ///
    /// # Errors
    /// Rows are missing, or the disk is full; what came is kept.
    pub fn finish(mut self) -> Result<(), DumpError> {
        if self.n_written != self.layout.n_rows {
            return Err(self.row_count(self.n_written));
        }
        let moved = self.unfinished.become_dump(&self.layout, &self.path);
        moved.map_err(|source| self.write_error(source))?;
        self.is_finished = true;
        Ok(())
    }

    /// Leaves nothing behind.
    pub fn discard(mut self) {
        self.unfinished.remove();
        self.is_finished = true;
    }

    fn row_count(&self, given: usize) -> DumpError {
        DumpError::RowCount { path: self.path.clone(), given, announced: self.layout.n_rows }
    }

    fn write_error(&self, source: io::Error) -> DumpError {
        DumpError::Write { path: self.path.clone(), source }
    }
}

/// Without a row there is nothing to go on with.
impl Drop for DumpWriter {
    fn drop(&mut self) {
        if !self.is_finished && self.n_written == 0 {
            self.unfinished.remove();
        }
    }
}
