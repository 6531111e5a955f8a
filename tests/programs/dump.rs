//! `antidote dump` as it is used: killed and gone on with, at every token position, in every number format.

use crate::common;

use std::path::{Path, PathBuf};
use std::process::Command;

use antidote::dump::{Dump, DumpMeta, Label, TokenPosition};
use antidote::engine::{ContextOptions, EngineError, HiddenStates, Model, Reading, Token};
use antidote::prompt::{Frame, Template};
use common::{Running, antidote, demo_model, files_in, model, options, root};
use half::{bf16, f16};

const UNFINISHED: &str = ".out.safetensors.antidote-unfinished";

/// A folder with two prompt files.
struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    /// As many prompts on each side; if they are more than the demo has, they repeat.
    fn new(n_prompts: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for side in ["harmful", "benign"] {
            let text = std::fs::read_to_string(root().join(format!("models/demo/prompts/{side}.txt"))).unwrap();
            let lines: Vec<_> = text.lines().cycle().take(n_prompts).collect();
            std::fs::write(folder.path().join(format!("{side}.txt")), lines.join("\n")).unwrap();
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn args(&self, more: &[&str]) -> Vec<String> {
        let path = |name: &str| self.path(name).display().to_string();
        let sides = ["--harmful".to_owned(), path("harmful.txt"), "--benign".to_owned(), path("benign.txt")];
        let sides = if more.contains(&"--pairs") { vec![] } else { sides.to_vec() };
        let base = ["dump".to_owned(), demo_model().display().to_string(), "-o".to_owned(), path("out.safetensors")];
        base.into_iter().chain(sides).chain(more.iter().map(|arg| (*arg).to_owned())).collect()
    }

    fn dump(&self, more: &[&str]) -> common::Ran {
        antidote(self.args(more))
    }

    /// The dump that is there, which is removed.
    fn take(&self) -> Vec<u8> {
        let bytes = std::fs::read(self.path("out.safetensors")).unwrap();
        std::fs::remove_file(self.path("out.safetensors")).unwrap();
        bytes
    }

    /// Starts a dump and returns when it has at least `n_rows` rows.
    fn start_until(&self, n_rows: u64) -> Running {
        let mut dump = Running::start(Command::new(env!("CARGO_BIN_EXE_antidote")).args(self.args(&[])));
        dump.wait_until(&format!("{n_rows} rows"), |_| rows_kept(&self.path(UNFINISHED)) >= n_rows);
        dump
    }

    /// Kills a dump that has at least `n_rows` rows, and returns how many rows it left.
    fn kill_at(&self, n_rows: u64) -> u64 {
        self.start_until(n_rows).kill();
        rows_kept(&self.path(UNFINISHED))
    }
}

/// Rows that the journal of an unfinished dump says are whole: what the last record in use begins with.
fn rows_kept(path: &Path) -> u64 {
    let bytes = std::fs::read(path).unwrap_or_default();
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    if bytes.len() < 64 || &bytes[..8] != b"unfinish" {
        return 0;
    }
    let footer = bytes.len() - 56;
    let records = (number(footer) + number(footer + 8)) as usize;
    let ends = (records..footer).step_by(40).map(number);
    ends.take_while(|end| *end > 0).last().unwrap_or(0)
}

/// Prompts a side: enough batches to be killed several times.
const MANY: usize = 100;

#[test]
fn a_killed_dump_goes_on_where_it_ended_and_gives_the_same_bytes() {
    let scratch = Scratch::new(MANY);
    scratch.dump(&[]).succeeds();
    let undisturbed = scratch.take();
    let mut kept = 0;
    for goal in [1, MANY as u64 / 2, MANY as u64 * 3 / 2] {
        let now = scratch.kill_at(goal);
        assert!(now >= kept.max(goal), "{now} rows after {kept}");
        kept = now;
        assert_eq!(files_in(scratch.folder.path()), [UNFINISHED, "benign.txt", "harmful.txt"]);
    }
    let ran = scratch.dump(&[]).succeeds();
    assert!(ran.stderr.contains(&format!("resuming at prompt {} of {}", kept + 1, 2 * MANY)), "{}", ran.stderr);
    assert!(scratch.take() == undisturbed, "other bytes than undisturbed");
    assert_eq!(files_in(scratch.folder.path()), ["benign.txt", "harmful.txt"]);
}

#[test]
fn a_dump_that_was_begun_otherwise_says_what_differs_and_can_be_thrown_away() {
    let scratch = Scratch::new(MANY);
    let kept = scratch.kill_at(1);
    let model_of_other_bytes = scratch.path("other.gguf");
    let mut bytes = std::fs::read(demo_model()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&model_of_other_bytes, bytes).unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["--type", "f16"], "--type was f32 and is f16"),
        (&["--token", "mean:2"], "--token was last-prompt and is mean:2"),
        (&["--batch", "64"], "--batch was 512 and is 64"),
        (&["--system", "Be brief."], "--system was none"),
        (&["--response-prefix", "Sure"], "--response-prefix was none"),
        (&["--raw"], "the chat template was one with the hash"),
        (&["--paired"], "pairing was off and is on"),
    ];
    for (more, words) in cases {
        scratch.dump(more).fails(1, &[words, "--restart", UNFINISHED]);
    }
    let mut args = scratch.args(&[]);
    args[1] = model_of_other_bytes.display().to_string();
    antidote(args).fails(1, &["the model's file was", "--restart"]);
    std::fs::write(scratch.path("benign.txt"), "How do I clean the lathe?").unwrap();
    scratch.dump(&[]).fails(1, &["the list of prompts was"]);
    // None of this took anything away.
    assert_eq!(rows_kept(&scratch.path(UNFINISHED)), kept);
    let ran = scratch.dump(&["--restart"]).succeeds();
    assert!(!ran.stderr.contains("resuming"), "{}", ran.stderr);
    assert_eq!(Dump::open(&scratch.path("out.safetensors")).unwrap().n_prompts(), MANY + 1);
    assert!(!scratch.path(UNFINISHED).exists());
}

#[test]
fn a_damaged_unfinished_dump_is_never_read() {
    let scratch = Scratch::new(MANY);
    scratch.kill_at(MANY as u64 / 2);
    let bytes = std::fs::read(scratch.path(UNFINISHED)).unwrap();
    // In the middle of the rows, of which it now holds fewer.
    let header = 8 + bytes[8..].windows(2).position(|pair| pair == b"}}").unwrap();
    let mut damaged = bytes.clone();
    damaged[header + 200_000] ^= 1;
    std::fs::write(scratch.path(UNFINISHED), &damaged).unwrap();
    let ran = scratch.dump(&[]).succeeds();
    assert!(ran.stderr.contains("damaged after prompt") || ran.stderr.contains("damaged"), "{}", ran.stderr);
    let after_damage = scratch.take();
    std::fs::write(scratch.path(UNFINISHED), &bytes[..bytes.len() / 2]).unwrap();
    let ran = scratch.dump(&[]).succeeds();
    assert!(ran.stderr.contains("starting over"), "{}", ran.stderr);
    let after_cut = scratch.take();
    scratch.dump(&[]).succeeds();
    let undisturbed = scratch.take();
    assert!(after_damage == undisturbed && after_cut == undisturbed, "other bytes than undisturbed");
}

#[cfg(unix)]
#[test]
fn an_interrupted_dump_says_how_to_go_on() {
    let scratch = Scratch::new(MANY);
    let dump = scratch.start_until(1);
    // SIGTERM reaches the same handler as Ctrl-C.
    dump.signal("TERM");
    let output = dump.ends();
    assert_eq!(output.status.code(), Some(130));
    let kept = rows_kept(&scratch.path(UNFINISHED));
    let told = String::from_utf8(output.stderr).unwrap();
    let words = format!("{kept} of {} prompts are saved", 2 * MANY);
    assert!(told.contains(&words) && told.contains("rerun the same command"), "{told}");
    let ran = scratch.dump(&[]).succeeds();
    assert!(ran.stderr.contains(&format!("resuming at prompt {} of", kept + 1)), "{}", ran.stderr);
}

#[test]
fn a_second_program_is_refused_while_the_first_is_at_work() {
    let scratch = Scratch::new(MANY);
    let mut first = scratch.start_until(1);
    let second = scratch.dump(&[]);
    let third = scratch.dump(&["--restart"]);
    assert!(!first.has_ended(), "the first ended too early to be met");
    second.fails(1, &["another program is writing"]);
    third.fails(1, &["another program is writing"]);
}

#[test]
fn a_dump_that_is_there_is_only_replaced_on_demand() {
    let scratch = Scratch::new(2);
    scratch.dump(&[]).succeeds();
    scratch.dump(&[]).fails(2, &["--force"]);
    scratch.dump(&["--force", "--type", "f16"]).succeeds();
    let folder = scratch.path("folder");
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.display().to_string();
    let mut args = scratch.args(&["--force"]);
    args[3].clone_from(&folder);
    antidote(args).fails(2, &["is a folder"]);
}

#[test]
fn usage_errors_name_the_flag() {
    let scratch = Scratch::new(3);
    let pairs = scratch.path("pairs.csv").display().to_string();
    std::fs::write(&pairs, "positive,negative\nBreak it.,Mend it.\n").unwrap();
    for position in ["mean:0", "mean:x", "mean", "first", "unknown", ""] {
        scratch.dump(&["--token", position]).fails(2, &["--token"]);
    }
    scratch.dump(&["--type", "f64"]).fails(2, &["--type"]);
    scratch.dump(&["--raw", "--system", "x"]).fails(2, &["--system"]);
    scratch.dump(&["--raw", "--token", "after-user"]).fails(2, &["after-user", "--response-prefix"]);
    antidote(scratch.args(&["--pairs", &pairs]).iter().chain([&"--harmful".to_owned(), &pairs]))
        .fails(2, &["--pairs", "--harmful"]);
    scratch.dump(&["--pairs", &pairs, "--paired"]).fails(2, &["--paired"]);
    let mut only_harmful = scratch.args(&[]);
    only_harmful.truncate(6);
    antidote(only_harmful).fails(2, &["--benign"]);
    std::fs::write(scratch.path("benign.txt"), "one\ntwo\n").unwrap();
    scratch.dump(&["--paired"]).fails(2, &["harmful.txt has 3", "benign.txt has 2"]);
    scratch.dump(&["--pairs", "none.csv"]).fails(1, &["none.csv"]);
    assert_eq!(files_in(scratch.folder.path()), ["benign.txt", "harmful.txt", "pairs.csv"]);
}

#[test]
fn a_prompt_that_is_too_long_is_named_before_anything_is_computed() {
    let scratch = Scratch::new(3);
    std::fs::write(scratch.path("benign.txt"), format!("one\n{}\n", "press ".repeat(600))).unwrap();
    scratch.dump(&["--ctx", "256", "--batch", "256"]).fails(1, &["benign.txt, prompt 2", "the context holds 256"]);
    assert_eq!(files_in(scratch.folder.path()), ["benign.txt", "harmful.txt"]);
}

#[test]
fn pairs_in_one_file_or_in_two_give_the_same_dump() {
    let scratch = Scratch::new(20);
    scratch.dump(&["--paired"]).succeeds();
    let in_two = scratch.take();
    let sides = ["harmful.txt", "benign.txt"].map(|name| std::fs::read_to_string(scratch.path(name)).unwrap());
    let rows = sides[0].lines().zip(sides[1].lines());
    let lines: String =
        rows.map(|(p, n)| serde_json::json!({"positive": p, "negative": n}).to_string() + "\n").collect();
    let pairs = scratch.path("pairs.jsonl");
    std::fs::write(&pairs, lines).unwrap();
    scratch.dump(&["--pairs", &pairs.display().to_string()]).succeeds();
    let dump = Dump::open(&scratch.path("out.safetensors")).unwrap();
    assert!(dump.meta().is_paired);
    assert_eq!(dump.labels(), [[Label::Harmful; 20], [Label::Benign; 20]].concat());
    assert!(scratch.take() == in_two, "other bytes than from two files");
}

#[test]
fn every_number_format_holds_the_rounded_states() {
    let scratch = Scratch::new(8);
    let states = |element: &str| -> Vec<f32> {
        scratch.dump(&["--force", "--type", element]).succeeds();
        let dump = Dump::open(&scratch.path("out.safetensors")).unwrap();
        (0..dump.n_layer()).flat_map(|layer| dump.layer(layer).into_iter()).collect()
    };
    let full = states("f32");
    let half: Vec<f32> = full.iter().map(|value| f16::from_f32(*value).to_f32()).collect();
    let brain: Vec<f32> = full.iter().map(|value| bf16::from_f32(*value).to_f32()).collect();
    assert!(half != full && brain != half);
    assert!(states("f16") == half);
    assert!(states("bf16") == brain);
}

/// ‖a − b‖ / ‖b‖
fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = a.iter().zip(b).map(|(a, b)| square(a - b)).sum();
    (difference / b.iter().map(|b| square(*b)).sum::<f64>()).sqrt()
}

/// Rows of different batches differ in the last bits only; Q8_0 rounding enlarges that a little.
const OTHER_BATCH: f64 = 0.01;

fn read(
    model: &std::sync::Arc<Model>,
    options: &ContextOptions,
    reading: Reading,
    prompts: &[Vec<Token>],
) -> Vec<Vec<f32>> {
    let mut states = vec![];
    let mut reader = HiddenStates::for_prompts(model, options, reading, prompts).unwrap();
    let each = |_, state: &[f32]| {
        states.push(state.to_vec());
        Ok(())
    };
    reader.read::<EngineError>(prompts, each).unwrap();
    states
}

fn prompts(model: &Model) -> Vec<Vec<Token>> {
    let frame = Frame::new(model, Template::of(model).unwrap(), None, None);
    let text = std::fs::read_to_string(root().join("models/demo/prompts/benign.txt")).unwrap();
    text.lines().take(40).map(|line| frame.tokens(line).unwrap()).collect()
}

/// A model looks back only, so the state at a token is that of the last token of a prompt that ends there.
#[test]
fn every_token_has_the_state_of_a_prompt_that_ends_there() {
    let model = model();
    let prompts = prompts(&model);
    let n_last = 5;
    for n_batch in [512, 8] {
        let options = ContextOptions { n_batch, ..options() };
        let each = read(&model, &options, Reading::EachOfLast(n_last), &prompts);
        for behind in 0..n_last {
            let shorter: Vec<_> = prompts.iter().map(|prompt| prompt[..prompt.len() - behind].to_vec()).collect();
            let alone = read(&model, &options, Reading::Last, &shorter);
            let values = alone[0].len();
            let row = n_last - 1 - behind;
            for (number, (each, alone)) in each.iter().zip(&alone).enumerate() {
                let error = relative_error(&each[row * values..(row + 1) * values], alone);
                assert!(error < OTHER_BATCH, "batch {n_batch}, prompt {number}, {behind} from the end: {error:.5}");
            }
        }
    }
}

#[test]
fn a_mean_is_the_mean_of_the_states_of_its_tokens() {
    let model = model();
    let prompts = prompts(&model);
    let shortest = prompts.iter().map(Vec::len).min().unwrap();
    for (n_batch, n) in [(512, 3), (8, shortest), (512, 1)] {
        let options = ContextOptions { n_batch, ..options() };
        let means = read(&model, &options, Reading::MeanOfLast(n), &prompts);
        let each = read(&model, &options, Reading::EachOfLast(n), &prompts);
        for (number, (mean, each)) in means.iter().zip(&each).enumerate() {
            let direct: Vec<f32> = (0..mean.len())
                .map(|value| {
                    (each[value..].iter().step_by(mean.len()).map(|x| f64::from(*x)).sum::<f64>() / n as f64) as f32
                })
                .collect();
            let error = relative_error(mean, &direct);
            assert!(error < OTHER_BATCH, "batch {n_batch}, prompt {number}: {error:.7}");
        }
    }
    // Of a prompt that is shorter all tokens are taken.
    let all = read(&model, &options(), Reading::MeanOfLast(10_000), &prompts[..1]);
    let exact = read(&model, &options(), Reading::MeanOfLast(prompts[0].len()), &prompts[..1]);
    assert_eq!(all, exact);
}

#[test]
fn too_few_tokens_for_what_is_read_are_an_error() {
    let model = model();
    let prompts = vec![prompts(&model)[0][..3].to_vec()];
    let mut reader = HiddenStates::for_prompts(&model, &options(), Reading::EachOfLast(4), &prompts).unwrap();
    assert!(reader.read::<EngineError>(&prompts, |_, _| Ok(())).is_err());
}

/// The whole way: what the program writes is what the engine reads.
#[test]
fn the_dump_holds_the_tokens_that_were_asked_for() {
    let scratch = Scratch::new(6);
    let model = model();
    let texts: Vec<String> = ["harmful.txt", "benign.txt"]
        .iter()
        .flat_map(|name| {
            std::fs::read_to_string(scratch.path(name)).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    let system = "Answer in one sentence.";
    let prefix = "Sure, here";
    let template = Template::of(&model).unwrap();
    let frame = Frame::new(&model, template, Some(system.to_owned()), Some(prefix.to_owned()));
    let tokens: Vec<_> = texts.iter().map(|text| frame.tokens(text).unwrap()).collect();
    let n_behind = frame.n_behind(&tokens).unwrap();
    let prefix_tokens = Frame::new(&model, Template::raw().unwrap(), None, None).tokens(prefix).unwrap();
    assert!(n_behind > prefix_tokens.len(), "{n_behind} tokens behind the text");
    let cases = [
        ("last", Reading::Last, TokenPosition::Last),
        ("mean:4", Reading::MeanOfLast(4), "mean:4".parse().unwrap()),
        ("after-user", Reading::EachOfLast(n_behind), TokenPosition::AfterUser),
    ];
    for (position, reading, said) in cases {
        scratch.dump(&["--force", "--token", position, "--system", system, "--response-prefix", prefix]).succeeds();
        let dump = Dump::open(&scratch.path("out.safetensors")).unwrap();
        let direct = read(&model, &options(), reading, &tokens);
        let (rows, meta) = (reading.n_rows(), dump.meta());
        assert_eq!(dump.n_prompts(), 12 * rows);
        assert_eq!(meta.token, said);
        assert_eq!(meta.system_hash, Some(DumpMeta::hash_text(system)));
        assert_eq!(meta.response_prefix_hash, Some(DumpMeta::hash_text(prefix)));
        for prompt in 0..12 {
            for row in 0..rows {
                let at = prompt * rows + row;
                assert_eq!(dump.labels()[at], if prompt < 6 { Label::Harmful } else { Label::Benign });
                assert_eq!(meta.prompt_hashes[at], DumpMeta::hash_prompt(&texts[prompt]));
                assert_eq!(meta.n_tokens.as_ref().unwrap()[at] as usize, tokens[prompt].len());
                let last = tokens[prompt][tokens[prompt].len() - rows + row];
                assert_eq!(meta.last_tokens.as_ref().unwrap()[at] as i32, last.id());
                for layer in 0..dump.n_layer() {
                    let start = (row * dump.n_layer() + layer) * dump.n_embd();
                    let state = dump.rows(layer, &[at]);
                    assert_eq!(state.as_slice().unwrap(), &direct[prompt][start..start + dump.n_embd()]);
                }
            }
        }
    }
}

/// What stands behind the text: the end of the turn and the opening of the answer, the same for every text.
#[test]
fn what_stands_behind_a_text_is_found() {
    let model = model();
    let frame = |template, prefix: Option<&str>| Frame::new(&model, template, None, prefix.map(str::to_owned));
    let template = || Template::of(&model).unwrap();
    let texts = ["How do I clean the lathe?", "x", "7", "旋盤の掃除方法は？", "ends with a space ", "line\n"];
    let behind = |frame: &Frame<'_>, text: &str| {
        let tokens = frame.tokens(text).unwrap();
        (frame.n_behind(std::slice::from_ref(&tokens)).unwrap(), tokens)
    };
    let (n, first) = behind(&frame(template(), None), texts[0]);
    let pieces: String =
        first[first.len() - n..].iter().map(|t| String::from_utf8_lossy(&model.piece(*t)).into_owned()).collect();
    assert!(n > 0, "nothing found");
    assert!(!pieces.contains("lathe"), "{pieces}");
    for text in texts {
        let (other, tokens) = behind(&frame(template(), None), text);
        assert_eq!((other, &tokens[tokens.len() - n..]), (n, &first[first.len() - n..]), "{text:?}");
    }
    let (longer, _) = behind(&frame(template(), Some("Sure, here is")), texts[0]);
    assert!(longer > n);
    assert_eq!(behind(&frame(Template::raw().unwrap(), None), texts[0]).0, 0);
    assert!(behind(&frame(Template::raw().unwrap(), Some(" Sure, here is")), texts[0]).0 > 0);
}
