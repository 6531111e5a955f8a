//! Everything a person can get wrong, and every file that can be broken: a clear error, exit code 1 or 2, nothing
//! left behind.

use crate::common;

use std::path::Path;

use common::{antidote, antidote_with_input, demo_model, demo_vector, files_in};

/// `antidote run` on a model and a vector.
fn run_with(model: &Path, vector: &Path) -> common::Ran {
    let run = [Path::new("run"), Path::new("-p"), Path::new("Hello"), Path::new("-n"), Path::new("4")];
    antidote(run.into_iter().chain([model, Path::new("--vector"), vector]))
}

#[test]
fn a_corrupted_vector_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.sv");
    let mut bytes = std::fs::read(demo_vector()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&broken, bytes).unwrap();
    run_with(&demo_model(), &broken).fails(1, &["broken.sv", "checksum"]);
    antidote([Path::new("inspect"), &broken]).fails(1, &["broken.sv", "checksum"]);
    assert_eq!(files_in(folder.path()), ["broken.sv"]);
}

#[test]
fn a_vector_of_zeros_is_called_that_and_a_vector_is_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let zero = folder.path().join("zero.sv");
    let mut vector = antidote::vector::SvFile::open(&demo_vector()).unwrap().to_control_vector();
    vector.layers.iter_mut().for_each(|layer| layer.values.fill(0.0));
    vector.write(&zero).unwrap();
    run_with(&demo_model(), &zero).fails(1, &["zero.sv steers nothing", "all its values are zero"]);
    run_with(&demo_vector(), &demo_vector()).fails(1, &["safety vector (.sv), not a model", "--vector"]);
}

#[test]
fn a_truncated_vector_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let short = folder.path().join("short.sv");
    let bytes = std::fs::read(demo_vector()).unwrap();
    for length in [0, 5, 60, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&short, &bytes[..length]).unwrap();
        run_with(&demo_model(), &short).fails(1, &["short.sv"]);
    }
}

#[test]
fn a_vector_of_another_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.sv");
    let mut vector = antidote::vector::SvFile::open(&demo_vector()).unwrap().to_control_vector();
    let mut fingerprint = vector.header.model.fingerprint.to_string().into_bytes();
    fingerprint[0] = if fingerprint[0] == b'0' { b'1' } else { b'0' };
    vector.header.model.fingerprint = String::from_utf8(fingerprint).unwrap().parse().unwrap();
    vector.write(&other).unwrap();
    run_with(&demo_model(), &other).fails(1, &["fingerprint"]);
}

#[test]
fn a_model_cut_in_half_is_refused_before_llama_cpp_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let half = folder.path().join("half.gguf");
    let bytes = std::fs::read(demo_model()).unwrap();
    for length in [bytes.len() / 2, bytes.len() - 1, 1000, 30, 3] {
        std::fs::write(&half, &bytes[..length]).unwrap();
        antidote([Path::new("run"), Path::new("-p"), Path::new("Hello"), &half]).fails(1, &["half.gguf"]);
    }
    std::fs::write(&half, []).unwrap();
    antidote([Path::new("chat"), &half]).fails(1, &["half.gguf"]);
}

#[test]
fn files_that_are_not_there_or_not_what_they_should_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.gguf");
    antidote([Path::new("chat"), &missing]).fails(1, &["missing.gguf"]);
    run_with(&demo_model(), &folder.path().join("missing.sv")).fails(1, &["missing.sv"]);
    run_with(&demo_vector(), &demo_vector()).fails(1, &["demo.refusal.sv"]);
    run_with(&demo_model(), &demo_model()).fails(1, &["demo.Q8_0.gguf"]);
    run_with(folder.path(), &demo_vector()).fails(1, &["folder"]);
    antidote([Path::new("inspect"), folder.path()]).fails(1, &["folder"]);
}

#[test]
fn strengths_that_are_no_numbers_are_usage_errors() {
    for alpha in ["NaN", "inf", "much", ""] {
        antidote(["run", "-p", "Hello", "--alpha", alpha]).fails(2, &["--alpha"]);
    }
}

#[test]
fn an_empty_prompt_is_a_usage_error() {
    antidote(["run", "-p", ""]).fails(2, &["prompt is empty"]);
    antidote(["run", "-p", " \n\t "]).fails(2, &["prompt is empty"]);
    antidote_with_input(["run", "-p", "-"], b"").fails(2, &["prompt is empty"]);
    antidote_with_input(["run", "-p", "-"], b"\xFF\xFE").fails(2, &["not valid UTF-8"]);
}

#[test]
fn nonsense_on_the_command_line_is_a_usage_error() {
    antidote(["run"]).fails(2, &["--prompt"]);
    antidote(["run", "-p", "x", "--top-p", "2"]).fails(2, &["--top-p"]);
    antidote(["run", "-p", "x", "--ctx", "0"]).fails(2, &["--ctx"]);
    antidote(["run", "-p", "x", "--no-vector", "--alpha", "1"]).fails(2, &["--no-vector"]);
    antidote(["run", "-p", "x", "--cache-type", "q8_0"]).fails(2, &["--flash-attn"]);
    antidote(["frobnicate"]).fails(2, &["frobnicate"]);
}

#[test]
fn a_strength_without_a_vector_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("alone.gguf");
    std::fs::copy(demo_model(), &alone).unwrap();
    let args = ["run", "-p", "Hello", "--alpha", "0.3"].map(Path::new);
    antidote(args.into_iter().chain([alone.as_path()])).fails(2, &["--vector"]);
}

#[test]
fn too_little_memory_says_required_and_available() {
    antidote(["run", "-p", "Hello", "--ctx", "2000000000"]).fails(1, &["are required", "are available", "--ctx"]);
}

#[test]
fn a_prompt_longer_than_the_context_says_both_numbers() {
    let long = "press ".repeat(500);
    let ran = antidote(["run", "-p", &long, "--ctx", "64"]).fails(1, &["the context holds "]);
    assert!(ran.stderr.contains("the prompt has "), "{}", ran.stderr);
}

#[test]
fn a_failed_dump_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (good, empty, out) =
        (folder.path().join("good.txt"), folder.path().join("empty.txt"), folder.path().join("out.safetensors"));
    std::fs::write(&good, "stop the press\n").unwrap();
    std::fs::write(&empty, "\n").unwrap();
    let dump = |harmful: &Path, out: &Path| {
        let model = demo_model();
        let args = [Path::new("dump"), &model, Path::new("--harmful"), harmful, Path::new("--benign"), &good];
        antidote(args.into_iter().chain([Path::new("-o"), out]))
    };
    dump(&empty, &out).fails(1, &["empty.txt", "no prompts"]);
    dump(&folder.path().join("none.txt"), &out).fails(1, &["none.txt"]);
    dump(&good, &folder.path().join("no/such/folder/out.safetensors")).fails(1, &["out.safetensors"]);
    assert_eq!(files_in(folder.path()), ["empty.txt", "good.txt"]);
    dump(&good, &out).succeeds();
    dump(&good, &out).fails(2, &["--force"]);
}
