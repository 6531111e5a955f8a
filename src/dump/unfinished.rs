//! The unfinished dump: a file beside the goal that holds the dump to be, with a journal behind it.
//!
//! It has its full length from the start, most of it a hole, and is changed only by writing rows and then the record
//! that says they are whole. Its first bytes are a mark in place of the header's length until every row is on the
//! disk, so no reader of safetensors takes it for a dump; then the length is written, the journal is cut off, and the
//! file is renamed. A kill between any two of these steps leaves something that the next start goes on from.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::journal::{FOOTER_BYTES, Hash, Journal, RECORD_BYTES, Record, begin_proof};
use super::layout::{LENGTH_BYTES, Layout, MAX_HEADER};
use super::plan::{Difference, Terms, differences};
use crate::files::{folder_of, sync_folder};

/// Stands where a finished dump has its header's length: as a length it is far beyond what any reader accepts.
const MARK: [u8; LENGTH_BYTES] = *b"unfinish";
/// How often the file is opened again when another process renames it in between.
const ATTEMPTS: usize = 16;

/// The file, locked: no other process works on it.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: File,
    path: PathBuf,
}

/// What an unfinished dump holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// No file, or one that was never laid out: no row can have come.
    Nothing,
    /// Something that no start or kill leaves behind.
    Damaged,
    /// It was begun as something else.
    Other(Vec<Difference>),
    /// Whole rows.
    Rows(Whole),
}

/// The rows that are whole, and where their record goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole {
    pub n_rows: usize,
    pub n_records: usize,
    pub proof: Hash,
    /// A record follows that does not hold: a power failure, or damage.
    pub is_cut_short: bool,
}

impl Unfinished {
    /// Where the unfinished dump of `goal` lies.
    pub fn path_of(goal: &Path) -> PathBuf {
        let mut name = std::ffi::OsString::from(".");
        name.push(goal.file_name().unwrap_or_default());
        name.push(".antidote-unfinished");
        goal.with_file_name(name)
    }

    /// Opens the file, or makes an empty one, and locks it. `None` if another process holds it.
    pub fn open(goal: &Path) -> io::Result<Option<Self>> {
        let path = Self::path_of(goal);
        for _ in 0..ATTEMPTS {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                // Some network file systems have no locks; refusing to dump there would be worse than trusting that
                // nobody starts the same dump twice at once.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Between opening and locking, the process that held it may have finished it and renamed it to its goal.
            if is_at(&file, &path)? {
                return Ok(Some(Self { file, path }));
            }
        }
        Err(io::Error::new(ErrorKind::Interrupted, "other processes keep replacing its unfinished file"))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds of the dump that `layout` and `terms` describe.
    pub fn held(&mut self, layout: &Layout, terms: &Terms) -> io::Result<Held> {
        let length = self.file.metadata()?.len();
        let mut start = [0; LENGTH_BYTES];
        if !self.read_at(0, &mut start)? {
            return Ok(if length == 0 { Held::Nothing } else { Held::Damaged });
        }
        // Laying out ends with the mark, so before it no row can have come.
        if start == [0; LENGTH_BYTES] {
            return Ok(Held::Nothing);
        }
        let Some((journal, then)) = self.journal(length)? else {
            return if start == MARK { Ok(Held::Damaged) } else { self.held_without_journal(start, length, layout) };
        };
        let differences = differences(&then, terms);
        if !differences.is_empty() {
            return Ok(Held::Other(differences));
        }
        if journal != Journal::new(layout.end(), terms).0 || length != journal.file_end(layout.n_rows) {
            return Ok(Held::Damaged);
        }
        Ok(Held::Rows(self.whole_rows(layout, &journal)?))
    }

    /// A finished dump, if it is one: its journal was cut off, so every row was on the disk, and only the renaming is
    /// missing.
    fn held_without_journal(&mut self, start: [u8; LENGTH_BYTES], length: u64, layout: &Layout) -> io::Result<Held> {
        if u64::from_le_bytes(start) > MAX_HEADER as u64 {
            return Ok(Held::Damaged);
        }
        let mut header = vec![0; layout.header.len()];
        let mut labels = vec![0; layout.labels.len()];
        let is_this = start == layout.header_length()
            && length == layout.end()
            && self.read_at(LENGTH_BYTES as u64, &mut header)?
            && self.read_at(layout.row(layout.n_rows), &mut labels)?
            && header == layout.header.as_bytes()
            && labels == layout.labels;
        if !is_this {
            let (then, now) = ("that of another dump".to_owned(), "this command's".to_owned());
            return Ok(Held::Other(vec![Difference { what: "its header".to_owned(), then, now }]));
        }
        let n_rows = layout.n_rows;
        Ok(Held::Rows(Whole { n_rows, n_records: 0, proof: [0; 32], is_cut_short: false }))
    }

    fn journal(&mut self, length: u64) -> io::Result<Option<(Journal, Terms)>> {
        let Some(footer_at) = length.checked_sub(FOOTER_BYTES as u64) else { return Ok(None) };
        let mut footer = [0; FOOTER_BYTES];
        if !self.read_at(footer_at, &mut footer)? {
            return Ok(None);
        }
        let Some(journal) = Journal::from_footer(&footer, length) else { return Ok(None) };
        let mut text = vec![0; journal.n_terms()];
        if !self.read_at(journal.terms_at(), &mut text)? {
            return Ok(None);
        }
        let terms = journal.read_terms(&text);
        Ok(terms.map(|terms| (journal, terms)))
    }

    /// Reads the rows again, record by record, as far as the records hold.
    fn whole_rows(&mut self, layout: &Layout, journal: &Journal) -> io::Result<Whole> {
        let mut whole = Whole { n_rows: 0, n_records: 0, proof: journal.seed(), is_cut_short: false };
        while whole.n_rows < layout.n_rows {
            let mut bytes = [0; RECORD_BYTES];
            if !self.read_at(journal.record_at(whole.n_records), &mut bytes)? || bytes == [0; RECORD_BYTES] {
                break;
            }
            let record = Record::from_bytes(&bytes);
            let rows = whole.n_rows..record.n_rows;
            if rows.is_empty() || rows.end > layout.n_rows {
                whole.is_cut_short = true;
                break;
            }
            let place = layout.rows(&rows);
            let mut proof = begin_proof(&whole.proof, rows.end);
            self.file.seek(SeekFrom::Start(place.start))?;
            proof.update_reader((&self.file).take(place.end - place.start))?;
            if *proof.finalize().as_bytes() != record.proof {
                whole.is_cut_short = true;
                break;
            }
            whole =
                Whole { n_rows: rows.end, n_records: whole.n_records + 1, proof: record.proof, is_cut_short: false };
        }
        Ok(whole)
    }

    /// Makes the file anew, without any row. The mark comes last: before it is there, nothing else counts.
    pub fn lay_out(&mut self, layout: &Layout, terms: &Terms) -> io::Result<Journal> {
        let (journal, text) = Journal::new(layout.end(), terms);
        let file_end = journal.file_end(layout.n_rows);
        self.file.set_len(0)?;
        self.file.set_len(file_end)?;
        self.write_fixed(layout)?;
        self.write_at(journal.terms_at(), &text)?;
        self.write_at(file_end - FOOTER_BYTES as u64, &journal.footer())?;
        self.file.sync_all()?;
        self.write_at(0, &MARK)?;
        self.file.sync_all()?;
        sync_folder(folder_of(&self.path))?;
        Ok(journal)
    }

    /// What is the same in every run of a command: cheaper to write again than to check.
    pub fn write_fixed(&mut self, layout: &Layout) -> io::Result<()> {
        self.write_at(LENGTH_BYTES as u64, layout.header.as_bytes())?;
        self.write_at(layout.row(layout.n_rows), &layout.labels)
    }

    pub fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }

    /// Waits until what was written is on the disk.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// All rows have come: makes it the dump at `goal`.
    pub fn become_dump(&mut self, layout: &Layout, goal: &Path) -> io::Result<()> {
        self.file.sync_data()?;
        self.write_at(0, &layout.header_length())?;
        self.file.sync_data()?;
        self.file.set_len(layout.end())?;
        self.file.sync_all()?;
        std::fs::rename(&self.path, goal)?;
        sync_folder(folder_of(goal))
    }

    /// Removes the file. Nothing can be done about a failure that would not also meet whoever removes it by hand.
    pub fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }

    /// Fills `bytes` from byte `at` on; false if the file ends before.
    fn read_at(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<bool> {
        self.file.seek(SeekFrom::Start(at))?;
        match self.file.read_exact(bytes) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Whether `file` is the one that `path` leads to.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    match same_file::Handle::from_path(path) {
        Ok(there) => Ok(there == same_file::Handle::from_file(file.try_clone()?)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
