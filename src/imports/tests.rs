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
        import(&input, &target, Options { last_layer, ..Options::default() }).unwrap()
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

/// States whose lengths grow along the layers, `[n_prompts, N_LAYER, N_EMBD]`.
fn growing(n_prompts: usize) -> Vec<f32> {
    let of = |prompt: usize, layer: usize, index: usize| {
        (1.0 + (prompt as f32) * 0.01 + (index as f32) * 0.1) * 3.0_f32.powi(layer as i32)
    };
    let places = (0..n_prompts).flat_map(|p| (0..N_LAYER).flat_map(move |l| (0..N_EMBD).map(move |i| (p, l, i))));
    places.map(|(prompt, layer, index)| of(prompt, layer, index)).collect()
}

/// The same values with the first two axes exchanged.
fn swapped(values: &[f32], n_prompts: usize) -> Vec<f32> {
    let row = |prompt: usize, layer: usize| &values[(prompt * N_LAYER + layer) * N_EMBD..][..N_EMBD];
    (0..N_LAYER).flat_map(|layer| (0..n_prompts).flat_map(move |prompt| row(prompt, layer).to_vec())).collect()
}

#[test]
fn swapped_axes_with_as_many_prompts_as_layers_are_seen_by_the_lengths_of_states() {
    let bench = Bench::new();
    let labels = bench.put("three.txt", b"1\n0\n1\n");
    let import = |path: &Path, axes| {
        let input = Input::Labelled { states: path.to_owned(), labels: Some(labels.clone()) };
        import(&input, &target(), Options { axes, ..Options::default() })
    };
    let shape = [N_LAYER, N_LAYER, N_EMBD];
    let straight = bench.put("straight.npy", &npy("<f4", false, &shape, &f32s(&growing(N_LAYER))));
    let crossed = bench.put("crossed.npy", &npy("<f4", false, &shape, &f32s(&swapped(&growing(N_LAYER), N_LAYER))));
    let wide = bench.put("wide.npy", &npy("<f8", false, &shape, &f64s(&swapped(&growing(N_LAYER), N_LAYER))));
    let flat = bench.put("flat.npy", &npy("<f4", false, &shape, &f32s(&[1.0; N_LAYER * N_LAYER * N_EMBD])));
    let right = import(&straight, None).unwrap().dump;
    for path in [&crossed, &wide] {
        let error = import(path, None).unwrap_err();
        assert!(matches!(error, ImportError::Axes { is_swapped: true, n_layer: N_LAYER, .. }), "{error}");
        let read = import(path, Some(Axes::LayersFirst)).unwrap().dump;
        for layer in 0..N_LAYER {
            assert_eq!(read.layer(layer), right.layer(layer), "layer {layer}");
        }
    }
    let error = import(&flat, None).unwrap_err();
    assert!(matches!(error, ImportError::Axes { is_swapped: false, .. }), "{error}");
    assert!(import(&flat, Some(Axes::PromptsFirst)).is_ok());
    // Shapes that tell are read in either order, if it is said.
    let five = bench.put("five.npy", &npy("<f4", false, &[N_LAYER, 5, N_EMBD], &f32s(&swapped(&growing(5), 5))));
    let input = Input::Labelled { states: five, labels: Some(bench.labels()) };
    let read =
        super::import(&input, &target(), Options { axes: Some(Axes::LayersFirst), ..Options::default() }).unwrap();
    let straight = bench.put("five_straight.npy", &npy("<f4", false, &[5, N_LAYER, N_EMBD], &f32s(&growing(5))));
    let right = bench.import(&straight).unwrap().dump;
    assert!((0..N_LAYER).all(|layer| read.dump.layer(layer) == right.layer(layer)));
}

#[test]
fn arrays_of_text_and_objects_beside_the_states_are_passed_over_and_named() {
    let bench = Bench::new();
    let whole = npy("<f4", false, &SHAPE, &f32s(&states(0)));
    let text = npy("<U2", false, &[1], &[0x61, 0, 0, 0, 0x62, 0, 0, 0]);
    let objects = npy("|O", false, &[1], b"\x80\x04K\x01.");
    let members = [("hidden_states.npy", whole), ("prompts.npy", text), ("config.npy", objects)];
    let imported = bench.import(&bench.npz("mixed.npz", zip::CompressionMethod::Stored, &members)).unwrap();
    is_right(&imported);
    let note = imported.notes.iter().find(|note| note.contains("passing over")).unwrap();
    assert!(note.contains("\"config\" (Python objects)") && note.contains("\"prompts\" (text)"), "{note}");
}

#[test]
fn labels_of_words_in_a_column_come_in_with_the_states() {
    let bench = Bench::new();
    let whole = npy("<f4", false, &SHAPE, &f32s(&states(0)));
    let words: Vec<u8> = [&b"harmful"[..], b"benign\0", b"harmful", b"benign\0", b"benign\0"].concat();
    let members = [("x.npy", whole), ("labels.npy", npy("|S7", false, &[N_PROMPTS, 1], &words))];
    let path = bench.npz("words.npz", zip::CompressionMethod::Stored, &members);
    let imported = import(&Input::Labelled { states: path, labels: None }, &target(), Options::default()).unwrap();
    is_right(&imported);
    assert_eq!(imported.dump.labels()[..3], [Label::Harmful, Label::Benign, Label::Harmful]);
}

#[test]
fn both_sides_in_one_file_come_in() {
    let bench = Bench::new();
    let row = N_LAYER * N_EMBD;
    let all = states(0);
    let side = |values: &[f32]| (Dtype::F32, vec![values.len() / row, N_LAYER, N_EMBD], f32s(values));
    for other in ["harmless", "benign"] {
        let (harmful, benign) = (side(&all[..2 * row]), side(&all[2 * row..]));
        let tensors = [("harmful", harmful.0, harmful.1, harmful.2), (other, benign.0, benign.1, benign.2)];
        let states = bench.safetensors("both.safetensors", &tensors);
        let imported = import(&Input::Labelled { states, labels: None }, &target(), Options::default()).unwrap();
        is_right(&imported);
        assert_eq!(imported.dump.labels().iter().filter(|label| **label == Label::Harmful).count(), 2);
    }
}

#[test]
fn a_ready_made_direction_needs_its_layer() {
    let bench = Bench::new();
    let put = |name: &str, shape: &[usize], values: &[f32]| bench.put(name, &npy("<f4", false, shape, &f32s(values)));
    let one = [0.5, -1.0, 0.0, 2.0];
    for shape in [&[N_EMBD][..], &[1, N_EMBD], &[N_EMBD, 1]] {
        let found = directions(&put("one.npy", shape, &one), &target(), Some(2)).unwrap();
        assert_eq!(found, [(2, one.to_vec())]);
    }
    let path = put("one.npy", &[N_EMBD], &one);
    assert!(matches!(directions(&path, &target(), None).unwrap_err(), ImportError::DirectionLayer { .. }));
    let stack: Vec<f32> = (0..N_LAYER * N_EMBD).map(|value| value as f32).collect();
    let path = put("stack.npy", &[N_LAYER, N_EMBD], &stack);
    assert_eq!(directions(&path, &target(), None).unwrap().len(), N_LAYER);
    assert_eq!(directions(&path, &target(), Some(1)).unwrap(), [(1, vec![4.0, 5.0, 6.0, 7.0])]);
    let says = |path: &Path, layer, words: &str| {
        let text = directions(path, &target(), layer).unwrap_err().to_string();
        assert!(text.contains(words), "{text}");
    };
    says(&put("one.npy", &[N_EMBD], &one), Some(3), "layers 0 to 2");
    says(&put("zero.npy", &[N_EMBD], &[0.0; N_EMBD]), Some(1), "all zeros");
    says(&put("nan.npy", &[N_EMBD], &[0.0, f32::NAN, 0.0, 1.0]), Some(1), "value 1 of its direction");
    says(&put("odd.npy", &[N_EMBD + 1], &[1.0; N_EMBD + 1]), Some(1), "it has \"odd\" F32 [5]");
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

#[test]
fn an_array_a_prompt_is_not_taken_for_an_array_a_layer() {
    let bench = Bench::new();
    let labels = bench.put("three.txt", b"1\n0\n1\n");
    let read = |name: &str, values: &[f32]| {
        let row = N_LAYER * N_EMBD;
        let array = |i: usize| npy("<f4", false, &[N_LAYER, N_EMBD], &f32s(&values[i * row..(i + 1) * row]));
        let arrays: Vec<(String, Vec<u8>)> = (0..N_LAYER).map(|i| (format!("{name}_{i}.npy"), array(i))).collect();
        let arrays: Vec<(&str, Vec<u8>)> = arrays.iter().map(|(name, bytes)| (&**name, bytes.clone())).collect();
        let states = bench.npz(&format!("{name}.npz"), zip::CompressionMethod::Stored, &arrays);
        let input = Input::Labelled { states, labels: Some(labels.clone()) };
        import(&input, &target(), Options::default()).map(|_| ()).map_err(|error| error.to_string())
    };
    // As many prompts as layers, an array each.
    let error = read("x", &growing(N_LAYER)).unwrap_err();
    assert!(error.contains("a prompt each") && error.contains("--axes"), "{error}");
    assert_eq!(read("y", &swapped(&growing(N_LAYER), N_LAYER)), Ok(()));
    // Where lengths do not tell, names may.
    let even = vec![1.0; N_LAYER * N_LAYER * N_EMBD];
    assert!(read("z", &even).unwrap_err().contains("do not tell layers from prompts"));
    assert_eq!(read("layer", &even), Ok(()));
}
