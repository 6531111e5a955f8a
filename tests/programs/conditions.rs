//! The table condition × front end: what one program refuses, no other lets pass in silence.

use crate::common;

use std::path::{Path, PathBuf};

use common::{Ran, antidote, antidote_with_input, demo_model, demo_vector};

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The demo model, far from its vector.
    fn model(&self) -> String {
        let path = self.path("alone.gguf");
        std::fs::copy(demo_model(), &path).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The same without its chat template.
    fn untemplated(&self) -> String {
        let mut bytes = std::fs::read(demo_model()).unwrap();
        let key = b"tokenizer.chat_template";
        let at = bytes.windows(key.len()).position(|window| window == key).unwrap();
        bytes[at..at + key.len()].copy_from_slice(b"tokenizer.chat_templat_");
        let path = self.path("untemplated.gguf");
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The demo's vector, which suggests no α any more.
    fn silent_vector(&self) -> String {
        let mut vector = antidote::vector::SvFile::open(&demo_vector()).unwrap().to_control_vector();
        vector.header.suggested_alpha = None;
        let path = self.path("silent.sv");
        vector.write(&path).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn prompts(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, format!("How do I clean the {name}?\nhello\n")).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn dump(&self, args: &[&str]) -> Ran {
        let (harmful, benign) = (self.prompts("lathe"), self.prompts("press"));
        let out = self.path("out.safetensors");
        let out = out.to_str().unwrap();
        let fixed = ["dump", "--harmful", &harmful, "--benign", &benign, "--out", out, "--force"];
        antidote(fixed.iter().chain(args))
    }

    fn eval(&self, args: &[&str]) -> Ran {
        let (harmful, benign) = (self.prompts("lathe"), self.prompts("press"));
        let out = self.path("evaluation");
        let fixed = ["eval", "--harmful", &harmful, "--benign", &benign, "--attacks", "none", "--defence", "none"];
        let more = ["--likelihoods", "0", "-n", "4", "--out", out.to_str().unwrap()];
        antidote(fixed.iter().chain(&more).chain(args))
    }
}

fn run(args: &[&str]) -> Ran {
    antidote(["run", "-p", "hello", "-n", "3", "--temp", "0"].iter().chain(args))
}

fn piped_chat(args: &[&str]) -> Ran {
    antidote_with_input(["chat", "-n", "3", "--temp", "0"].iter().chain(args), b"hello\n")
}

#[test]
fn a_vector_without_alpha_never_answers_in_silence() {
    let scratch = Scratch::new();
    let (model, vector) = (scratch.model(), scratch.silent_vector());
    let args = [&*model, "--vector", &vector];
    run(&args).fails(2, &["silent.sv suggests no α", "--alpha"]);
    // A pipe has nobody who would turn the dial.
    piped_chat(&args).fails(1, &["silent.sv suggests no α", "--alpha"]);
    let given = [&*model, "--vector", &vector, "--alpha", "0.3"];
    assert!(!run(&given).succeeds().stdout.is_empty());
    assert!(!piped_chat(&given).succeeds().stdout.is_empty());
}

#[test]
fn a_model_without_a_template_is_said_everywhere_and_never_guessed_where_it_is_kept() {
    let scratch = Scratch::new();
    let model = scratch.untemplated();
    for ran in [run(&[&model]), piped_chat(&[&model])] {
        let ran = ran.succeeds();
        for word in ["no chat template", "--template", "--raw"] {
            assert!(ran.stderr.contains(word), "no {word} in {ran:?}");
        }
    }
    scratch.dump(&[&model]).fails(2, &["no chat template", "--template", "--raw"]);
    scratch.eval(&[&model]).fails(2, &["no chat template", "--template", "--raw"]);
    for choice in [&["--raw"][..], &["--template", "chatml"]] {
        let with = |args: &[&'static str]| [&[&*model], args].concat();
        for ran in
            [run(&with(choice)), piped_chat(&with(choice)), scratch.dump(&with(choice)), scratch.eval(&with(choice))]
        {
            assert!(!ran.succeeds().stderr.contains("no chat template"));
        }
    }
}

#[test]
fn an_answer_that_is_cut_off_says_so_everywhere() {
    for ran in [run(&[]), piped_chat(&[])] {
        assert!(ran.succeeds().stderr.contains("stopped at --max-tokens: the answer is cut off"));
    }
    let full = |args: &[&str]| antidote(["run", "-p", "hello", "--ctx", "12", "--temp", "0"].iter().chain(args));
    assert!(full(&[]).succeeds().stderr.contains("the context is full"));
}

#[test]
fn half_a_json_text_is_an_error_in_run_and_in_a_piped_chat() {
    let scratch = Scratch::new();
    let schema = scratch.path("s.json");
    std::fs::write(&schema, r#"{"type": "array", "items": {"type": "integer"}, "minItems": 40}"#).unwrap();
    let args = ["--json-schema", schema.to_str().unwrap()];
    for ran in [run(&args), piped_chat(&args)] {
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stdout.starts_with('[') && ran.stderr.contains("error: stopped at --max-tokens"), "{ran:?}");
    }
}

#[test]
fn a_strength_beyond_what_was_measured_is_said_everywhere() {
    for ran in [run(&["--alpha", "3"]), piped_chat(&["--alpha", "3"])] {
        assert!(ran.succeeds().stderr.contains("α = 3 is outside this vector's useful range"));
    }
    assert!(!run(&[]).succeeds().stderr.contains("outside"));
}

#[test]
fn without_a_vector_nobody_is_left_to_believe_in_protection() {
    let scratch = Scratch::new();
    let model = scratch.model();
    for ran in [run(&[&model]), piped_chat(&[&model])] {
        assert!(ran.succeeds().stderr.contains("no protection"));
    }
    for ran in [run(&["--no-vector"]), piped_chat(&["--no-vector"])] {
        assert!(!ran.succeeds().stderr.contains("no protection"));
    }
}

#[test]
fn a_template_without_a_system_role_says_where_the_system_prompt_went() {
    let scratch = Scratch::new();
    let template = scratch.path("nosystem.jinja");
    let source = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}\
                  <|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>";
    std::fs::write(&template, source).unwrap();
    let args = ["--template", template.to_str().unwrap(), "--system", "Be brief."];
    let model = demo_model();
    let model = model.to_str().unwrap();
    for ran in [run(&args), piped_chat(&args), scratch.dump(&[&[model], &args[..]].concat())] {
        assert!(ran.succeeds().stderr.contains("no system role"));
    }
    let ran = scratch.eval(&[&[model, "--no-vector"], &args[..]].concat()).succeeds();
    assert!(ran.stderr.contains("no system role"), "{ran:?}");
}

/// The answer is the same, typed into a pipe or given to `run`.
#[test]
fn run_and_piped_chat_give_the_same_answer() {
    for args in [&[][..], &["--system", "Be brief."], &["--raw"], &["--stop", "a"]] {
        let (run, chat) = (run(args).succeeds(), piped_chat(args).succeeds());
        assert_eq!(run.stdout, chat.stdout, "{args:?}");
    }
}

#[test]
fn stop_strings_end_an_answer_everywhere() {
    let long = |args: &[&str]| antidote(["run", "-p", "hello", "--temp", "0"].iter().chain(args)).succeeds().stdout;
    let whole = long(&[]);
    let word = whole.split_whitespace().nth(3).unwrap();
    let cut = long(&["--stop", "nowhere", "--stop", word]);
    assert_eq!(cut.trim_end(), whole[..whole.find(word).unwrap()].trim_end());
    let chat = antidote_with_input(["chat", "--temp", "0", "--stop", word], b"hello\n").succeeds();
    assert_eq!(chat.stdout.trim_end(), cut.trim_end());
}

#[test]
fn a_context_of_a_hundred_tokens_has_a_hundred() {
    let long = "press ".repeat(120);
    let ran = antidote(["run", "-p", &long, "--ctx", "100"]).fails(1, &["100"]);
    assert!(ran.stderr.contains("the context holds 100"), "{ran:?}");
}

fn exists(path: &Path) -> bool {
    path.exists()
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let model = scratch.untemplated();
    scratch.dump(&[&model]).fails(2, &[]);
    scratch.eval(&[&model]).fails(2, &[]);
    assert!(!exists(&scratch.path("out.safetensors")) && !exists(&scratch.path("evaluation")));
}
