//! `antidote-derive import`, `export` and `bind` on control vectors that the gguf package wrote
//! (`tests/golden/hf/make_golden.py`).

use crate::common;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use antidote::vector::gguf_vector::GgufVector;
use antidote::vector::{Fingerprint, Scale, Sign, SvFile, Target};
use common::{Ran, antidote_derive, files_in, hf};

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn files(&self) -> Vec<String> {
        files_in(self.0.path())
    }

    fn import(&self, vector: &Path, args: &[&str]) -> Ran {
        let start: [OsString; 4] = ["import".into(), vector.into(), "--out".into(), self.path("v.sv").into()];
        antidote_derive(start.into_iter().chain(args.iter().map(OsString::from)))
    }

    fn import_for_tiny(&self, vector: &str, args: &[&str]) -> Ran {
        let model = hf("tiny.gguf");
        self.import(&hf(vector), &[&["--for-model", model.to_str().unwrap()], args].concat())
    }

    fn export(&self, args: &[&str]) -> Ran {
        let start: [OsString; 4] =
            ["export".into(), self.path("v.sv").into(), "--out".into(), self.path("back.gguf").into()];
        antidote_derive(start.into_iter().chain(args.iter().map(OsString::from)))
    }

    fn vector(&self) -> SvFile {
        SvFile::open(&self.path("v.sv")).unwrap()
    }
}

fn bits(path: &Path) -> Vec<(u32, Vec<u32>)> {
    let vector = GgufVector::open(path).unwrap();
    vector.directions.iter().map(|(layer, values)| (*layer, values.iter().map(|v| v.to_bits()).collect())).collect()
}

#[test]
fn a_whole_vector_goes_in_and_out_with_every_bit() {
    for name in ["vector.gguf", "vector_0.gguf"] {
        let bench = Bench::new();
        bench.import_for_tiny(name, &[]).succeeds();
        bench.export(&[]).succeeds();
        assert_eq!(bits(&bench.path("back.gguf")), bits(&hf(name)), "{name}");
        assert_eq!(bench.files(), ["back.gguf", "v.sv"]);
    }
}

#[test]
fn what_the_import_knows_is_in_the_file() {
    let bench = Bench::new();
    let ran = bench.import_for_tiny("vector_0.gguf", &["--sparsity", "25", "--concept", "calm"]).succeeds();
    assert!(ran.stderr.contains("layer 0"), "{}", ran.stderr);
    assert!(ran.stdout.contains("as imported") && ran.stdout.contains("not stated"), "{}", ran.stdout);
    let vector = bench.vector();
    let header = vector.header();
    let target = Target::open(&hf("tiny.gguf")).unwrap();
    assert_eq!(
        (header.model.fingerprint, header.model.n_layer, header.model.n_embd),
        (target.model.fingerprint, 4, 32)
    );
    assert_eq!((header.scale, header.sign, header.sparsity), (Scale::AsImported, Sign::Unstated, 0.25));
    assert_eq!((header.concept.as_str(), header.model.name.as_str()), ("calm", "Tiny random Llama"));
    assert!(header.provenance.contains("vector_0.gguf"), "{}", header.provenance);
    assert_eq!(
        vector.layers().map(|view| (view.layer, view.len())).collect::<Vec<_>>(),
        [(0, 8), (1, 8), (2, 8), (3, 8)]
    );
}

#[test]
fn the_riskier_way_is_turned_around() {
    let bench = Bench::new();
    let values = |args: &[&str]| {
        bench.import_for_tiny("vector.gguf", args).succeeds();
        let vector = bench.vector();
        let values: Vec<f32> =
            vector.layers().flat_map(|view| view.iter().collect::<Vec<_>>()).map(|(_, v)| v).collect();
        (vector.header().sign, values)
    };
    let safer = values(&["--sign", "safer"]);
    let riskier = values(&["--sign", "riskier", "--force"]);
    assert_eq!((safer.0, riskier.0), (Sign::PositiveIsSafer, Sign::PositiveIsSafer));
    assert_eq!(safer.1, riskier.1.iter().map(|value| -value).collect::<Vec<_>>());
}

#[test]
fn layer_0_can_be_left_out_of_an_export() {
    let bench = Bench::new();
    bench.import_for_tiny("vector_0.gguf", &[]).succeeds();
    let ran = bench.export(&[]).succeeds();
    assert!(ran.stderr.contains("--skip-layer-0"), "{}", ran.stderr);
    bench.export(&["--skip-layer-0"]).fails(2, &["back.gguf", "--force"]);
    bench.export(&["--skip-layer-0", "--force"]).succeeds();
    assert_eq!(bits(&bench.path("back.gguf")), bits(&hf("vector_0.gguf"))[1..]);
}

#[test]
fn a_vector_without_its_model_is_bound_later() {
    let bench = Bench::new();
    let unbound = ["--unbound", "--architecture", "llama", "--n-layer", "4"];
    let ran = bench.import(&hf("vector.gguf"), &unbound).succeeds();
    assert!(ran.stdout.contains("antidote-derive bind"), "{}", ran.stdout);
    assert!(bench.vector().header().model.fingerprint.is_unbound());
    let target = Target::open(&hf("tiny.gguf")).unwrap();
    let fits = |vector: &SvFile| vector.check_model(&target.model).is_ok();
    assert!(!fits(&bench.vector()));
    let bind = |model: &Path| {
        let args: [OsString; 4] = ["bind".into(), bench.path("v.sv").into(), "--for-model".into(), model.into()];
        antidote_derive(args)
    };
    bind(&common::demo_model()).fails(1, &["4 layers × 32", "demo.Q8_0.gguf"]);
    bind(&hf("vector.gguf")).fails(1, &["control vector, not a model"]);
    bind(&hf("tiny.gguf")).succeeds();
    assert!(fits(&bench.vector()));
    assert_eq!(bench.vector().header().model.name, "Tiny random Llama");
    bind(&hf("tiny.gguf")).fails(1, &["already"]);
}

#[test]
fn the_same_vector_and_time_give_the_same_bytes() {
    let bench = Bench::new();
    let make = |name: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_antidote-derive"));
        command.arg("import").arg(hf("vector.gguf")).arg("--for-model").arg(hf("tiny.gguf"));
        command.arg("--out").arg(bench.path(name)).env("SOURCE_DATE_EPOCH", "1764000000");
        common::run(&mut command, b"").succeeds();
        std::fs::read(bench.path(name)).unwrap()
    };
    assert_eq!(make("a.sv"), make("b.sv"));
}

#[test]
fn what_does_not_suit_leaves_nothing() {
    let bench = Bench::new();
    bench.import_for_tiny("tiny.gguf", &[]).fails(1, &["tiny.gguf", "\"llama\""]);
    bench.import_for_tiny("none.gguf", &[]).fails(1, &["none.gguf"]);
    let demo = common::demo_model();
    bench
        .import(&hf("vector.gguf"), &["--for-model", demo.to_str().unwrap()])
        .fails(1, &["32 values", "demo.Q8_0.gguf"]);
    bench.import(&hf("vector.gguf"), &[]).fails(2, &["--for-model"]);
    bench.import(&hf("vector.gguf"), &["--unbound"]).fails(2, &["--architecture"]);
    let few = ["--unbound", "--architecture", "llama", "--n-layer", "3"];
    bench.import(&hf("vector.gguf"), &few).fails(1, &["direction.3", "layers 0 to 2"]);
    bench.export(&[]).fails(1, &["v.sv"]);
    assert!(bench.files().is_empty(), "{:?}", bench.files());
    let whole = std::fs::read(hf("vector.gguf")).unwrap();
    std::fs::write(bench.path("cut.gguf"), &whole[..whole.len() - 40]).unwrap();
    bench.import(&bench.path("cut.gguf"), &few).fails(1, &["cut.gguf", "cut off"]);
    assert_eq!(bench.files(), ["cut.gguf"]);
    assert_ne!(Fingerprint::UNBOUND, Target::open(&hf("tiny.gguf")).unwrap().model.fingerprint);
}
