//! Every kind of source gives the same dump, and what does not suit is refused with both sides named.

use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::npy::tests::file as npy;
use super::*;
use crate::dump::Label;
use crate::vector::{Fingerprint, ModelId, OutputNorm, Target};

const N_PROMPTS: usize = 5;
const N_LAYER: usize = 3;
const N_EMBD: usize = 4;

/// State of prompt, layer, value; small whole numbers, which every float format holds.
fn value(prompt: usize, layer: usize, index: usize) -> f32 {
    (prompt * 25 + layer * 5 + index) as f32 - 30.0
}

fn target() -> Target {
    Target {
        path: "m.gguf".into(),
        model: ModelId {
            architecture: "llama".to_owned(),
            name: "M".to_owned(),
            fingerprint: Fingerprint([5; 32]),
            n_layer: N_LAYER as u32,
            n_embd: N_EMBD as u32,
        },
        output_norm: Some(OutputNorm { weight: vec![1.0; N_EMBD], bias: None, is_centred: false }),
    }
}

/// `[n_prompts, n_layers, n_embd]`, with `before` layers of junk in front of block 0.
fn states(before: usize) -> Vec<f32> {
    let mut states = vec![];
    for prompt in 0..N_PROMPTS {
        states.extend(vec![-77.0; before * N_EMBD]);
        for layer in 0..N_LAYER {
            states.extend((0..N_EMBD).map(|index| value(prompt, layer, index)));
        }
    }
    states
}

/// `[n_prompts, n_embd]` of one layer.
fn layer_states(layer: usize) -> Vec<f32> {
    (0..N_PROMPTS).flat_map(|prompt| (0..N_EMBD).map(move |index| value(prompt, layer, index))).collect()
}

fn f32s(values: &[f32]) -> Vec<u8> {
    bytemuck::cast_slice(values).to_vec()
}

fn f64s(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| f64::from(*value).to_le_bytes()).collect()
}

/// Values of `[a, b, c]` in C order, put into Fortran order.
fn fortran(values: &[f32], [a, b, c]: [usize; 3]) -> Vec<f32> {
    let at = |i: usize, j: usize, k: usize| values[(i * b + j) * c + k];
    (0..c).flat_map(|k| (0..b).flat_map(move |j| (0..a).map(move |i| at(i, j, k)))).collect()
}

/// A folder with files in it.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn npz(&self, name: &str, method: zip::CompressionMethod, members: &[(&str, Vec<u8>)]) -> PathBuf {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
        for (name, bytes) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
            zip.write_all(bytes).unwrap();
        }
        self.put(name, &zip.finish().unwrap().into_inner())
    }

    fn safetensors(&self, name: &str, tensors: &[(&str, Dtype, Vec<usize>, Vec<u8>)]) -> PathBuf {
        let views = tensors
            .iter()
            .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
        self.put(name, &safetensors::serialize(views, None).unwrap())
    }

    fn labels(&self) -> PathBuf {
        self.put("labels.txt", b"1\n0\n1\n0\n0\n")
    }

    fn import(&self, states: &Path) -> Result<Imported, ImportError> {
        let input = Input::Labelled { states: states.to_owned(), labels: Some(self.labels()) };
        import(&input, &target(), Options::default())
    }
}

fn is_right(imported: &Imported) {
    let dump = &imported.dump;
    assert_eq!((dump.n_prompts(), dump.n_layer(), dump.n_embd()), (N_PROMPTS, N_LAYER, N_EMBD));
    for layer in 0..N_LAYER {
        let states = dump.layer(layer);
        assert_eq!(states.as_slice().unwrap(), layer_states(layer), "layer {layer}");
    }
    assert_eq!(imported.left_out, None);
}

const SHAPE: [usize; 3] = [N_PROMPTS, N_LAYER, N_EMBD];

#[test]
fn every_kind_of_source_gives_the_same_dump() {
    let bench = Bench::new();
    let stored = zip::CompressionMethod::Stored;
    let deflated = zip::CompressionMethod::Deflated;
    let half: Vec<u8> = states(0).iter().flat_map(|value| half::f16::from_f32(*value).to_le_bytes()).collect();
    let bf16: Vec<u8> = states(0).iter().flat_map(|value| half::bf16::from_f32(*value).to_le_bytes()).collect();
    let whole = npy("<f4", false, &SHAPE, &f32s(&states(0)));
    let layers = |prefix: &str, first: usize| -> Vec<(String, Vec<u8>)> {
        let of = |layer: usize| npy("<f4", false, &[N_PROMPTS, N_EMBD], &f32s(&layer_states(layer)));
        (0..N_LAYER).map(|layer| (format!("{prefix}{}.npy", layer + first), of(layer))).collect()
    };
    let mut sources = vec![
        bench.put("c.npy", &whole),
        bench.put("half.npy", &npy("<f2", false, &SHAPE, &half)),
        bench.put("wide.npy", &npy("<f8", false, &SHAPE, &f64s(&states(0)))),
        bench.put("fortran.npy", &npy("<f4", true, &SHAPE, &f32s(&fortran(&states(0), SHAPE)))),
        bench.npz("stored.npz", stored, &[("hidden_states.npy", whole.clone()), ("notes.txt", vec![1])]),
        bench.npz("deflated.npz", deflated, &[("x.npy", whole)]),
        bench.safetensors("a.safetensors", &[("x", Dtype::BF16, SHAPE.to_vec(), bf16)]),
        bench.safetensors("b.safetensors", &[("x", Dtype::F64, SHAPE.to_vec(), f64s(&states(0)))]),
    ];
    for (name, bytes) in layers("folder/layer_", 0) {
        bench.put(&name, &bytes);
    }
    sources.push(bench.0.path().join("folder"));
    for (name, bytes) in layers("from_one/h", 1) {
        bench.put(&name, &bytes);
    }
    sources.push(bench.0.path().join("from_one"));
    let members = layers("arr_", 0);
    let members: Vec<_> = members.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    sources.push(bench.npz("layers.npz", deflated, &members));
    for source in sources {
        is_right(&bench.import(&source).unwrap_or_else(|error| panic!("{}: {error}", source.display())));
    }
}

#[test]
fn the_embeddings_in_front_are_passed_over_and_it_is_said() {
    let bench = Bench::new();
    let states = bench.put("hf.npy", &npy("<f4", false, &[N_PROMPTS, N_LAYER + 1, N_EMBD], &f32s(&states(1))));
    let imported = bench.import(&states).unwrap();
    is_right(&imported);
    assert!(imported.notes.iter().any(|note| note.contains("embeddings first")), "{:?}", imported.notes);
}

#[test]
fn what_is_rounded_is_said() {
    let bench = Bench::new();
    let states = bench.put("wide.npy", &npy("<f8", false, &SHAPE, &f64s(&states(0))));
    let notes = bench.import(&states).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("wide.npy") && note.contains("64-bit")), "{notes:?}");
}

#[test]
fn two_files_are_the_two_sides() {
    let bench = Bench::new();
    let row = N_LAYER * N_EMBD;
    let all = states(0);
    let harmful = bench.put("h.npy", &npy("<f4", false, &[2, N_LAYER, N_EMBD], &f32s(&all[..2 * row])));
    let benign = bench
        .put("b.npy", &npy("<f8", true, &[3, N_LAYER, N_EMBD], &f64s(&fortran(&all[2 * row..], [3, N_LAYER, N_EMBD]))));
    let imported = import(&Input::ContrastClasses { harmful, benign }, &target(), Options::default()).unwrap();
    is_right(&imported);
    let (harmful, benign) = (Label::Harmful, Label::Benign);
    assert_eq!(imported.dump.labels(), [harmful, harmful, benign, benign, benign]);
}

#[test]
fn labels_come_from_the_file_itself_or_from_another() {
    let bench = Bench::new();
    let tensor = ("hidden_states", Dtype::F32, SHAPE.to_vec(), f32s(&states(0)));
    let labels = |labels: &[i64]| {
        let bytes = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
        ("labels", Dtype::I64, vec![labels.len()], bytes)
    };
    let import = |path: PathBuf| import(&Input::Labelled { states: path, labels: None }, &target(), Options::default());
    let own = import(bench.safetensors("own.safetensors", &[tensor.clone(), labels(&[0, 1, 1, 0, 0])])).unwrap();
    assert_eq!(own.dump.labels()[..3], [Label::Benign, Label::Harmful, Label::Harmful]);
    let says = |result: Result<Imported, ImportError>, words: &[&str]| {
        let text = result.unwrap_err().to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    says(
        import(bench.safetensors("none.safetensors", std::slice::from_ref(&tensor))),
        &["which prompts are harmful", "\"labels\""],
    );
    let few = bench.safetensors("few.safetensors", &[tensor.clone(), labels(&[0, 1])]);
    says(import(few), &["2 labels", "5 prompts"]);
    says(import(bench.safetensors("odd.safetensors", &[tensor, labels(&[0, 1, 2, 0, 0])])), &["label 3"]);
}

#[test]
fn states_behind_the_final_norm_are_left_out_unless_they_are_to_be_kept() {
    let bench = Bench::new();
    let norm = OutputNorm { weight: vec![2.0, 0.5, 1.0, 3.0], bias: None, is_centred: false };
    let mut values = states(1);
    for state in values.chunks_exact_mut((N_LAYER + 1) * N_EMBD).map(|row| &mut row[N_LAYER * N_EMBD..]) {
        let root = (state.iter().map(|value| value * value).sum::<f32>() / N_EMBD as f32).sqrt();
        state.iter_mut().zip(&norm.weight).for_each(|(value, weight)| *value *= weight / root);
    }
    let path = bench.put("hf.npy", &npy("<f4", false, &[N_PROMPTS, N_LAYER + 1, N_EMBD], &f32s(&values)));
    let of = |output_norm: Option<OutputNorm>, last_layer| {
        let input = Input::Labelled { states: path.clone(), labels: Some(bench.labels()) };
        let target = Target { output_norm, ..target() };
        import(&input, &target, Options { numbering: None, last_layer }).unwrap()
    };
    let found = of(Some(norm.clone()), LastLayer::Auto);
    assert_eq!(found.left_out, Some(N_LAYER - 1));
    assert!(found.notes.iter().any(|note| note.contains("final norm")), "{:?}", found.notes);
    assert_eq!(of(Some(norm), LastLayer::Keep).left_out, None);
    assert_eq!(of(None, LastLayer::Auto).left_out, Some(N_LAYER - 1));
    let other = OutputNorm { weight: vec![1.0; 4], bias: None, is_centred: false };
    assert_eq!(of(Some(other.clone()), LastLayer::Auto).left_out, None);
    assert_eq!(of(Some(other), LastLayer::Drop).left_out, Some(N_LAYER - 1));
}

#[test]
fn what_does_not_suit_is_refused_with_both_sides_named() {
    let bench = Bench::new();
    let says = |path: &Path, words: &[&str]| {
        let text = bench.import(path).unwrap_err().to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    let shaped = |shape: &[usize]| {
        let n: usize = shape.iter().product();
        bench.put("s.npy", &npy("<f4", false, shape, &vec![0; n * 4]))
    };
    says(&shaped(&[N_LAYER, 7, N_EMBD]), &["[3, 7, 4]", "m.gguf (3 layers × 4)", "swap its first two axes"]);
    says(&shaped(&[N_PROMPTS, N_EMBD, N_LAYER]), &["[5, 4, 3]", "another order"]);
    says(&shaped(&[N_PROMPTS, N_LAYER, 9]), &["[5, 3, 9]", "3 layers × 4", "[n_prompts, 3"]);
    says(&shaped(&[N_PROMPTS, N_EMBD]), &["do not differ by a single layer number"]);
    says(&shaped(&[N_PROMPTS]), &["no float array", "[5]"]);
    says(&shaped(&[0, N_LAYER, N_EMBD]), &["5 labels", "0 prompts"]);
    let path = shaped(&SHAPE);
    let input = Input::Labelled { states: path, labels: Some(bench.labels()) };
    let options = Options { numbering: Some(Numbering::HuggingFace), ..Options::default() };
    let text = import(&input, &target(), options).unwrap_err().to_string();
    assert!(text.contains("Hugging Face's numbering") && text.contains("[n_prompts, 4, 4]"), "{text}");

    let f32 = |shape: &[usize]| (Dtype::F32, shape.to_vec(), vec![0; shape.iter().product::<usize>() * 4]);
    let two = [("a", f32(&SHAPE)), ("b", f32(&SHAPE))].map(|(name, (dtype, shape, bytes))| (name, dtype, shape, bytes));
    says(&bench.safetensors("two.safetensors", &two), &["several arrays", "\"a\"", "\"b\""]);
    let uneven = [("h0", 5), ("h1", 5), ("h2", 4)].map(|(name, rows)| {
        let (dtype, shape, bytes) = f32(&[rows, N_EMBD]);
        (name, dtype, shape, bytes)
    });
    says(&bench.safetensors("uneven.safetensors", &uneven), &["\"h2\" F32 [4, 4]", "(5)"]);
    says(&bench.put("x.bin", b"\x80\x02rubbish"), &["not .npy, .npz or valid safetensors"]);
    says(&bench.npz("x.pt", zip::CompressionMethod::Stored, &[("x/data.pkl", vec![])]), &["PyTorch", "safetensors"]);
    std::fs::create_dir(bench.0.path().join("empty")).unwrap();
    says(&bench.0.path().join("empty"), &["no .npy"]);
    says(&bench.0.path().join("none.npy"), &["none.npy"]);
}

#[test]
fn a_state_that_is_no_number_is_refused_with_its_place() {
    let bench = Bench::new();
    let mut values = states(0);
    values[(2 * N_LAYER + 1) * N_EMBD] = f32::INFINITY;
    let path = bench.put("s.npy", &npy("<f4", false, &SHAPE, &f32s(&values)));
    let text = bench.import(&path).unwrap_err().to_string();
    assert!(text.contains("prompt 3") && text.contains("layer 1"), "{text}");
    let mut wide: Vec<u8> = f64s(&states(0));
    wide[..8].copy_from_slice(&1e300_f64.to_le_bytes());
    let path = bench.put("w.npy", &npy("<f8", false, &SHAPE, &wide));
    let text = bench.import(&path).unwrap_err().to_string();
    assert!(text.contains("prompt 1") && text.contains("too large"), "{text}");
}

#[test]
fn the_same_prompt_is_recognised() {
    let bench = Bench::new();
    let mut values = states(0);
    let row = N_LAYER * N_EMBD;
    values.copy_within(..row, 3 * row);
    let path = bench.put("s.npy", &npy("<f4", false, &SHAPE, &f32s(&values)));
    let dump = bench.import(&path).unwrap().dump;
    let hashes = &dump.meta().prompt_hashes;
    assert_eq!(hashes[0], hashes[3]);
    assert!(hashes.iter().all(|hash| hash.len() == 16) && hashes[1] != hashes[2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any change to any kind of file is refused or gives finite states of the model's shape.
    #[test]
    fn no_change_of_bytes_panics(
        kind in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let bench = Bench::new();
        let whole = npy("<f4", false, &SHAPE, &f32s(&states(0)));
        let path = match kind {
            0 => bench.put("s.npy", &whole),
            1 => bench.npz("s.npz", zip::CompressionMethod::Deflated, &[("x.npy", whole)]),
            _ => bench.npz("t.npz", zip::CompressionMethod::Stored, &[("x.npy", whole)]),
        };
        let mut bytes = std::fs::read(&path).unwrap();
        for (place, value) in changes {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        std::fs::write(&path, bytes).unwrap();
        if let Ok(imported) = bench.import(&path) {
            for layer in 0..N_LAYER {
                prop_assert!(imported.dump.layer(layer).iter().all(|value| value.is_finite()));
            }
        }
    }
}
