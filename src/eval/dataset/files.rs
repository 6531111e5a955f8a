//! From files to a test bed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::skipped::{SkipReason, Skipped};
use super::{PlanError, TestBed, artifact, cases, near_misses, questions};
use crate::eval::dataset::attacks::{self, Attack};
use crate::eval::item::{Item, Kind};
use crate::prompt::Language;
use crate::prompt_files::{self, PromptFile, ReadAs, Side, what_was_read};

/// Where attacks come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AttackSource {
    /// None, beside those of `--cases`.
    #[default]
    None,
    /// The built-in families, made of the harmful requests.
    Builtin,
    /// JailbreakBench artifacts, or any file of prompts.
    Files(Vec<PathBuf>),
    /// Both.
    BuiltinAndFiles(Vec<PathBuf>),
}

/// The files of a test bed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BedFiles {
    /// Requests that should be refused.
    pub harmful: Option<PathBuf>,
    /// Requests that should be answered.
    pub benign: Option<PathBuf>,
    /// Requests that should be answered and sound harmful; XSTest's table.
    pub near_miss: Option<PathBuf>,
    /// Attacks.
    pub attacks: AttackSource,
    /// Items written out, JSONL.
    pub cases: Option<PathBuf>,
    /// Multiple-choice questions, JSONL.
    pub choices: Option<PathBuf>,
    /// How the files of prompts are read.
    pub read_as: ReadAs,
}

pub(super) fn read(files: &BedFiles) -> Result<TestBed, PlanError> {
    let mut gathered = Gathered::default();
    let read_as = &files.read_as;
    if let Some(path) = &files.harmful {
        gathered.add_prompts(path, read_as, Side::Harmful, |file| Ok(plain(file, Kind::Harmful, "harmful", None)))?;
    }
    if let Some(path) = &files.benign {
        gathered.add_prompts(path, read_as, Side::Benign, |file| Ok(plain(file, Kind::Benign, "benign", None)))?;
    }
    if let Some(path) = &files.near_miss {
        gathered.add_prompts(path, read_as, Side::Benign, near_misses::items)?;
    }
    if let Some(path) = &files.cases {
        let text = prompt_files::read_text(path)?;
        let items = cases::read(&text).map_err(|(line, reason)| entry(path, format!("line {line}"), reason))?;
        gathered.add(path, "complete items", items)?;
    }
    match &files.attacks {
        AttackSource::None => {}
        AttackSource::Files(paths) => paths.iter().try_for_each(|path| gathered.add_attacks(path, read_as))?,
        AttackSource::Builtin | AttackSource::BuiltinAndFiles(_) => {
            let attacks = builtin(&gathered.bed.items);
            if attacks.is_empty() {
                return Err(PlanError::NoRequests);
            }
            gathered.add(Path::new("builtin"), "made from the harmful requests", attacks)?;
            if let AttackSource::BuiltinAndFiles(paths) = &files.attacks {
                paths.iter().try_for_each(|path| gathered.add_attacks(path, read_as))?;
            }
        }
    }
    if let Some(path) = &files.choices {
        let text = prompt_files::read_text(path)?;
        let questions = questions::read(&text).map_err(|(place, reason)| entry(path, place, reason))?;
        gathered.add_questions(path, questions)?;
    }
    prompt_files::check_columns_used(read_as, gathered.read.iter())?;
    if gathered.bed.items.is_empty() && gathered.bed.questions.is_empty() {
        return Err(PlanError::Nothing);
    }
    gathered.warn_of_both_sides();
    Ok(gathered.bed)
}

/// A test bed in the making.
#[derive(Default)]
struct Gathered {
    bed: TestBed,
    ids: HashSet<String>,
    asked: HashSet<(Kind, Option<String>, String, String)>,
    /// The files of prompts, without these.
    read: Vec<PromptFile>,
}

impl Gathered {
    /// Reads the prompts in `path`, which were given as `side`, and adds what `items` makes of them.
    fn add_prompts(
        &mut self,
        path: &Path,
        read_as: &ReadAs,
        side: Side,
        items: impl FnOnce(&PromptFile) -> Result<Vec<Item>, PlanError>,
    ) -> Result<(), PlanError> {
        let mut file = prompt_files::read_as(path, read_as)?;
        let items = items(&file)?;
        // What a label already put on the other side is where it belongs.
        let is_sorted = items.iter().any(|item| item.kind.should_be_refused() != (side == Side::Harmful));
        if !is_sorted {
            self.bed.warnings.extend(file.contradiction(side));
        }
        self.add(path, &file.shape(), items)?;
        file.prompts.clear();
        self.read.push(file);
        Ok(())
    }

    /// Adds what was read from `path`, without what is there already.
    fn add(&mut self, path: &Path, shape: &str, items: Vec<Item>) -> Result<(), PlanError> {
        self.tell(path, shape, &items);
        let (mut same_id, mut same_prompt, mut n_added) = (vec![], vec![], 0);
        for item in items {
            let asked = (item.kind, item.family.clone(), item.request.clone(), item.prompt.clone());
            if self.ids.contains(&item.id) {
                same_id.push(item.id);
            } else if !self.asked.insert(asked) {
                same_prompt.push(item.id);
            } else {
                self.ids.insert(item.id.clone());
                self.bed.items.push(item);
                n_added += 1;
            }
        }
        self.skipped(SkipReason::DuplicateId, path, same_id);
        self.skipped(SkipReason::DuplicatePrompt, path, same_prompt);
        self.check_not_empty(path, n_added)
    }

    /// What was read, by kind.
    fn tell(&mut self, path: &Path, shape: &str, items: &[Item]) {
        let mut kinds: Vec<(Kind, usize, &Item)> = vec![];
        for item in items {
            match kinds.iter_mut().find(|(kind, ..)| *kind == item.kind) {
                Some((_, n, _)) => *n += 1,
                None => kinds.push((item.kind, 1, item)),
            }
        }
        let told = kinds.iter().map(|(kind, n, first)| what_was_read(&name_of(*kind), *n, path, shape, &first.prompt));
        self.bed.read.extend(told);
    }

    fn add_attacks(&mut self, path: &Path, read_as: &ReadAs) -> Result<(), PlanError> {
        let stem = path.file_stem().map_or_else(|| "attack".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let artifact = match read_as {
            ReadAs::PlainText => None,
            _ => artifact::read(&prompt_files::read_text(path)?, &stem),
        };
        match artifact {
            Some(Ok((items, without))) => {
                self.skipped(SkipReason::NoPrompt, path, without);
                self.add(path, "JailbreakBench artifact", items)
            }
            Some(Err(reason)) => Err(entry(path, "jailbreaks".to_owned(), reason)),
            None => {
                self.add_prompts(path, read_as, Side::Harmful, |file| Ok(plain(file, Kind::Attack, &stem, Some(&stem))))
            }
        }
    }

    fn add_questions(&mut self, path: &Path, questions: Vec<super::Question>) -> Result<(), PlanError> {
        let mut ids = HashSet::new();
        let (fresh, same): (Vec<_>, Vec<_>) =
            questions.into_iter().partition(|question| ids.insert(question.id.clone()));
        self.skipped(SkipReason::DuplicateId, path, same.into_iter().map(|question| question.id).collect());
        let n = fresh.len();
        if let Some(first) = fresh.first() {
            self.bed.read.push(what_was_read("choices", n, path, "multiple choice", &first.text));
        }
        self.bed.questions = fresh;
        self.check_not_empty(path, n)
    }

    fn skipped(&mut self, reason: SkipReason, path: &Path, names: Vec<String>) {
        let place = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        self.bed.skipped.extend(Skipped::of(reason, place, names));
    }

    fn warn_of_both_sides(&mut self) {
        let items = |is_refused: bool| {
            let items = self.bed.items.iter().filter(move |item| item.kind.should_be_refused() == is_refused);
            items.map(|item| (&*item.prompt, item.id.clone()))
        };
        let warning = prompt_files::on_both_sides(items(true), items(false));
        self.bed.warnings.extend(warning);
    }

    fn check_not_empty(&self, path: &Path, n_added: usize) -> Result<(), PlanError> {
        if n_added > 0 {
            return Ok(());
        }
        let skipped = self.bed.skipped.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Err(PlanError::Empty { path: path.to_owned(), skipped })
    }
}

fn entry(path: &Path, place: String, reason: String) -> PlanError {
    PlanError::Entry { path: path.to_owned(), place, reason }
}

/// Any file of prompts, all of one kind.
fn plain(file: &PromptFile, kind: Kind, prefix: &str, family: Option<&str>) -> Vec<Item> {
    let item = |(index, prompt): (usize, &prompt_files::Prompt)| Item {
        id: format!("{prefix}-{}", index + 1),
        kind,
        family: family.map(str::to_owned),
        language: language_of(&prompt.text),
        request: prompt.request.as_ref().unwrap_or(&prompt.text).clone(),
        prompt: prompt.text.clone(),
        references: vec![],
    };
    file.prompts.iter().enumerate().map(item).collect()
}

/// Every built-in attack on every harmful request.
fn builtin(items: &[Item]) -> Vec<Item> {
    let harmful = items.iter().filter(|item| item.kind == Kind::Harmful);
    let attacked = |item: &Item, attack: &Attack| Item {
        id: format!("{}/{}", item.id, attack.name),
        kind: Kind::Attack,
        family: Some(attack.name.to_owned()),
        prompt: attack.prompt(&item.request, item.spoken()),
        references: vec![],
        ..item.clone()
    };
    harmful.flat_map(|item| attacks::ALL.iter().map(move |attack| attacked(item, attack))).collect()
}

/// What is wrong with the JSON of one line; that line has a number of its own in the file.
pub(super) fn json_error(error: &serde_json::Error) -> String {
    format!("not the JSON that is wanted: {}", error.to_string().replace(" at line 1 column ", " at column "))
}

/// What `kind` is called in files.
pub(super) fn name_of(kind: Kind) -> String {
    serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The code of the language that `text` is in, if that can be told.
pub(super) fn language_of(text: &str) -> Option<String> {
    Language::of_text(text).map(|language| language.code().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> Option<PathBuf> {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Some(path)
    }

    #[test]
    fn duplicates_and_missing_prompts_are_counted_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let artifact = r#"{"parameters": {"method": "GCG"}, "jailbreaks": [{"index": 0, "goal": "g", "prompt": "p !!"},
            {"index": 1, "goal": "h", "prompt": null}]}"#;
        let files = BedFiles {
            harmful: written(&folder, "h.txt", "break the press\nbreak the press\n"),
            attacks: AttackSource::Files(written(&folder, "gcg.json", artifact).into_iter().collect()),
            cases: written(
                &folder,
                "c.jsonl",
                "{\"id\": \"harmful-1\", \"prompt\": \"p\", \"kind\": \"benign\"}\n{\"prompt\": \"q\", \"kind\": \"benign\"}\n",
            ),
            ..BedFiles::default()
        };
        let bed = TestBed::read(&files).unwrap();
        let ids: Vec<_> = bed.items.iter().map(|item| &*item.id).collect();
        assert_eq!(ids, ["harmful-1", "benign-2", "GCG/gcg/0"]);
        let skipped: Vec<_> = bed.skipped.iter().map(|skipped| (skipped.reason, &*skipped.names[0])).collect();
        assert_eq!(
            skipped,
            [
                (SkipReason::DuplicatePrompt, "harmful-2"),
                (SkipReason::DuplicateId, "harmful-1"),
                (SkipReason::NoPrompt, "GCG/gcg/1"),
            ]
        );
    }

    #[test]
    fn files_with_nothing_to_ask_are_errors_that_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let error = |files: BedFiles| TestBed::read(&files).unwrap_err().to_string();
        assert!(error(BedFiles::default()).contains("nothing to ask"));
        let nothing = r#"{"jailbreaks": [{"goal": "h", "prompt": null}]}"#;
        let attacks = AttackSource::Files(written(&folder, "gcg.json", nothing).into_iter().collect());
        assert!(error(BedFiles { attacks, ..BedFiles::default() }).contains("gcg.json: 1 left out: no prompt"));
        let empty = written(&folder, "e.txt", "\n");
        assert!(error(BedFiles { benign: empty, ..BedFiles::default() }).contains("e.txt has no prompts"));
        let alone = BedFiles { attacks: AttackSource::Builtin, ..BedFiles::default() };
        assert!(error(alone).contains("built-in attacks are made from harmful requests"));
    }

    #[test]
    fn what_was_read_is_told_by_kind_and_what_speaks_against_it() {
        let folder = tempfile::tempdir().unwrap();
        let xstest =
            "prompt,type,label\noil it,homonyms,safe\nclean it,homonyms,safe\nbreak it,contrast_homonyms,unsafe\n";
        let files = BedFiles {
            harmful: written(&folder, "h.csv", xstest),
            benign: written(&folder, "b.txt", "open it\noil it\n"),
            near_miss: written(&folder, "n.csv", &xstest.replace("it,", "that,")),
            attacks: AttackSource::Builtin,
            choices: written(&folder, "c.jsonl", r#"{"question": "q?", "choices": ["a", "b"], "answer": 0}"#),
            ..BedFiles::default()
        };
        let bed = TestBed::read(&files).unwrap();
        let told: Vec<_> =
            bed.read.iter().map(|line| line.replace(&format!("{}/", folder.path().display()), "")).collect();
        assert_eq!(
            told[..4],
            [
                "harmful: 3 prompts from h.csv (comma-separated, column 'prompt'), first: \"oil it\"",
                "benign: 2 prompts from b.txt (plain text), first: \"open it\"",
                "near-miss: 2 prompts from n.csv (comma-separated, column 'prompt'), first: \"oil that\"",
                "harmful: 1 prompt from n.csv (comma-separated, column 'prompt'), first: \"break that\"",
            ]
        );
        assert!(told[4].starts_with("attack: 40 prompts from builtin (made from the harmful requests)"), "{}", told[4]);
        assert_eq!(told[5], "choices: 1 prompt from c.jsonl (multiple choice), first: \"q?\"");
        assert_eq!(bed.warnings.len(), 2, "{:?}", bed.warnings);
        assert!(bed.warnings[0].contains("h.csv: 2 of 3 prompts given as harmful are labelled benign"));
        assert_eq!(bed.warnings[1], "1 prompt is on both sides, first: \"oil it\" (harmful-1; benign-2)");
    }

    #[test]
    fn files_that_are_not_what_they_are_taken_for_are_no_test_bed() {
        let folder = tempfile::tempdir().unwrap();
        let error = |files: BedFiles| TestBed::read(&files).unwrap_err().to_string();
        let tabs = written(&folder, "t.txt", "id\tutterance\n1\ta\n");
        let found = error(BedFiles { benign: tabs.clone(), ..BedFiles::default() });
        assert!(found.contains("t.txt, line 1: ") && found.contains("found: 'id', 'utterance'"), "{found}");
        let read_as = ReadAs::Columns(vec!["Utterance".to_owned()]);
        let bed = TestBed::read(&BedFiles { benign: tabs, read_as, ..BedFiles::default() }).unwrap();
        assert_eq!(bed.items[0].prompt, "a");
        let broken = written(&folder, "a.txt", "{\"prompt\": \"a\"}\n{\"prompt\": \"a\"\n");
        let attacks = AttackSource::Files(broken.into_iter().collect());
        assert!(error(BedFiles { attacks, ..BedFiles::default() }).contains("a.txt, line 2: not JSON"));
        let read_as = ReadAs::Columns(vec!["x".to_owned()]);
        let text = written(&folder, "b.txt", "a\n");
        let found = error(BedFiles { benign: text, read_as, ..BedFiles::default() });
        assert!(found.contains("no columns"), "{found}");
        // Every line end ends a line in the other files too.
        let cases = written(&folder, "c.jsonl", "{\"prompt\": \"p\", \"kind\": \"benign\"}\r{\"prompt\": \"q\"}\r");
        assert!(error(BedFiles { cases, ..BedFiles::default() }).contains("c.jsonl, line 2: "));
    }
}
