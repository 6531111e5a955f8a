//! Every error of the list in both languages.

use std::error::Error;
use std::io;

use super::sentence;
use crate::autotune::StoreError;
use crate::engine::{EngineError, SchemaError};
use crate::gguf::{GgufError, TensorType};
use crate::prompt::{ConversationError, Role, TemplateError};
use crate::prompt_files::{PromptError, WayOut};
use crate::vector::{At, FingerprintError, FormatError, Incompatible, SvError, TargetError};

fn not_found() -> io::Error {
    io::Error::from_raw_os_error(2)
}

fn words() -> Vec<String> {
    vec!["no memory left: 4321".to_owned()]
}

fn of_engine() -> Vec<EngineError> {
    let path = || "m/model-7.gguf".into();
    let architecture = || "qwen-9".to_owned();
    vec![
        EngineError::Open { path: path(), source: not_found() },
        EngineError::Gguf { path: path(), source: GgufError::Magic },
        EngineError::Unsuitable { path: path(), reason: "it has 0 layers".to_owned() },
        EngineError::Memory { path: path(), weights_mib: 1201, cache_mib: 302, compute_mib: 43, available_mib: 504 },
        EngineError::Load { path: path(), complaints: words() },
        EngineError::Context { n_ctx: 8192, complaints: words() },
        EngineError::Decode { code: -3, complaints: words() },
        EngineError::BatchShape { rows: 11, outputs: 12, n_batch: 13, n_outputs_max: 14 },
        EngineError::CacheFull { n_ctx: 4096, n_tokens: 7 },
        EngineError::PromptTooLong { n_prompt: 900, n_ctx: 512 },
        EngineError::EmptyPrompt,
        EngineError::Grammar { why: "no root".to_owned(), complaints: vec![] },
        EngineError::Schema(SchemaError::Unsupported { place: "#/a/3".to_owned(), what: "no".to_owned() }),
        EngineError::Constraint { why: "nothing is allowed after 17".to_owned() },
        EngineError::Interrupted,
        EngineError::Capture("row 5".to_owned()),
        EngineError::Lens { path: path(), reason: "type 30".to_owned() },
        EngineError::WrongModel(Incompatible::Unbound { path: "v.sv".into() }),
        EngineError::LayerOutOfReach { path: path(), layer: 40, last: 31 },
        EngineError::ControlVectorRefused { code: -1 },
        EngineError::NotVerified { path: path() },
        EngineError::SteeringLost { fault: "layer 6".to_owned() },
        EngineError::Gone,
        EngineError::NotLive { path: path(), architecture: architecture(), alpha: 0.5 },
        EngineError::PartlyLive {
            path: path(),
            architecture: architecture(),
            applied: vec![1, 2],
            not_applied: vec![3],
        },
        EngineError::PartlyLive { path: path(), architecture: architecture(), applied: vec![1], not_applied: vec![0] },
        EngineError::NotFinite { path: path(), alpha: 9.5 },
        EngineError::OutputNotFinite { alpha: 9.5 },
        EngineError::OutputNotFinite { alpha: 0.0 },
        EngineError::Alpha { name: "refusal".to_owned(), alpha: f32::INFINITY },
    ]
}

fn of_format() -> Vec<FormatError> {
    let at = At(Some(88));
    vec![
        FormatError::Magic,
        FormatError::TransferredAsText,
        FormatError::TooShort { length: 5, shortest: 60 },
        FormatError::Version { version: 3, known: 1 },
        FormatError::Checksum { at: 900, stored: "ab12".to_owned(), computed: "cd34".to_owned() },
        FormatError::HeaderLength { length: 77, limit: 66 },
        FormatError::Header { reason: "ends".to_owned() },
        FormatError::Field { field: "n_layer", value: "0".to_owned(), rule: "at least 1" },
        FormatError::LayerOrder { layer: 3, n_layer: 2, at },
        FormatError::LayerLength { layer: 3, n_indices: 4, n_values: 5, n_embd: 6, at },
        FormatError::Statistics { layer: 3, at },
        FormatError::Encoding { index_size: 3, value_size: 5, at: 99 },
        FormatError::Overlong { needed: 70, actual: 60 },
        FormatError::Padding { at: 61 },
        FormatError::Leftover { end: 50, actual: 60 },
        FormatError::IndexOrder { layer: 3, position: 4, index: 5, n_embd: 6, at },
        FormatError::NotFinite { layer: 3, position: 4, at: At(None) },
    ]
}

fn of_vectors() -> Vec<Box<dyn Error>> {
    let path = || "v/refusal-2.sv".into();
    let boxed = |error: SvError| -> Box<dyn Error> { Box::new(error) };
    let mut errors: Vec<Box<dyn Error>> = vec![
        boxed(SvError::Open { path: path(), source: not_found() }),
        boxed(SvError::Write { path: path(), source: io::Error::from_raw_os_error(13) }),
        Box::new(Incompatible::Unbound { path: path() }),
        Box::new(Incompatible::Architecture { path: path(), vector: "llama".to_owned(), model: "qwen2".to_owned() }),
        Box::new(Incompatible::Shape { path: path(), vector: (4, 8), model: (5, 16) }),
        Box::new(Incompatible::Fingerprint { path: path(), vector: "ab12".to_owned(), model: "cd34".to_owned() }),
        Box::new(TargetError::Open { path: path(), source: not_found() }),
        Box::new(TargetError::Gguf { path: path(), source: GgufError::VersionTooOld }),
        Box::new(TargetError::Unsuitable { path: path(), reason: "it has no layers" }),
        Box::new(TargetError::Fingerprint { path: path(), source: FingerprintError::NoNorms }),
        Box::new(FingerprintError::NotFloat { tensor: "blk.0.norm".to_owned(), kind: TensorType::Q8_0 }),
    ];
    errors.extend(of_format().into_iter().map(|error| boxed(SvError::Broken { path: path(), error })));
    errors.extend(of_format().into_iter().map(|error| boxed(SvError::Invalid { error })));
    errors
}

fn of_gguf() -> Vec<GgufError> {
    let name = || "blk.0.weight".to_owned();
    vec![
        GgufError::Ends { what: "a list", at: 12, wanted: 34, file: 40 },
        GgufError::Magic,
        GgufError::VersionTooOld,
        GgufError::Version { version: 9 },
        GgufError::BigEndian,
        GgufError::TooMany { at: 8, what: "tensors", number: 777, limit: 666 },
        GgufError::NotUtf8 { what: "a metadata key", at: 24 },
        GgufError::Duplicate { what: "tensor", name: name(), at: 25 },
        GgufError::EmptyKey { at: 26 },
        GgufError::ValueType { number: 99, at: 27 },
        GgufError::Alignment { at: 28, limit: 512 },
        GgufError::Tensor { name: name(), at: 29, reason: "5 dimensions".to_owned() },
        GgufError::CutOff { name: name(), end: 999, file: 888 },
    ]
}

fn of_prompts() -> Vec<PromptError> {
    let path = || "p/prompts-3.csv".into();
    let entry = |place: &str| PromptError::Entry {
        path: path(),
        place: place.to_owned(),
        reason: "not JSON".to_owned(),
        way_out: WayOut::Correct,
    };
    vec![
        PromptError::Read { path: path(), source: not_found() },
        PromptError::Foreign { path: path(), what: "a GGUF model" },
        PromptError::Foreign { path: path(), what: "a new format" },
        PromptError::Foreign { path: path(), what: "a pointer of git-lfs; get the content with git lfs pull" },
        PromptError::NotUtf8 { path: path(), line: 12 },
        entry("line 4"),
        entry("entry 5"),
        entry("jailbreak 6"),
        PromptError::Empty { path: path() },
        PromptError::NoColumns { files: vec![] },
        PromptError::NoColumns { files: vec!["a-1.txt is read as plain text".to_owned()] },
    ]
}

fn all() -> Vec<Box<dyn Error>> {
    let path = || "t/chat-5.jinja".into();
    let mut errors: Vec<Box<dyn Error>> = of_vectors();
    errors.extend(of_engine().into_iter().map(|error| -> Box<dyn Error> { Box::new(error) }));
    errors.extend(of_engine().into_iter().map(|error| -> Box<dyn Error> { Box::new(ConversationError::from(error)) }));
    errors.extend(of_gguf().into_iter().map(|error| -> Box<dyn Error> { Box::new(error) }));
    errors.extend(of_prompts().into_iter().map(|error| -> Box<dyn Error> { Box::new(error) }));
    errors.extend([
        Box::new(ConversationError::TooLong { n_bytes: 70000, n_ctx: 256 }) as Box<dyn Error>,
        Box::new(TemplateError::Syntax("line 3".to_owned())),
        Box::new(TemplateError::Render("line 4".to_owned())),
        Box::new(TemplateError::Lost { role: Role::User, number: 2 }),
        Box::new(TemplateError::ControlTokens),
        Box::new(TemplateError::File { path: path(), source: not_found() }),
        Box::new(StoreError::Io { path: path(), source: not_found() }),
        Box::new(StoreError::Damaged { path: path(), why: "line 6".to_owned() }),
        Box::new(not_found()),
    ]);
    errors
}

/// Numbers, and the words that are names: paths, files, flags, keys.
fn figures_and_names(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '#' | '*');
    let words = text.split(|c| !is_word(c)).map(|word| word.trim_end_matches(['.', '-']).trim_start_matches('.'));
    let is_name = |word: &&str| {
        word.contains(|c: char| c.is_ascii_digit())
            || word.starts_with("--")
            || word.contains('_')
            || (word.contains(['/', '.']) && word.len() > 2)
            || word.starts_with("antidote")
    };
    words.filter(is_name).collect()
}

#[test]
fn under_a_japanese_locale_errors_are_japanese_with_the_same_figures_paths_and_flags() {
    for error in all() {
        let (en, ja) = (error.to_string(), sentence(&*error).unwrap_or_else(|| panic!("no Japanese for {error:?}")));
        assert!(ja.chars().any(|c| ('ぁ'..='ん').contains(&c)), "no kana in {ja}");
        for name in figures_and_names(&en) {
            assert!(ja.contains(name), "no {name} in {ja}\n({en})");
        }
        // Where one language has a word, the other may have a figure.
        let is_figure = |name: &&str| name.chars().all(|c| c.is_ascii_digit());
        for name in figures_and_names(&ja).into_iter().filter(|name| !is_figure(name)) {
            assert!(en.contains(name), "no {name} in {en}\n({ja})");
        }
    }
}

#[test]
fn what_a_file_is_instead_of_prompts_is_said_in_japanese_with_the_way_to_them() {
    let of = |what| sentence(&PromptError::Foreign { path: "p.csv".into(), what }).unwrap();
    assert_eq!(of("a GGUF model"), "p.csv にプロンプトはありません。中身は GGUF のモデルです");
    let pointer = of("a pointer of git-lfs; get the content with git lfs pull");
    assert!(pointer.contains("git-lfs のポインター(git lfs pull で"), "{pointer}");
}

#[test]
fn a_file_that_is_no_model_is_called_by_its_name() {
    use crate::gguf::{Entry, Gguf, encode, shape_of_model};
    let reason = |metadata: &[(&str, Entry<'_>)]| {
        let bytes = encode(metadata, &[]);
        let reason = shape_of_model(&Gguf::parse(&bytes).unwrap()).unwrap_err();
        super::gguf::unsuitable(reason)
    };
    assert_eq!(reason(&[("general.architecture", Entry::Text("controlvector"))]), "モデルではなく制御ベクトルです");
    let no_shape = reason(&[("general.architecture", Entry::Text("llama"))]);
    assert!(no_shape.contains("block_count") && no_shape.contains("ありません"), "{no_shape}");
}

#[test]
fn an_error_of_another_kind_has_no_japanese() {
    assert_eq!(sentence(&std::fmt::Error), None);
}

#[test]
fn what_the_system_says_keeps_its_number() {
    assert_eq!(super::of_io(&not_found()), "そのようなファイルやフォルダーはありません (os error 2)");
    // What a program says itself is more than its kind.
    let own = io::Error::new(io::ErrorKind::NotFound, "no such cell");
    assert_eq!(super::of_io(&own), "no such cell");
}
