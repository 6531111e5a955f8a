//! What is written is read, and whatever breaks a rule is refused with its place.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ndarray::array;
use proptest::prelude::*;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::*;
use crate::vector::{Fingerprint, ModelId};

const ROWS: [[f32; 6]; 2] = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]];

fn meta() -> DumpMeta {
    DumpMeta {
        model: ModelId {
            architecture: "llama".to_owned(),
            name: "a \"quoted\" ünï".to_owned(),
            fingerprint: Fingerprint([7; 32]),
            n_layer: 2,
            n_embd: 3,
        },
        template_hash: Some(DumpMeta::hash_template("{{ messages }}")),
        system_hash: None,
        response_prefix_hash: Some(DumpMeta::hash_text("Sure")),
        token: TokenPosition::Last,
        is_paired: true,
        prompt_hashes: vec![DumpMeta::hash_prompt("a"), DumpMeta::hash_prompt("b")],
        n_tokens: Some(vec![7, 8]),
        last_tokens: Some(vec![3, 0]),
    }
}

fn labels() -> Vec<Label> {
    vec![Label::Harmful, Label::Benign]
}

/// A dump of [`ROWS`], in a folder that lasts as long as the first value.
fn written() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.safetensors");
    let mut writer = DumpWriter::create(&path, &meta(), labels()).unwrap();
    ROWS.iter().for_each(|row| writer.push(row).unwrap());
    writer.finish().unwrap();
    (folder, path)
}

/// A dump made by the safetensors crate, after `change` was made to its metadata and tensors.
fn made_by_others(
    change: impl FnOnce(&mut HashMap<String, String>, &mut Vec<(&'static str, Dtype, Vec<usize>, Vec<u8>)>),
) -> Result<Dump, DumpError> {
    let mut strings: HashMap<_, _> = meta().to_strings().into_iter().collect();
    let states = bytemuck::cast_slice(ROWS.as_flattened()).to_vec();
    let mut tensors = vec![(STATES, Dtype::F32, vec![2, 2, 3], states), (LABELS, Dtype::U8, vec![2], vec![1, 0])];
    change(&mut strings, &mut tensors);
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    std::fs::write(&path, safetensors::serialize(views, Some(strings)).unwrap()).unwrap();
    Dump::open(&path)
}

fn error(result: Result<Dump, DumpError>) -> FormatError {
    match result {
        Err(DumpError::Broken { error, .. }) => error,
        other => panic!("not refused as it should be: {other:?}"),
    }
}

#[test]
fn what_is_written_is_read() {
    let (_folder, path) = written();
    let dump = Dump::open(&path).unwrap();
    assert_eq!((dump.path(), dump.meta(), dump.labels()), (path.as_path(), &meta(), labels().as_slice()));
    assert_eq!((dump.n_prompts(), dump.n_layer(), dump.n_embd()), (2, 2, 3));
    assert_eq!(dump.rows(1, &[1]), array![[-4.0, -5.0, -6.0]]);
    assert_eq!(dump.layer(0), array![[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]]);
    assert_eq!(dump.layer(1), array![[4.0, 5.0, 6.0], [-4.0, -5.0, -6.0]]);
}

#[test]
fn the_same_dump_has_the_same_bytes_and_aligned_data() {
    let ((_a, a), (_b, b)) = (written(), written());
    let bytes = std::fs::read(a).unwrap();
    assert_eq!(bytes, std::fs::read(b).unwrap());
    assert_eq!((bytes.len() - ROWS.as_flattened().len() * 4 - ROWS.len()) % 8, 0);
}

#[test]
fn dumps_made_by_other_programs_are_read() {
    let dump = made_by_others(|_, _| {}).unwrap();
    assert_eq!((dump.meta(), dump.labels()), (&meta(), labels().as_slice()));
    assert_eq!(dump.rows(1, &[0]), array![[4.0, 5.0, 6.0]]);
    let without_template = made_by_others(|strings, _| {
        strings.insert("antidote.chat_template".to_owned(), "none".to_owned());
    });
    assert_eq!(without_template.unwrap().meta().template_hash, None);
}

#[test]
fn what_version_2_added_may_be_missing() {
    let added = ["system", "response_prefix", "paired", "n_tokens", "last_tokens"];
    let of_version = |version: &str| {
        made_by_others(|strings, _| {
            added.iter().for_each(|name| drop(strings.remove(&format!("antidote.{name}"))));
            strings.insert("antidote.version".to_owned(), version.to_owned());
        })
    };
    let bare = DumpMeta {
        system_hash: None,
        response_prefix_hash: None,
        is_paired: false,
        n_tokens: None,
        last_tokens: None,
        ..meta()
    };
    assert_eq!(of_version("1").unwrap().meta(), &bare);
    assert_eq!(of_version("2").unwrap().meta(), &bare);
    let other_token = |version: &str| {
        made_by_others(|strings, _| {
            strings.insert("antidote.version".to_owned(), version.to_owned());
            strings.insert("antidote.token".to_owned(), "mean:3".to_owned());
        })
    };
    assert!(matches!(error(other_token("1")), FormatError::Value { .. }));
    assert_eq!(other_token("2").unwrap().meta().token.to_string(), "mean:3");
}

#[test]
fn pairs_need_two_equal_sides() {
    let uneven = made_by_others(|_, tensors| tensors[1].3 = vec![1, 1]);
    assert_eq!(error(uneven), FormatError::Pairs { n_harmful: 2, n_benign: 0 });
}

#[test]
fn every_truncation_is_refused() {
    let (_folder, path) = written();
    let bytes = std::fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(matches!(error(Dump::open(&path)), FormatError::Safetensors { .. }), "{length} bytes");
    }
}

#[test]
fn missing_or_wrong_metadata_is_named() {
    for name in ["format", "version", "architecture", "model_name", "fingerprint", "n_layer", "token", "prompts"] {
        let key = format!("antidote.{name}");
        let missing = made_by_others(|strings, _| drop(strings.remove(&key)));
        assert_eq!(error(missing), FormatError::MissingKey { key });
    }
    let wrong = [
        ("format", "vector"),
        ("version", "3"),
        ("system", "You are helpful."),
        ("response_prefix", "0123456789abcdef"),
        ("paired", "yes"),
        ("n_tokens", "[1, -1]"),
        ("n_tokens", "[1]"),
        ("last_tokens", "[1, 2, 3]"),
        ("fingerprint", "abc"),
        ("n_layer", "two"),
        ("n_layer", "3"),
        ("token", "first"),
        ("chat_template", "chatml"),
        ("prompts", "0123456789abcdef 0123456789abcdef"),
        ("prompts", "[\"0123456789ABCDEF\", \"0123456789abcdef\"]"),
        ("prompts", "[\"0123456789abcdef\"]"),
    ];
    for (name, value) in wrong {
        let result = made_by_others(|strings, _| drop(strings.insert(format!("antidote.{name}"), value.to_owned())));
        let text = result.unwrap_err().to_string();
        assert!(text.contains("other.safetensors") && text.contains(name), "{name} = {value}: {text}");
    }
}

#[test]
fn wrong_tensors_are_named() {
    let gone = |name: &'static str| made_by_others(|_, tensors| tensors.retain(|tensor| tensor.0 != name));
    assert_eq!(error(gone(STATES)), FormatError::MissingTensor { tensor: STATES });
    assert_eq!(error(gone(LABELS)), FormatError::MissingTensor { tensor: LABELS });
    let states = |dtype, shape: Vec<usize>, n_bytes| {
        error(made_by_others(move |_, tensors| tensors[0] = (STATES, dtype, shape, vec![0; n_bytes])))
    };
    assert!(matches!(states(Dtype::I16, vec![2, 2, 3], 24), FormatError::Tensor { tensor: STATES, .. }));
    assert!(matches!(states(Dtype::F32, vec![4, 3], 48), FormatError::Tensor { tensor: STATES, .. }));
    assert!(matches!(states(Dtype::F32, vec![2, 2, 0], 0), FormatError::Tensor { tensor: STATES, .. }));
    assert!(matches!(states(Dtype::F32, vec![2, 3, 2], 48), FormatError::Tensor { tensor: STATES, .. }));
    assert_eq!(states(Dtype::F32, vec![3, 2, 3], 72), FormatError::PromptCount { named: 2, held: 3 });
    let three_labels = made_by_others(|_, tensors| tensors[1] = (LABELS, Dtype::U8, vec![3], vec![0; 3]));
    assert!(matches!(error(three_labels), FormatError::Tensor { tensor: LABELS, .. }));
    let no_label = made_by_others(|_, tensors| tensors[1].3 = vec![1, 2]);
    assert!(matches!(error(no_label), FormatError::Label { prompt: 2, label: 2, .. }));
}

#[test]
fn a_state_that_is_not_finite_is_refused_with_its_place() {
    let bad = made_by_others(|_, tensors| tensors[0].3[10 * 4..11 * 4].copy_from_slice(&f32::NAN.to_le_bytes()));
    assert!(matches!(error(bad), FormatError::NotFinite { prompt: 2, layer: 1, index: 1, .. }));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let text = Dump::open(Path::new("/no/such/dump.safetensors")).unwrap_err().to_string();
    assert!(text.contains("/no/such/dump.safetensors"), "{text}");
}

#[test]
fn an_impossible_announcement_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.safetensors");
    let refused =
        |meta: DumpMeta| matches!(DumpWriter::create(&path, &meta, labels()), Err(DumpError::Announced { .. }));
    assert!(refused(DumpMeta { prompt_hashes: vec![], ..meta() }));
    assert!(refused(DumpMeta { n_tokens: Some(vec![1]), ..meta() }));
    assert!(refused(DumpMeta { last_tokens: Some(vec![1, 2, 3]), ..meta() }));
    let of_shape = |n_layer, n_embd| DumpMeta { model: ModelId { n_layer, n_embd, ..meta().model }, ..meta() };
    assert!(refused(of_shape(0, 3)));
    assert!(refused(of_shape(2, 0)));
    assert!(refused(of_shape(u32::MAX, u32::MAX)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

proptest! {
    /// A changed byte is refused or harmless (a state or label of another value), never a panic.
    #[test]
    fn no_changed_byte_panics(at in 0_usize..1200, value in any::<u8>()) {
        let (_folder, path) = written();
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at % bytes.len();
        bytes[at] = value;
        std::fs::write(&path, bytes).unwrap();
        if let Ok(dump) = Dump::open(&path) {
            for layer in 0..dump.n_layer() {
                prop_assert!(dump.layer(layer).iter().all(|value| value.is_finite()));
            }
        }
    }
}
