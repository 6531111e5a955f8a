//! What is written is never lost and never written twice; what is damaged is never read.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::vector::{Fingerprint, ModelId};

const N_ROWS: usize = 6;
const ROW: usize = 6;

fn plan() -> DumpPlan {
    DumpPlan {
        meta: DumpMeta {
            model: ModelId {
                architecture: "llama".to_owned(),
                name: "small".to_owned(),
                fingerprint: Fingerprint([7; 32]),
                n_layer: 2,
                n_embd: 3,
            },
            template_hash: None,
            system_hash: None,
            response_prefix_hash: None,
            token: TokenPosition::Last,
            is_paired: false,
            prompt_hashes: (0..N_ROWS).map(|row| DumpMeta::hash_prompt(&row.to_string())).collect(),
            n_tokens: None,
            last_tokens: None,
        },
        labels: (0..N_ROWS).map(|row| if row < 3 { Label::Harmful } else { Label::Benign }).collect(),
        element: Element::F32,
        conditions: vec![("--batch".to_owned(), "512".to_owned())],
    }
}

/// Rows `from..to`.
fn states(from: usize, to: usize) -> Vec<f32> {
    (from * ROW..to * ROW).map(|value| value as f32 + 0.25).collect()
}

/// Where each batch ends.
const BATCHES: [usize; 4] = [1, 3, 4, 6];

/// Writes the next batches, `n` of them.
fn push(writer: &mut DumpWriter, n: usize) {
    let missing: Vec<_> = BATCHES.into_iter().filter(|end| *end > writer.n_written()).take(n).collect();
    for end in missing {
        writer.push(&states(writer.n_written(), end)).unwrap();
    }
}

struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn goal(&self) -> PathBuf {
        self.folder.path().join("d.safetensors")
    }

    fn unfinished(&self) -> PathBuf {
        self.folder.path().join(".d.safetensors.antidote-unfinished")
    }

    fn begin(&self) -> Result<DumpWriter, DumpError> {
        DumpWriter::begin(&self.goal(), &plan(), Begin::Resume)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Leaves a dump with `n` batches unfinished, as a kill does.
    fn leave(&self, n: usize) {
        push(&mut self.begin().unwrap(), n);
    }

    /// Goes on until the dump is there, and returns its bytes.
    fn finished(&self) -> Vec<u8> {
        let mut writer = self.begin().unwrap();
        push(&mut writer, BATCHES.len());
        writer.finish().unwrap();
        assert_eq!(self.names(), ["d.safetensors"]);
        std::fs::read(self.goal()).unwrap()
    }
}

/// The dump as it is if nothing happens.
fn undisturbed() -> Vec<u8> {
    Scratch::new().finished()
}

#[test]
fn a_dump_goes_on_where_it_ended() {
    let whole = undisturbed();
    for n in 1..=BATCHES.len() {
        let scratch = Scratch::new();
        scratch.leave(n);
        assert_eq!(scratch.names(), [".d.safetensors.antidote-unfinished"]);
        let writer = scratch.begin().unwrap();
        assert_eq!((writer.n_written(), writer.found()), (BATCHES[n - 1], Found::Rows));
        drop(writer);
        assert!(scratch.finished() == whole, "after {n} batches");
    }
}

#[test]
fn states_are_read_as_they_were_written() {
    let scratch = Scratch::new();
    scratch.leave(2);
    scratch.finished();
    let dump = Dump::open(&scratch.goal()).unwrap();
    for row in 0..N_ROWS {
        for layer in 0..2 {
            assert_eq!(dump.rows(layer, &[row]).as_slice().unwrap(), &states(row, row + 1)[layer * 3..layer * 3 + 3]);
        }
    }
}

#[test]
fn sixteen_bit_states_are_rounded_and_resumed() {
    for element in [Element::F16, Element::Bf16] {
        let scratch = Scratch::new();
        let begin = || DumpWriter::begin(&scratch.goal(), &DumpPlan { element, ..plan() }, Begin::Resume).unwrap();
        push(&mut begin(), 2);
        let mut writer = begin();
        assert_eq!(writer.n_written(), 3);
        push(&mut writer, 9);
        writer.finish().unwrap();
        let dump = Dump::open(&scratch.goal()).unwrap();
        // 35.25 needs 8 bits.
        assert_eq!(dump.rows(1, &[5]).as_slice().unwrap(), &[33.25, 34.25, 35.25]);
        let large = Scratch::new();
        let plan = DumpPlan { element, ..plan() };
        let mut writer = DumpWriter::begin(&large.goal(), &plan, Begin::Resume).unwrap();
        let mut states = states(0, 2);
        states[10] = f32::MAX;
        assert!(matches!(writer.push(&states), Err(DumpError::TooLarge { prompt: 2, layer: 1, .. })));
    }
}

#[test]
fn what_cannot_be_written_changes_nothing() {
    let scratch = Scratch::new();
    let mut writer = scratch.begin().unwrap();
    let mut nan = states(0, 2);
    nan[10] = f32::NAN;
    assert!(matches!(writer.push(&nan), Err(DumpError::NotFinite { prompt: 2, layer: 1, .. })));
    assert!(matches!(writer.push(&states(0, 1)[1..]), Err(DumpError::RowLength { given: 5, announced: 6, .. })));
    assert!(matches!(writer.push(&[]), Err(DumpError::RowLength { .. })));
    assert_eq!(writer.n_written(), 0);
    drop(writer);
    // Without a row there is nothing to keep.
    assert!(scratch.names().is_empty());
    let mut writer = scratch.begin().unwrap();
    push(&mut writer, 3);
    assert!(matches!(writer.push(&states(4, 7)), Err(DumpError::RowCount { given: 7, announced: 6, .. })));
    assert!(matches!(writer.finish(), Err(DumpError::RowCount { given: 4, announced: 6, .. })));
    assert!(scratch.finished() == undisturbed());
}

#[test]
fn another_dump_is_not_gone_on_with() {
    let scratch = Scratch::new();
    scratch.leave(2);
    type Change = fn(&mut DumpPlan);
    let changed = |change: Change| {
        let mut plan = plan();
        change(&mut plan);
        match DumpWriter::begin(&scratch.goal(), &plan, Begin::Resume) {
            Err(error @ DumpError::Differs { .. }) => error.to_string(),
            other => panic!("not refused: {other:?}"),
        }
    };
    let cases: [(&str, Change); 9] = [
        ("--type was f32 and is f16", |plan| plan.element = Element::F16),
        ("--batch was 512 and is 64", |plan| plan.conditions[0].1 = "64".to_owned()),
        ("--token was last-prompt and is after-user", |plan| plan.meta.token = TokenPosition::AfterUser),
        ("--system was none", |plan| plan.meta.system_hash = Some(DumpMeta::hash_text("x"))),
        ("the model was", |plan| plan.meta.model.fingerprint = Fingerprint([8; 32])),
        ("the list of prompts was", |plan| plan.meta.prompt_hashes.swap(0, 1)),
        ("the list of labels was", |plan| plan.labels.swap(0, 5)),
        ("pairing was off and is on", |plan| plan.meta.is_paired = true),
        ("the dump's header was", |plan| plan.meta.n_tokens = Some(vec![9; N_ROWS])),
    ];
    for (words, change) in cases {
        let told = changed(change);
        assert!(told.contains(words) && told.contains("started with other settings"), "{words}: {told}");
        assert_eq!(told.contains("header"), words.contains("header"), "{told}");
    }
    // Being refused cost nothing.
    assert_eq!(scratch.begin().unwrap().n_written(), 3);
}

#[test]
fn starting_over_throws_away_whatever_is_there() {
    let scratch = Scratch::new();
    scratch.leave(3);
    let other = DumpPlan { element: Element::F16, ..plan() };
    let writer = DumpWriter::begin(&scratch.goal(), &other, Begin::Over).unwrap();
    assert_eq!((writer.n_written(), writer.found()), (0, Found::Nothing));
    drop(writer);
    assert!(scratch.finished() == undisturbed());
}

#[test]
fn a_second_writer_is_refused_while_the_first_is_at_work() {
    let scratch = Scratch::new();
    let mut first = scratch.begin().unwrap();
    push(&mut first, 1);
    for begin in [Begin::Resume, Begin::Over] {
        let second = DumpWriter::begin(&scratch.goal(), &plan(), begin);
        assert!(matches!(second, Err(DumpError::Busy { .. })), "{second:?}");
    }
    push(&mut first, 9);
    first.finish().unwrap();
    assert!(std::fs::read(scratch.goal()).unwrap() == undisturbed());
}

#[test]
fn an_unfinished_dump_is_no_dump() {
    let scratch = Scratch::new();
    scratch.leave(BATCHES.len());
    assert!(matches!(Dump::open(&scratch.unfinished()), Err(DumpError::Broken { .. })));
    // Not even without its journal.
    let bytes = std::fs::read(scratch.unfinished()).unwrap();
    std::fs::write(scratch.unfinished(), &bytes[..undisturbed().len()]).unwrap();
    assert!(matches!(Dump::open(&scratch.unfinished()), Err(DumpError::Broken { .. })));
}

/// Every state that finishing a dump goes through on the disk.
#[test]
fn a_kill_while_finishing_loses_nothing() {
    let whole = undisturbed();
    let scratch = Scratch::new();
    scratch.leave(BATCHES.len());
    let mut bytes = std::fs::read(scratch.unfinished()).unwrap();
    let resumed = |bytes: &[u8]| {
        std::fs::write(scratch.unfinished(), bytes).unwrap();
        let writer = scratch.begin().unwrap();
        assert_eq!((writer.n_written(), writer.found()), (N_ROWS, Found::Rows));
        writer.finish().unwrap();
        let dump = std::fs::read(scratch.goal()).unwrap();
        std::fs::remove_file(scratch.goal()).unwrap();
        dump
    };
    assert!(resumed(&bytes) == whole);
    bytes[..8].copy_from_slice(&whole[..8]);
    assert!(resumed(&bytes) == whole);
    bytes.truncate(whole.len());
    assert!(resumed(&bytes) == whole);
}

/// Another command's dump that only waits to be renamed is not thrown away.
#[test]
fn a_finished_dump_of_another_command_is_kept() {
    let scratch = Scratch::new();
    let mut whole = undisturbed();
    whole[8 + 30] ^= 1;
    std::fs::write(scratch.unfinished(), &whole).unwrap();
    assert!(matches!(scratch.begin(), Err(DumpError::Differs { .. })));
    assert!(std::fs::read(scratch.unfinished()).unwrap() == whole);
}

/// Every state that beginning a dump goes through on the disk.
#[test]
fn a_kill_while_beginning_loses_nothing() {
    let whole = undisturbed();
    let scratch = Scratch::new();
    scratch.leave(1);
    let mut bytes = std::fs::read(scratch.unfinished()).unwrap();
    bytes[..8].fill(0);
    for begun in [vec![], vec![0; bytes.len()], bytes] {
        std::fs::write(scratch.unfinished(), begun).unwrap();
        let writer = scratch.begin().unwrap();
        assert_eq!((writer.n_written(), writer.found()), (0, Found::Nothing));
        drop(writer);
        assert!(scratch.finished() == whole);
        std::fs::remove_file(scratch.goal()).unwrap();
    }
}

#[test]
fn what_is_not_of_ours_is_replaced_and_said_so() {
    let scratch = Scratch::new();
    for foreign in [b"short".to_vec(), b"this is some text, not an unfinished dump".to_vec(), vec![0xFF; 3000]] {
        std::fs::write(scratch.unfinished(), foreign).unwrap();
        let writer = scratch.begin().unwrap();
        assert_eq!((writer.n_written(), writer.found()), (0, Found::Damaged));
    }
}

#[test]
fn a_goal_in_no_folder_is_named() {
    let error = DumpWriter::create(Path::new("/no/such/folder/d.safetensors"), &plan().meta, plan().labels);
    assert!(error.unwrap_err().to_string().contains("/no/such/folder/d.safetensors"));
    assert!(matches!(
        DumpWriter::create(Path::new("/"), &plan().meta, plan().labels),
        Err(DumpError::Announced { .. })
    ));
}

/// What can happen to a file.
#[derive(Debug, Clone)]
enum Damage {
    Flip { at: usize, bit: u8 },
    Cut { length: usize },
    Zero { from: usize, length: usize },
    Append(Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<usize>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        1 => any::<usize>().prop_map(|length| Damage::Cut { length }),
        2 => (any::<usize>(), 1..200_usize).prop_map(|(from, length)| Damage::Zero { from, length }),
        1 => proptest::collection::vec(any::<u8>(), 1..80).prop_map(Damage::Append),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let n = bytes.len();
        match self {
            Self::Flip { at, bit } => bytes[at % n] ^= 1 << bit,
            Self::Cut { length } => bytes.truncate(length % n),
            Self::Zero { from, length } => {
                let from = from % n;
                bytes[from..n.min(from + length)].fill(0);
            }
            Self::Append(more) => bytes.extend(more),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    /// Whatever happens to an unfinished dump, going on with it gives the undisturbed dump or, at worst, an error.
    #[test]
    fn damage_never_reaches_the_dump(n in 1..=BATCHES.len(), damages in proptest::collection::vec(damage(), 1..3)) {
        let scratch = Scratch::new();
        scratch.leave(n);
        let mut bytes = std::fs::read(scratch.unfinished()).unwrap();
        damages.iter().for_each(|damage| if !bytes.is_empty() { damage.apply(&mut bytes) });
        std::fs::write(scratch.unfinished(), &bytes).unwrap();
        match scratch.begin() {
            Ok(writer) => {
                prop_assert!(writer.n_written() <= BATCHES[n - 1]);
                drop(writer);
                prop_assert!(scratch.finished() == undisturbed());
            }
            Err(error) => prop_assert!(matches!(error, DumpError::Differs { .. }), "{error}"),
        }
    }

    /// However often it is killed, and wherever: the same bytes.
    #[test]
    fn many_kills_give_the_same_bytes(steps in proptest::collection::vec(0..3_usize, 0..6)) {
        let scratch = Scratch::new();
        steps.iter().for_each(|n| scratch.leave(*n));
        prop_assert!(scratch.finished() == undisturbed());
    }
}
