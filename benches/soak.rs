//! A long life: thousands of turns on the demo model with α turned at random, conversations that overflow, resets and
//! interruptions. Does memory stay where it is, and are the answers at the end those of a process that has just begun?
//!
//! usage: cargo bench --bench soak -- [TURNS] -- memory over 2,000 turns, and answers at the end against a fresh process

mod common;

use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use antidote::engine::{
    CancelToken, ContextOptions, EngineError, FinishReason, Limits, LoadOptions, Model, Sampler, Sampling, Session,
    Steering, SteeringVector, Trial,
};
use antidote::prompt::{Conversation, ConversationError, Heard, Template};
use antidote::vector::SvFile;
use common::arguments;
use common::random::Random;

/// Small, so that conversations overflow every few turns.
const N_CTX: u32 = 384;
const POINTS: usize = 20;
const FRESH: &str = "--fresh";

fn main() {
    let arguments = arguments();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("models/demo.Q8_0.gguf");
    let options = ContextOptions::for_chat(Model::outline(&path).expect("the demo"), NonZeroU32::new(N_CTX));
    let model = Arc::new(Model::load(&path, &options, LoadOptions::default()).expect("the demo"));
    let vector = SvFile::open(&root.join("vectors/demo.refusal.sv")).expect("the demo's vector");
    let alpha = vector.header().suggested_alpha.expect("a suggestion");
    let vector = model.verify(&Arc::new(vector), Trial { alpha, allow_partial: false }).expect("a live vector");
    let vector = SteeringVector { name: "refusal".to_owned(), vector, alpha };
    let mut session = Session::new(&model, &options, Steering::new(vec![vector])).expect("a session");
    let prompts = std::fs::read_to_string(root.join("models/demo/prompts/benign.txt")).expect("prompts");
    let prompts: Vec<&str> = prompts.lines().collect();

    if arguments.first().is_some_and(|argument| argument == FRESH) {
        print!("{}", answers(&mut session, &prompts));
        return;
    }
    let turns: usize = arguments.first().map_or(2000, |turns| turns.parse().expect("a number of turns"));
    let tally = live(&mut session, &prompts, turns, alpha);
    session.set_alpha(None, alpha).expect("finite");
    let ours = answers(&mut session, &prompts);
    let fresh = Command::new(std::env::current_exe().expect("this program")).arg(FRESH).output().expect("it runs");
    let theirs = String::from_utf8(fresh.stdout).expect("text");
    println!("{tally}");
    println!("answers at the end are those of a fresh process: {}", ours == theirs && !ours.is_empty());
    std::process::exit(i32::from(ours != theirs));
}

/// What happened on the way.
#[derive(Default)]
struct Tally {
    alphas: usize,
    resets: usize,
    recomputed: usize,
    interrupted: usize,
    dropped: usize,
    full: usize,
    refused: usize,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "α turned {} times, {} resets, {} times computed anew, {} interruptions, {} turns dropped, {} answers cut by \
             the context, {} messages that were too long",
            self.alphas, self.resets, self.recomputed, self.interrupted, self.dropped, self.full, self.refused
        )
    }
}

fn live(session: &mut Session, prompts: &[&str], turns: usize, alpha: f32) -> Tally {
    let model = Arc::clone(session.model());
    let mut conversation = Conversation::new(Template::of(&model).expect("a template"), None);
    let mut random = Random(7);
    let mut tally = Tally::default();
    let long = "the lathe and the press ".repeat(200);
    let mut memory = vec![];
    for turn in 0..turns {
        match random.below(10) {
            0..3 => {
                tally.alphas += 1;
                session.set_alpha(None, alpha * random.below(200) as f32 / 100.0).expect("finite");
            }
            3 => {
                tally.resets += 1;
                conversation.reset();
                session.forget();
            }
            4 => {
                tally.recomputed += 1;
                session.forget();
            }
            _ => {}
        }
        let stop_after = if random.below(8) == 0 { 1 + random.below(10) } else { u64::MAX };
        let sampling = Sampling { seed: Some(turn as u32), ..Sampling::default() };
        let mut sampler = Sampler::new(&sampling, model.n_vocab());
        let limits = Limits::tokens(48);
        let prompt = if random.below(50) == 0 { &long } else { prompts[random.below(prompts.len() as u64) as usize] };
        let (mut pieces, cancel) = (0, CancelToken::default());
        let said = conversation.say(prompt, session, &mut sampler, &limits, &cancel, &mut |_| {
            pieces += 1;
            if pieces == stop_after {
                cancel.cancel();
            }
            ControlFlow::Continue(())
        });
        match said {
            Ok(reply) => {
                tally.dropped += reply.dropped_turns;
                tally.interrupted += usize::from(reply.answer.finish == FinishReason::Interrupted);
                tally.full += usize::from(reply.answer.finish == FinishReason::ContextFull);
            }
            Err(
                ConversationError::TooLong { .. }
                | ConversationError::Engine(EngineError::PromptTooLong { .. } | EngineError::OutputNotFinite { .. }),
            ) => tally.refused += 1,
            Err(error) => panic!("turn {turn}: {error}"),
        }
        if (turn + 1).is_multiple_of((turns / POINTS).max(1)) {
            memory.push(resident_kib());
            println!("after {:>5} turns: {:>7} KiB", turn + 1, memory[memory.len() - 1]);
        }
    }
    if let (Some(middle), Some(last)) = (memory.get(memory.len() / 2), memory.last()) {
        println!("growth in the second half: {} KiB", *last as i64 - *middle as i64);
    }
    tally
}

/// Ten prompts, each on its own.
fn answers(session: &mut Session, prompts: &[&str]) -> String {
    let model = Arc::clone(session.model());
    let mut all = String::new();
    for prompt in &prompts[..10] {
        session.forget();
        let mut conversation = Conversation::new(Template::of(&model).expect("a template"), None);
        let mut sampler = Sampler::new(&Sampling::greedy(), model.n_vocab());
        let limits = Limits::tokens(64);
        let (cancel, mut ignore) = (CancelToken::default(), |_: Heard<'_>| ControlFlow::Continue(()));
        let reply = conversation.say(prompt, session, &mut sampler, &limits, &cancel, &mut ignore);
        all += &reply.expect("an answer").text;
        all.push('\n');
    }
    all
}

/// Memory of this process that is in use; 0 where the system does not say it in Linux's way.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
