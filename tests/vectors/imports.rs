//! `antidote-derive` on hidden states that transformers wrote (`tests/golden/hf/make_golden.py`), as someone types it.

use crate::common;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use antidote::vector::{SvFile, Target};
use common::{Ran, antidote_derive, files_in, hf};
use safetensors::SafeTensors;

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        std::fs::copy(hf("states.safetensors"), bench.path("hf.safetensors")).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs with `args`; those that end in a file's name of the bench mean that file, and `MODEL` the golden model.
    fn derive(&self, args: &[&str]) -> Ran {
        let expand = |arg: &&str| -> OsString {
            if *arg == "MODEL" {
                hf("tiny.gguf").into()
            } else if arg.contains('.') {
                self.path(arg).into()
            } else {
                arg.into()
            }
        };
        antidote_derive(args.iter().map(expand))
    }

    fn layers(&self, name: &str) -> Vec<u32> {
        SvFile::open(&self.path(name)).unwrap().layers().map(|view| view.layer).collect()
    }

    /// Layers with their components.
    fn directions(&self, name: &str) -> Vec<(u32, Vec<(usize, f32)>)> {
        let vector = SvFile::open(&self.path(name)).unwrap();
        vector.layers().map(|view| (view.layer, view.iter().collect())).collect()
    }

    /// The golden states, `[12, 5, 32]`.
    fn states(&self) -> Vec<f32> {
        let bytes = std::fs::read(hf("states.safetensors")).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let (values, _) = tensors.tensor("hidden_states").unwrap().data().as_chunks::<4>();
        values.iter().map(|value| f32::from_le_bytes(*value)).collect()
    }

    /// A `.npy` of `values`, as numpy writes it.
    fn put_npy(&self, name: &str, shape: &[usize], values: &[f32]) {
        let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
        let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({lengths}), }}");
        header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
        header.push('\n');
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        std::fs::write(self.path(name), [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &data].concat())
            .unwrap();
    }
}

const MEANS: [&str; 2] = ["--method", "mean-difference"];

fn with<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &MEANS].concat()
}

#[test]
fn a_transformers_dump_becomes_a_vector_of_the_model() {
    let bench = Bench::new();
    let ran = bench.derive(&with(&["hf.safetensors", "--for-model", "MODEL"])).succeeds();
    assert!(ran.stderr.contains("embeddings first") && ran.stderr.contains("final norm"), "{}", ran.stderr);
    let vector = SvFile::open(&bench.path("hf.sv")).unwrap();
    let target = Target::open(&hf("tiny.gguf")).unwrap();
    vector.check_model(&target.model).unwrap();
    // Layer 0 as ever, and the last one because of the norm.
    assert_eq!(bench.layers("hf.sv"), [1, 2]);
    assert_eq!((vector.header().n_harmful, vector.header().n_benign), (6, 6));
}

#[test]
fn the_last_layer_is_only_used_when_asked_for_as_it_is() {
    let bench = Bench::new();
    let args = |more: &[&'static str]| with(&[&["hf.safetensors", "--for-model", "MODEL", "--force"], more].concat());
    bench.derive(&args(&["--layers", "3"])).fails(1, &["final norm", "--last-layer keep"]);
    bench.derive(&args(&["--last-layer", "keep"])).succeeds();
    assert_eq!(bench.layers("hf.sv"), [1, 2, 3]);
    bench.derive(&args(&["--layers", "0-1"])).succeeds();
    assert_eq!(bench.layers("hf.sv"), [0, 1]);
    // Chosen among those that can be used.
    bench.derive(&args(&["--layers", "all"])).succeeds();
    assert_eq!(bench.layers("hf.sv"), [1, 2]);
    bench.derive(&args(&["--layers", "best:3"])).fails(1, &["held-out"]);
}

/// The states of a few layers in a folder, as people keep them who looked at these layers only.
#[test]
fn some_layers_are_enough() {
    let bench = Bench::new();
    let states = bench.states();
    let layer =
        |il: usize| -> Vec<f32> { states.chunks_exact(32).skip(il + 1).step_by(5).flatten().copied().collect() };
    std::fs::create_dir(bench.path("some.npys")).unwrap();
    for il in [1, 2] {
        bench.put_npy(&format!("some.npys/layer_{il}.npy"), &[12, 32], &layer(il));
    }
    std::fs::write(bench.path("labels.txt"), "harmful\nbenign\n".repeat(6)).unwrap();
    let args = |more: &[&'static str]| {
        with(
            &[&["some.npys", "--labels", "labels.txt", "--for-model", "MODEL", "--out", "some.sv", "--force"], more]
                .concat(),
        )
    };
    bench.derive(&args(&[])).fails(1, &["only some", "--numbering hf"]);
    let ran = bench.derive(&args(&["--numbering", "blocks"])).succeeds();
    assert!(ran.stderr.contains("2 of the model's 4 blocks"), "{}", ran.stderr);
    assert_eq!(bench.layers("some.sv"), [1, 2]);
    bench.derive(&args(&["--numbering", "blocks", "--layers", "1-3"])).fails(1, &["no states of layer 3"]);
    bench.derive(&with(&["hf.safetensors", "--for-model", "MODEL"])).succeeds();
    assert_eq!(bench.directions("some.sv"), bench.directions("hf.sv"));
}

#[test]
fn numpy_files_with_labels_and_two_sides_give_the_same_vector() {
    let bench = Bench::new();
    let states = bench.states();
    let row = 5 * 32;
    bench.put_npy("all.npy", &[12, 5, 32], &states);
    std::fs::write(bench.path("labels.txt"), "harmful\nbenign\n".repeat(6)).unwrap();
    let side = |first: usize| states.chunks_exact(row).skip(first).step_by(2).flatten().copied().collect::<Vec<_>>();
    bench.put_npy("harmful.npy", &[6, 5, 32], &side(0));
    bench.put_npy("benign.npy", &[6, 5, 32], &side(1));
    bench.derive(&with(&["hf.safetensors", "--for-model", "MODEL"])).succeeds();
    bench.derive(&with(&["all.npy", "--labels", "labels.txt", "--for-model", "MODEL"])).succeeds();
    bench.derive(&with(&["--harmful", "harmful.npy", "--benign", "benign.npy", "--for-model", "MODEL"])).succeeds();
    assert_eq!(bench.directions("all.sv"), bench.directions("hf.sv"));
    assert_eq!(bench.directions("harmful.sv"), bench.directions("hf.sv"));
}

/// Files that numpy itself wrote: F64 in Fortran order, compressed, with labels beside; and an array a layer, stored.
#[test]
fn numpys_own_archives_give_the_same_vector() {
    let bench = Bench::new();
    for name in ["whole.npz", "layers.npz"] {
        std::fs::copy(hf(name), bench.path(name)).unwrap();
    }
    std::fs::write(bench.path("labels.json"), format!("[{}]", ["1, 0"; 6].join(", "))).unwrap();
    bench.derive(&with(&["hf.safetensors", "--for-model", "MODEL"])).succeeds();
    let ran = bench.derive(&with(&["whole.npz", "--labels", "labels.json", "--for-model", "MODEL"])).succeeds();
    assert!(ran.stderr.contains("64-bit"), "{}", ran.stderr);
    bench.derive(&with(&["layers.npz", "--for-model", "MODEL"])).succeeds();
    for name in ["whole.sv", "layers.sv"] {
        assert_eq!(bench.directions(name), bench.directions("hf.sv"), "{name}");
    }
}

#[test]
fn a_ready_made_direction_becomes_a_vector_of_its_layer() {
    let bench = Bench::new();
    let direction: Vec<f32> = (0..32_u8).map(|value| f32::from(value) - 10.0).collect();
    bench.put_npy("direction.npy", &[32], &direction);
    bench.derive(&["import", "direction.npy", "--for-model", "MODEL"]).fails(1, &["which layer", "--layer N"]);
    bench.derive(&["direction.npy", "--for-model", "MODEL"]).fails(1, &["antidote-derive import", "--layer N"]);
    bench.derive(&["import", "direction.npy", "--layer", "2", "--for-model", "MODEL", "--out", "d.sv"]).succeeds();
    assert_eq!(bench.directions("d.sv"), [(2, direction.into_iter().enumerate().collect())]);
}

#[test]
fn swapped_axes_are_asked_about() {
    let bench = Bench::new();
    // As many prompts as entries, five, with lengths that grow along the first axis.
    let values: Vec<f32> = (0..5 * 5 * 32_i32).map(|at| (1.0 + (at % 7) as f32) * 4.0_f32.powi(at / 160)).collect();
    bench.put_npy("crossed.npy", &[5, 5, 32], &values);
    std::fs::write(bench.path("labels.txt"), "1\n0\n1\n0\n1\n").unwrap();
    let args = ["crossed.npy", "--labels", "labels.txt", "--for-model", "MODEL", "--out", "x.sv"];
    bench.derive(&args).fails(1, &["the first axis is the layers", "--axes layers-first"]);
    assert!(!bench.path("x.sv").exists());
}

#[test]
fn what_is_missing_or_too_much_is_a_usage_error() {
    let bench = Bench::new();
    bench.derive(&["hf.safetensors"]).fails(2, &["--for-model"]);
    bench.derive(&["--harmful", "hf.safetensors"]).fails(2, &["--benign"]);
    bench.derive(&["hf.safetensors", "--harmful", "a.npy", "--benign", "b.npy"]).fails(2, &["--harmful"]);
    bench.derive(&["hf.safetensors", "--numbering", "backwards"]).fails(2, &["hf", "blocks"]);
    let dump = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/derive/dump.safetensors");
    let model = hf("tiny.gguf");
    antidote_derive([dump.as_path(), Path::new("--for-model"), &model]).fails(2, &["--for-model", "remove"]);
    assert_eq!(files_in(bench.0.path()), ["hf.safetensors"]);
}

#[test]
fn what_does_not_suit_leaves_no_vector() {
    let bench = Bench::new();
    let demo = common::demo_model();
    let args = [bench.path("hf.safetensors"), "--for-model".into(), demo];
    antidote_derive(args).fails(1, &["[12, 5, 32]", "demo.Q8_0.gguf"]);
    bench.put_npy("all.npy", &[12, 5, 32], &bench.states());
    bench.derive(&["all.npy", "--for-model", "MODEL"]).fails(1, &["--labels"]);
    std::fs::write(bench.path("labels.txt"), "1\n0\n").unwrap();
    bench.derive(&["all.npy", "--labels", "labels.txt", "--for-model", "MODEL"]).fails(1, &["2 labels", "12 prompts"]);
    let vector = hf("vector.gguf");
    let args = [bench.path("hf.safetensors"), "--for-model".into(), vector];
    antidote_derive(args).fails(1, &["control vector, not a model"]);
    assert_eq!(files_in(bench.0.path()), ["all.npy", "hf.safetensors", "labels.txt"]);
}
