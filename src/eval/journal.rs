//! The *journal* of an evaluation: a folder with a line for every record that is finished (`records.jsonl`) and with what
//! must stay the same for the records to belong together (`run.json`). Killed at any moment, it loses what was in the
//! making and nothing else.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::arm::Arm;
use super::lines;
use super::record::Record;
use crate::files::{AtomicFile, write_atomically};

/// The records, a line each.
pub const RECORDS: &str = "records.jsonl";
/// What they were made of.
pub const RUN: &str = "run.json";

/// Lines written in this time may be lost if the machine, and not only the program, stops.
const SYNC_EVERY: Duration = Duration::from_secs(5);

/// A journal that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The folder or a file in it cannot be read or written.
    #[error("cannot read or write {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is no record.
    #[error("{}, line {line}: not a record: {reason}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// The folder holds another evaluation.
    #[error("{} holds another evaluation: {differences}", .path.display())]
    Another {
        /// The folder.
        path: PathBuf,
        /// What differs.
        differences: String,
    },
    /// Another program writes to it now.
    #[error("{} is in use by another evaluation", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Records without what they belong to, or nothing at all.
    #[error("{} holds no evaluation (it has no {RUN})", .path.display())]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
}

/// What is recorded of what, as far as nothing is done twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// An answer to an item.
    #[must_use]
    pub fn answer(arm: &Arm, item: &str) -> Self {
        Self::of("answered", arm, item)
    }

    /// The likelihood of an item's known answer.
    #[must_use]
    pub fn likelihood(arm: &Arm, item: &str) -> Self {
        Self::of("likelihood", arm, item)
    }

    /// A multiple-choice question.
    #[must_use]
    pub fn choice(arm: &Arm, id: &str) -> Self {
        Self::of("choice", arm, id)
    }

    /// A comparison with the plain model's answer.
    #[must_use]
    pub fn comparison(arm: &Arm, item: &str) -> Self {
        Self::of("comparison", arm, item)
    }

    /// As text, to be kept in a file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(what: &str, arm: &Arm, id: &str) -> Self {
        let sparsity = arm.sparsity.map(f32::to_bits);
        Self(format!("{what} {} {} {sparsity:?} {id}", arm.defence, arm.alpha.to_bits()))
    }

    /// What `record` is about.
    #[must_use]
    pub fn of_record(record: &Record) -> Self {
        match record {
            Record::Answered(it) => Self::answer(&it.arm, &it.item.id),
            Record::Likelihood(it) => Self::likelihood(&it.arm, &it.item_id),
            Record::Choice(it) => Self::choice(&it.arm, &it.id),
            Record::Comparison(it) => Self::comparison(&it.arm, &it.item_id),
        }
    }
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    file: File,
    records: Vec<Record>,
    keys: HashSet<Key>,
    synced: Instant,
    /// Held for as long as the journal is open, so that no two programs write to it.
    _lock: File,
}

impl Journal {
    /// Opens the journal in `folder`, or begins one, for a run that `pins` describe: names and values of everything that
    /// decides what a record says. An earlier run must have had the same.
    ///
    /// # Errors
    /// The folder cannot be written to, is in use, holds another evaluation or a line that is no record.
    pub fn open(folder: &Path, pins: &Map<String, Value>) -> Result<Self, JournalError> {
        std::fs::create_dir_all(folder).map_err(|source| io_error(folder, source))?;
        let lock = lock(folder)?;
        let path = folder.join(RUN);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let differences = differences(&text, pins);
                if !differences.is_empty() {
                    return Err(JournalError::Another { path: folder.to_owned(), differences });
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut text = serde_json::to_string_pretty(pins).unwrap_or_default();
                text.push('\n');
                write_atomically(&path, text.as_bytes()).map_err(|source| io_error(&path, source))?;
            }
            Err(source) => return Err(io_error(&path, source)),
        }
        Self::take_up(folder, lock)
    }

    /// Opens the journal in `folder` whatever it is of, to judge it again. Returns what pins it, too.
    ///
    /// # Errors
    /// There is none, it is in use, or a line is no record.
    pub fn open_any(folder: &Path) -> Result<(Self, Map<String, Value>), JournalError> {
        let path = folder.join(RUN);
        let nothing = || JournalError::Nothing { path: folder.to_owned() };
        let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => nothing(),
            _ => io_error(&path, error),
        })?;
        let pins = serde_json::from_str(&text).map_err(|_| nothing())?;
        Ok((Self::take_up(folder, lock(folder)?)?, pins))
    }

    fn take_up(folder: &Path, lock: File) -> Result<Self, JournalError> {
        let path = folder.join(RECORDS);
        let (file, text) = lines::open(&path).map_err(|source| io_error(&path, source))?;
        let (mut records, mut keys) = (vec![], HashSet::new());
        for (index, line) in text.lines().enumerate() {
            let record: Record = serde_json::from_str(line).map_err(|error| JournalError::Line {
                path: path.clone(),
                line: index + 1,
                reason: error.to_string(),
            })?;
            if keys.insert(Key::of_record(&record)) {
                records.push(record);
            }
        }
        Ok(Self { folder: folder.to_owned(), file, records, keys, synced: Instant::now(), _lock: lock })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything recorded so far.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Everything recorded so far, to be judged.
    pub fn records_mut(&mut self) -> &mut [Record] {
        &mut self.records
    }

    /// Whether that is recorded.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }

    /// Records something. A second record of the same is passed over.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn push(&mut self, record: Record) -> Result<(), JournalError> {
        if !self.keys.insert(Key::of_record(&record)) {
            return Ok(());
        }
        let path = || self.folder.join(RECORDS);
        self.file.write_all(line(&record).as_bytes()).map_err(|source| io_error(&path(), source))?;
        if self.synced.elapsed() > SYNC_EVERY {
            self.file.sync_data().map_err(|source| io_error(&path(), source))?;
            self.synced = Instant::now();
        }
        self.records.push(record);
        Ok(())
    }

    /// Keeps the records for which `keep` is true; the file follows when it is put in order.
    pub fn retain(&mut self, keep: impl Fn(&Record) -> bool) {
        self.records.retain(keep);
        self.keys = self.records.iter().map(Key::of_record).collect();
    }

    /// Writes everything anew, in the order of `place`: after that the file is the same whatever order the records came
    /// in, and however often the run was taken up again.
    ///
    /// # Errors
    /// The file cannot be written; the old one then stays.
    pub fn put_in_order<K: Ord>(&mut self, place: impl Fn(&Record) -> K) -> Result<(), JournalError> {
        self.records.sort_by_cached_key(place);
        let path = self.folder.join(RECORDS);
        let write = || -> io::Result<File> {
            let mut file = AtomicFile::create(&path)?;
            for record in &self.records {
                file.write_all(line(record).as_bytes())?;
            }
            file.commit()?;
            OpenOptions::new().append(true).open(&path)
        };
        self.file = write().map_err(|source| io_error(&path, source))?;
        Ok(())
    }
}

fn line(record: &Record) -> String {
    let mut line = serde_json::to_string(record).unwrap_or_default();
    line.push('\n');
    line
}

fn io_error(path: &Path, source: io::Error) -> JournalError {
    JournalError::Io { path: path.to_owned(), source }
}

/// Nobody else may write to `folder` as long as the file that is returned is open.
fn lock(folder: &Path) -> Result<File, JournalError> {
    let path = folder.join(".lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| io_error(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(JournalError::InUse { path: folder.to_owned() }),
        // Not every file system has locks; two runs at once are then the person's own care.
        Err(std::fs::TryLockError::Error(_)) => Ok(file),
    }
}

/// What an earlier run had otherwise, in words; empty if nothing.
fn differences(text: &str, pins: &Map<String, Value>) -> String {
    let Ok(earlier) = serde_json::from_str::<Map<String, Value>>(text) else {
        return format!("its {RUN} cannot be read");
    };
    let names = earlier.keys().chain(pins.keys().filter(|name| !earlier.contains_key(*name)));
    let null = Value::Null;
    let differing = names.filter_map(|name| {
        let (there, now) = (earlier.get(name).unwrap_or(&null), pins.get(name).unwrap_or(&null));
        (there != now).then(|| format!("{name} was {there} and is {now}"))
    });
    differing.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Choice;

    fn choice(id: &str, alpha: f32) -> Record {
        Record::Choice(Choice { arm: Arm::steered(alpha, None), id: id.to_owned(), right: 0, taken: 1 })
    }

    fn pins(seed: u64) -> Map<String, Value> {
        Map::from_iter([("seed".to_owned(), seed.into()), ("model".to_owned(), "m".into())])
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_journal_goes_on_where_it_was_without_a_line_that_was_cut_off() {
        let folder = folder();
        let mut journal = Journal::open(folder.path(), &pins(1)).unwrap();
        journal.push(choice("a", 0.1)).unwrap();
        journal.push(choice("b", 0.1)).unwrap();
        journal.push(choice("b", 0.1)).unwrap();
        drop(journal);
        let path = folder.path().join(RECORDS);
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"record\":\"choice\",\"ar");
        std::fs::write(&path, &text).unwrap();
        let mut journal = Journal::open(folder.path(), &pins(1)).unwrap();
        assert_eq!(journal.records(), [choice("a", 0.1), choice("b", 0.1)]);
        assert!(journal.has(&Key::choice(&Arm::steered(0.1, None), "a")));
        assert!(!journal.has(&Key::choice(&Arm::steered(0.2, None), "a")));
        assert!(!journal.has(&Key::choice(&Arm::steered(0.1, Some(5.0)), "a")));
        journal.push(choice("c", 0.1)).unwrap();
        journal.put_in_order(|record| std::cmp::Reverse(format!("{record:?}"))).unwrap();
        journal.push(choice("d", 0.1)).unwrap();
        drop(journal);
        let journal = Journal::open(folder.path(), &pins(1)).unwrap();
        assert_eq!(journal.records(), [choice("c", 0.1), choice("b", 0.1), choice("a", 0.1), choice("d", 0.1)]);
    }

    #[test]
    fn another_run_in_the_same_folder_is_refused_with_what_differs() {
        let folder = folder();
        drop(Journal::open(folder.path(), &pins(1)).unwrap());
        let error = Journal::open(folder.path(), &pins(2)).unwrap_err().to_string();
        assert!(error.contains("seed was 1 and is 2") && !error.contains("model"), "{error}");
    }

    #[test]
    fn a_broken_line_is_named_and_two_at_once_are_refused() {
        let folder = folder();
        let mut journal = Journal::open(folder.path(), &pins(1)).unwrap();
        journal.push(choice("a", 0.1)).unwrap();
        assert!(matches!(Journal::open(folder.path(), &pins(1)), Err(JournalError::InUse { .. })));
        drop(journal);
        let path = folder.path().join(RECORDS);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}nonsense\n{text}")).unwrap();
        assert!(matches!(Journal::open(folder.path(), &pins(1)), Err(JournalError::Line { line: 2, .. })));
        let nowhere = folder.path().join("none");
        assert!(matches!(Journal::open_any(&nowhere), Err(JournalError::Nothing { .. })));
    }
}
