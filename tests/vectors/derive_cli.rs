//! `antidote-derive` as someone types it: what is written, what is refused, what is left behind.

use crate::common;

use std::path::{Path, PathBuf};

use antidote::dump::{Dump, DumpMeta, DumpWriter, Label};
use antidote::vector::{Keep, Scale, SvFile};
use common::{Ran, antidote_derive, files_in, root};

/// A folder with a dump in it.
struct Bench {
    folder: tempfile::TempDir,
    dump: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dump = folder.path().join("d.safetensors");
        std::fs::copy(root().join("tests/golden/derive/dump.safetensors"), &dump).unwrap();
        Self { folder, dump }
    }

    fn derive(&self, args: &[&str]) -> Ran {
        antidote_derive([self.dump.as_path()].into_iter().chain(args.iter().map(Path::new)))
    }

    fn files(&self) -> Vec<String> {
        files_in(self.folder.path())
    }

    /// Overwrites the dump's bytes at `at`.
    fn damage(&self, at: usize, bytes: &[u8]) {
        let mut file = std::fs::read(&self.dump).unwrap();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        std::fs::write(&self.dump, file).unwrap();
    }

    /// Where the states begin.
    fn states(&self) -> usize {
        let file = std::fs::read(&self.dump).unwrap();
        8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize
    }
}

#[test]
fn the_vector_goes_beside_the_dump_and_is_summed_up() {
    let bench = Bench::new();
    let ran = bench.derive(&[]).succeeds();
    assert_eq!(bench.files(), ["d.safetensors", "d.sv"]);
    for expected in ["refusal", "Golden", "4 layers × 64", "pca", "14 harmful and 10 benign", "AUC", "█", "Next:"] {
        assert!(ran.stdout.contains(expected), "no '{expected}' in {}", ran.stdout);
    }
}

#[test]
fn what_was_asked_for_is_in_the_file() {
    let bench = Bench::new();
    let args = "--method mean-difference --sparsity 25 --scale unit --layers 0,2-3 --concept honesty \
                --suggested-alpha -0.5 --alpha-range -1..0.25 --provenance here";
    bench.derive(&args.split_whitespace().collect::<Vec<_>>()).succeeds();
    let file = SvFile::open(&bench.dump.with_extension("sv")).unwrap();
    let header = file.header();
    assert_eq!((header.method.as_str(), header.scale, header.sparsity), ("mean-difference", Scale::Unit, 0.25));
    assert_eq!((header.concept.as_str(), header.provenance.as_str()), ("honesty", "here"));
    assert_eq!((header.suggested_alpha, header.alpha_range), (Some(-0.5), Some((-1.0, 0.25))));
    let layers: Vec<_> = file.layers().map(|layer| (layer.layer, layer.len())).collect();
    assert_eq!(layers, [(0, 16), (2, 16), (3, 16)]);
}

#[test]
fn a_flipped_sign_turns_every_value_around() {
    let bench = Bench::new();
    let values = |name: &str, args: &[&str]| {
        let out = bench.folder.path().join(name);
        bench.derive(&[args, &["--out", out.to_str().unwrap()]].concat()).succeeds();
        let file = SvFile::open(&out).unwrap();
        file.layers().flat_map(|layer| layer.iter().collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let turned: Vec<_> = values("flipped.sv", &["--flip-sign"]).iter().map(|&(index, value)| (index, -value)).collect();
    assert_eq!(values("plain.sv", &[]), turned);
}

#[test]
fn the_same_dump_and_time_give_the_same_bytes() {
    let bench = Bench::new();
    let make = |name: &str| {
        let out = bench.folder.path().join(name);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_antidote-derive"));
        command.arg(&bench.dump).arg("--out").arg(&out).env("SOURCE_DATE_EPOCH", "1764000000");
        common::run(&mut command, b"").succeeds();
        std::fs::read(&out).unwrap()
    };
    assert_eq!(make("a.sv"), make("b.sv"));
}

#[test]
fn a_vector_that_is_there_is_only_replaced_when_asked() {
    let bench = Bench::new();
    std::fs::write(bench.dump.with_extension("sv"), "mine").unwrap();
    bench.derive(&[]).fails(2, &["d.sv", "--force"]);
    assert_eq!(std::fs::read(bench.dump.with_extension("sv")).unwrap(), b"mine");
    bench.derive(&["--force"]).succeeds();
    SvFile::open(&bench.dump.with_extension("sv")).unwrap();
}

#[test]
fn nonsense_on_the_command_line_is_a_usage_error() {
    let bench = Bench::new();
    for (args, word) in [
        (["--method", "magic"], "mean-difference"),
        (["--sparsity", "0"], "above 0"),
        (["--sparsity", "101"], "at most 100"),
        (["--sparsity", "NaN"], "finite"),
        (["--layers", "3-1"], "backwards"),
        (["--layers", "best:0"], "best:4"),
        (["--sparsify", "most"], "energy"),
        (["--alpha-range", "2..1"], "lower"),
        (["--concept", "two words"], "one word"),
        (["--suggested-alpha", "inf"], "finite"),
    ] {
        bench.derive(&args).fails(2, &[word]);
    }
    assert_eq!(bench.files(), ["d.safetensors"]);
}

#[test]
fn layers_that_the_model_lacks_are_named() {
    let bench = Bench::new();
    bench.derive(&["--layers", "7-9"]).fails(1, &["layers 0 to 3", "7-9"]);
    assert_eq!(bench.files(), ["d.safetensors"]);
}

#[test]
fn a_dump_that_is_none_or_is_broken_leaves_no_vector() {
    let bench = Bench::new();
    antidote_derive([bench.folder.path().join("none.safetensors")]).fails(1, &["none.safetensors"]);
    antidote_derive([bench.folder.path()]).fails(1, &[]);

    let whole = std::fs::read(&bench.dump).unwrap();
    for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&bench.dump, &whole[..length]).unwrap();
        bench.derive(&[]).fails(1, &["d.safetensors", "cut off"]);
    }
    std::fs::write(&bench.dump, &whole).unwrap();
    // Prompt 2, layer 1, value 3 of [n_prompts, 4, 64].
    bench.damage(bench.states() + 4 * ((4 + 1) * 64 + 3), &f32::NAN.to_le_bytes());
    bench.derive(&[]).fails(1, &["prompt 2", "layer 1", "not a finite number"]);
    std::fs::write(&bench.dump, &whole).unwrap();
    bench.damage(whole.len() - 1, &[7]);
    assert!(bench.derive(&[]).fails(1, &["d.safetensors"]).stderr.contains("7"));
    assert_eq!(bench.files(), ["d.safetensors"]);
}

#[test]
fn states_without_a_direction_are_refused_with_the_layer() {
    let bench = Bench::new();
    let (start, whole) = (bench.states(), std::fs::read(&bench.dump).unwrap());
    let n_prompts = (whole.len() - start) / (4 * 64 * 4 + 1);
    for prompt in 0..n_prompts {
        bench.damage(start + 4 * (prompt * 4 + 2) * 64, &[0; 4 * 64]);
    }
    for method in ["pca", "mean-difference", "probe", "whitened"] {
        bench.derive(&["--method", method]).fails(1, &["layer 2", "--layers"]);
    }
    bench.derive(&["--layers", "1,3"]).succeeds();
}

#[test]
fn directions_that_separate_nothing_are_warned_of() {
    let bench = Bench::new();
    assert_eq!(bench.derive(&[]).succeeds().stderr, "");
    let start = bench.states();
    // Something that varies much more than harm does, and as much on both sides: like prompts in two languages.
    for (prompt, layer) in (0..24).flat_map(|prompt| (0..4).map(move |layer| (prompt, layer))) {
        let value: f32 = if prompt % 2 == 0 { 1000.0 } else { -1000.0 };
        bench.damage(start + 4 * (prompt * 4 + layer) * 64, &value.to_le_bytes());
    }
    let ran = bench.derive(&["--force"]).succeeds();
    assert!(ran.stderr.contains("warning") && ran.stderr.contains("--method mean-difference"), "{}", ran.stderr);
}

impl Bench {
    /// Replaces the dump by one with `change`d metadata and the rows that `keep` says.
    fn rewrite(&self, keep: impl Fn(usize) -> bool, change: impl FnOnce(&mut DumpMeta, &[Label])) {
        let whole = Dump::open(&self.dump).unwrap();
        let rows: Vec<usize> = (0..whole.n_prompts()).filter(|row| keep(*row)).collect();
        let mut meta = whole.meta().clone();
        let labels: Vec<Label> = rows.iter().map(|row| whole.labels()[*row]).collect();
        meta.prompt_hashes = rows.iter().map(|row| meta.prompt_hashes[*row].clone()).collect();
        change(&mut meta, &labels);
        let mut writer = DumpWriter::create(&self.folder.path().join("new"), &meta, labels).unwrap();
        for row in rows {
            let states: Vec<f32> = (0..4).flat_map(|layer| whole.rows(layer, &[row]).into_iter()).collect();
            writer.push(&states).unwrap();
        }
        writer.finish().unwrap();
        std::fs::rename(self.folder.path().join("new"), &self.dump).unwrap();
    }
}

#[test]
fn components_are_chosen_as_asked() {
    let bench = Bench::new();
    let choose = |args: &[&str]| {
        bench.derive(&[args, &["--force"]].concat()).succeeds();
        let file = SvFile::open(&bench.dump.with_extension("sv")).unwrap();
        let layers = file.layers().map(|layer| (layer.layer, layer.len(), layer.stats.energy_kept)).collect::<Vec<_>>();
        (file.header().keep, file.header().sparsity, layers)
    };
    let (keep, share, layers) = choose(&["--sparsify", "energy", "--sparsity", "80"]);
    assert_eq!((keep, share), (Keep::Energy, 0.8));
    assert!(layers.iter().all(|(_, _, energy)| (0.8..0.95).contains(energy)), "{layers:?}");
    let (keep, _, layers) = choose(&["--sparsify", "global"]);
    assert_eq!(keep, Keep::Global);
    // 5% of three layers × 64, and not the same everywhere.
    assert_eq!(layers.iter().map(|(_, n, _)| n).sum::<usize>(), 10);
    assert!(layers.iter().any(|(_, n, _)| *n != layers[0].1) || layers.len() < 3, "{layers:?}");
    let (_, _, layers) = choose(&["--layers", "best:2"]);
    assert_eq!(layers.len(), 2);
    let (_, _, layers) = choose(&["--layers", "best:99"]);
    assert_eq!(layers.iter().map(|(layer, _, _)| *layer).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_fifth_is_held_out_unless_all_are_fitted_on() {
    let bench = Bench::new();
    let counts = |args: &[&str]| {
        bench.derive(&[args, &["--force"]].concat()).succeeds();
        let file = SvFile::open(&bench.dump.with_extension("sv")).unwrap();
        let header = file.header();
        let is_measured: Vec<_> = file.layers().map(|layer| layer.stats.held_out.is_some()).collect();
        (header.n_harmful, header.n_harmful_held_out, header.n_benign, header.n_benign_held_out, is_measured)
    };
    assert_eq!(counts(&[]), (14, 2, 10, 2, vec![true; 3]));
    assert_eq!(counts(&["--fit-all"]), (14, 0, 10, 0, vec![false; 3]));
    bench.derive(&["--fit-all", "--layers", "best:2", "--force"]).fails(1, &["held-out", "all are fitted on"]);
}

#[test]
fn with_few_prompts_none_are_held_out_and_it_is_said() {
    let bench = Bench::new();
    bench.rewrite(|row| row < 16, |_, _| {});
    let ran = bench.derive(&[]).succeeds();
    assert!(ran.stderr.contains("warning: no prompts were held out"), "{}", ran.stderr);
    assert!(ran.stdout.contains("held out         none"), "{}", ran.stdout);
    bench.derive(&["--layers", "best:2", "--force"]).fails(1, &["fewer than 10 prompts"]);
    assert_eq!(bench.derive(&["--fit-all", "--force"]).succeeds().stderr, "", "it was asked for");
}

#[test]
fn pairs_are_needed_where_they_are() {
    let bench = Bench::new();
    for method in ["pca-differences", "pca-pairs"] {
        bench.derive(&["--method", method]).fails(1, &[method, "--paired"]);
    }
    assert_eq!(bench.files(), ["d.safetensors"]);
}

#[test]
fn prompts_that_differ_in_length_or_last_token_are_warned_of() {
    let bench = Bench::new();
    let by_side = |labels: &[Label], harmful: u32, benign: u32| {
        Some(labels.iter().map(|label| if *label == Label::Harmful { harmful } else { benign }).collect::<Vec<u32>>())
    };
    bench.rewrite(
        |_| true,
        |meta, labels| {
            meta.n_tokens = by_side(labels, 30, 10);
            meta.last_tokens = by_side(labels, 5, 6);
        },
    );
    let ran = bench.derive(&[]).succeeds();
    assert!(ran.stderr.contains("the harmful prompts are longer"), "{}", ran.stderr);
    assert!(ran.stderr.contains("read at different tokens"), "{}", ran.stderr);

    bench.rewrite(
        |_| true,
        |meta, labels| {
            meta.n_tokens = Some((0..labels.len() as u32).collect());
            meta.last_tokens = by_side(labels, 5, 5);
        },
    );
    assert_eq!(bench.derive(&["--force"]).succeeds().stderr, "");
}

#[test]
fn the_picture_shows_layers_energy_and_states() {
    let bench = Bench::new();
    let picture = bench.folder.path().join("p.svg");
    let plot = ["--plot", picture.to_str().unwrap()];
    bench.derive(&plot).succeeds();
    let svg = std::fs::read_to_string(&picture).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    for expected in
        ["Golden", "Separation by layer", "AUC", "Energy kept", "first principal component", "harmful, held out"]
    {
        assert!(svg.contains(expected), "no '{expected}'");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "numbers that no viewer draws");
    // As the vector, it is replaced only when asked, and the same each time.
    bench
        .derive(&["--out", bench.folder.path().join("o.sv").to_str().unwrap(), plot[0], plot[1]])
        .fails(2, &["p.svg", "--plot"]);
    bench.derive(&[plot[0], plot[1], "--force"]).succeeds();
    assert_eq!(std::fs::read_to_string(&picture).unwrap(), svg);
    bench.derive(&["--fit-all", "--layers", "2", plot[0], plot[1], "--force"]).succeeds();
    assert!(std::fs::read_to_string(&picture).unwrap().contains("No prompts were held out"));
}

#[test]
fn a_picture_that_cannot_be_written_leaves_no_vector() {
    let bench = Bench::new();
    let nowhere = bench.folder.path().join("none/p.svg");
    bench.derive(&["--plot", nowhere.to_str().unwrap()]).fails(1, &["p.svg"]);
    assert_eq!(bench.files(), ["d.safetensors"]);
}
